import MatrixAPI
package import Store

/// What an administrator says of a provider that is to be.
package struct ProviderWish: Sendable {
    /// 1 to 64 letters, digits and `._-`; also the name of its feed.
    package var name: String
    package var kind: StoredProvider.Kind
    /// The program's file or the address.
    package var source = ""
    /// In seconds; nil for a quarter of an hour; 0 for only on request.
    package var interval: Int?
    /// The feed as members see it.
    package var title: String?
    package var topic: String?
    /// Whether everybody is subscribed to its feed without asking.
    package var isDefault = true
    package var order = ""

    package init(name: String, kind: StoredProvider.Kind) {
        self.name = name
        self.kind = kind
    }
}

extension Providers {
    /// Makes a provider and its feed; a feed of that name that is there already is taken.
    ///
    /// - Returns: the provider, and a token if it pushes.
    /// - Throws: `M_INVALID_PARAM` for what does not go: a name that is taken, a program that is not there, an address
    ///   that is none, an interval that is too short.
    package func add(_ wish: ProviderWish) async throws -> (provider: StoredProvider, token: String?) {
        guard try await !all().contains(where: { $0.name == wish.name }) else {
            throw MatrixError.invalidParam("There is a provider \(wish.name) already")
        }
        let source = try checkedSource(wish)
        let interval = wish.kind == .push ? 0 : wish.interval ?? 900
        guard interval == 0 || (Self.shortestInterval...(31 * 86_400)).contains(interval) else {
            throw MatrixError.invalidParam("The interval is from \(Self.shortestInterval) seconds to 31 days, or 0")
        }
        let known = try await feeds.feed(named: wish.name)
        let room: RoomID
        if let known {
            room = known.id
        } else {
            room = try await feeds.make(
                wish.name, title: wish.title, topic: wish.topic, provider: wish.name, isDefault: wish.isDefault,
                order: wish.order)
        }
        let provider = StoredProvider(
            name: wish.name, kind: wish.kind, room: room, source: source, interval: interval, created: clock.now)
        try await store(provider)
        return (provider, wish.kind == .push ? try await makeToken(for: wish.name) : nil)
    }

    private func checkedSource(_ wish: ProviderWish) throws -> String {
        switch wish.kind {
        case .push: return ""
        case .address:
            guard WebLink.isSafe(wish.source) else {
                throw MatrixError.invalidParam("\(wish.source) is no http or https address")
            }
            return wish.source
        case .program:
            let (path, query) = Self.split(wish.source)
            let program = program(path).path
            guard SystemFile.isExecutable(program) else {
                throw MatrixError.invalidParam("\(program) is no program that can be run")
            }
            return program + query
        }
    }

    /// A program and what it is asked, from the question mark on: `weather.sh?place=Osaka`.
    static func split(_ source: String) -> (path: String, query: String) {
        let end = source.firstIndex(of: "?") ?? source.endIndex
        return (String(source[..<end]), String(source[end...]))
    }

    /// The program at a path, which may be relative to the providers' folder.
    func program(_ path: String) -> CGIProgram {
        CGIProgram(path: path.hasPrefix("/") ? path : "\(settings.folder)/\(path)", limits: settings.limits)
    }
}
