import JSON

/// The member's own presence as it was chosen, kept so that a restart knows it.
struct OwnPresence: Sendable, Equatable {
    var availability = Availability.ready
    var message = ""
    /// Nobody is at the desk.
    var isIdle = false

    static let availability = "own.availability"
    static let message = "own.message"
    /// Seconds between connections.
    static let interval = "own.interval"
    /// Set while the server does not know it.
    static let unsent = "unsent.presence"

    /// What the others see.
    var shown: Availability { isIdle && availability == .ready ? .away : availability }

    /// The specification's word for it.
    var word: String {
        switch shown {
        case .ready: "online"
        case .away, .busy: "unavailable"
        case .invisible, .offline, .unknown: "offline"
        }
    }

    func content(interval: Int64?, isMado: Bool) -> [UInt8] {
        JSONWriter.object { object in
            object.member("presence", word)
            object.member("status_msg", message)
            guard isMado else { return }
            switch shown {
            case .ready, .away, .busy: object.member("mado.availability", shown.rawValue)
            case .invisible, .offline, .unknown: object.member("mado.availability", "offline")
            }
            // The server takes from a minute to a day.
            object.memberIfPresent("mado.connects_every", interval.map { min(max($0, 60), 86_400) })
        }
    }
}

extension AccountEngine {
    /// Tells the server, if it does not know yet.
    func sendOwnPresence() async {
        let isUnsent = try? await store.read { try $0.value(OwnPresence.unsent) != nil }
        if isUnsent == true { try? await putPresence() }
    }

    func putPresence() async throws {
        let (presence, interval) = try await store.read { database in
            let interval = try database.value(OwnPresence.interval).flatMap { Int64($0) }
            return (try OwnPresence(database), interval)
        }
        try await client.setPresence(presence.content(interval: interval, isMado: isMado), user: owner)
        try await store.write { database in
            if try OwnPresence(database) == presence { try database.setValue(nil, for: OwnPresence.unsent) }
        }
    }
}

extension OwnPresence {
    init(_ database: Database) throws {
        availability = try database.value(Self.availability).flatMap(Availability.init) ?? .ready
        message = try database.value(Self.message) ?? ""
        isIdle = try database.value("own.idle") != nil
    }

    func keep(in database: Database) throws {
        try database.setValue(availability.rawValue, for: Self.availability)
        try database.setValue(message, for: Self.message)
        try database.setValue(isIdle ? "1" : nil, for: "own.idle")
        try database.setValue("1", for: Self.unsent)
    }
}
