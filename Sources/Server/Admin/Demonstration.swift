import JSON
import MatrixAPI
import Store

/// Fills an empty server with members, rooms and conversations to look at.
///
/// Everything goes the way that clients' requests go, through the capabilities; only the time of the events is made
/// up, so that conversations spread over the last days. A room's events have to follow one another in the journal as
/// they do in time, and so do those of different rooms: the script is played as one sequence.
package struct Demonstration: Sendable {
    /// Known to everybody who reads this: for demonstrations only.
    package static let password = "mado-demo"
    /// The members' names, to log in with.
    package static var names: [String] { DemonstrationScript.standard.members.map(\.name) }

    private let accounts: Accounts
    private let rooms: Rooms
    private let receipts: Receipts
    private let accountData: AccountData
    private let profiles: Profiles
    private let media: MediaRepository
    private let clock: WallClock

    package init(
        accounts: Accounts, rooms: Rooms, receipts: Receipts, accountData: AccountData, profiles: Profiles,
        media: MediaRepository, clock: WallClock = .system
    ) {
        self.accounts = accounts
        self.rooms = rooms
        self.receipts = receipts
        self.accountData = accountData
        self.profiles = profiles
        self.media = media
        self.clock = clock
    }

    /// Does nothing when there is any account.
    /// - Returns: whether it did something.
    /// - Throws: what making accounts and rooms throws; the script keeps to the rules, so that only the store can fail.
    package func fill() async throws -> Bool {
        guard try await accounts.list(limit: 1).isEmpty else { return false }
        let script = DemonstrationScript.standard
        for member in script.members {
            try await accounts.create(name: member.name, password: Self.password, displayName: member.displayName)
            let picture = try await media.add(
                member.portrait.png(), .init(type: "image/png", fileName: "\(member.name).png"), by: user(member.name))
            try await profiles.set("avatar_url", to: .string(picture.description), of: user(member.name))
        }
        try await play(script.rooms)
        return true
    }

    // MARK: Playing

    private enum Scene {
        case opening(room: Int)
        case line(room: Int, line: Int)
    }

    /// What a room became.
    private struct Stage {
        var id: RoomID
        /// Who no longer reads.
        var away: Set<String> = []
        /// How far each member read.
        var read: [String: EventID] = [:]
    }

    private func play(_ script: [DemonstrationScript.Room]) async throws {
        let now = clock.now
        var stages: [Int: Stage] = [:]
        var direct: [(room: RoomID, members: [String])] = []
        for (minutesAgo, scene) in Self.scenes(of: script) {
            let time = now - minutesAgo * 60_000
            switch scene {
            case .opening(let index):
                stages[index] = Stage(id: try await open(script[index], at: time))
            case .line(let index, let number):
                guard var stage = stages[index] else { continue }
                try await say(script[index].lines[number], in: script[index], &stage, at: time)
                stages[index] = stage
            }
        }
        for (index, stage) in stages.sorted(by: { $0.key < $1.key }) {
            for (reader, event) in stage.read {
                try await receipts.set([.init(.fullyRead, event)], in: stage.id, by: user(reader), at: now)
            }
            guard case .direct = script[index].kind else { continue }
            direct.append((stage.id, script[index].members))
        }
        try await noteDirectChats(direct)
    }

    /// All that happens, longest ago first; the order within a room stays.
    private static func scenes(of script: [DemonstrationScript.Room]) -> [(minutesAgo: Int64, scene: Scene)] {
        var scenes: [(minutesAgo: Int64, scene: Scene)] = []
        for (index, room) in script.enumerated() {
            scenes.append(((room.lines.first?.minutesAgo ?? 0) + 10, .opening(room: index)))
            for (number, line) in room.lines.enumerated() {
                scenes.append((line.minutesAgo, .line(room: index, line: number)))
            }
        }
        return scenes.indices.sorted { (-scenes[$0].minutesAgo, $0) < (-scenes[$1].minutesAgo, $1) }.map { scenes[$0] }
    }

    private func open(_ room: DemonstrationScript.Room, at time: Int64) async throws -> RoomID {
        var creation = RoomCreation()
        creation.invite = (room.members.dropFirst() + room.invited).map(user)
        switch room.kind {
        case .direct:
            creation.preset = .trustedPrivateChat
            creation.isDirect = true
        case .group(let name, let topic):
            (creation.name, creation.topic) = (name, topic)
        case .open(let alias, let name, let topic):
            (creation.name, creation.topic, creation.aliasName) = (name, topic, alias)
            creation.preset = .publicChat
            creation.isPublic = true
        }
        let id = try await rooms.create(creation, by: user(room.members[0]), at: time)
        for (index, member) in room.members.dropFirst().enumerated() {
            try await rooms.join(id, by: user(member), at: time + Int64(index + 1) * 20_000)
        }
        return id
    }

    private func say(
        _ line: DemonstrationScript.Line, in room: DemonstrationScript.Room, _ stage: inout Stage, at time: Int64
    ) async throws {
        let content = JSONValue.object { content in
            content.member("msgtype", "m.text")
            content.member("body", line.text)
        }
        let event = try await rooms.send("m.room.message", content, to: stage.id, by: user(line.sender), at: time)
        stage.away.formUnion(line.unreadBy)
        for reader in room.members where !stage.away.contains(reader) {
            stage.read[reader] = event
            guard reader != line.sender else { continue }
            try await receipts.set([.init(.read, event)], in: stage.id, by: user(reader), at: time + 30_000)
        }
    }

    /// `m.direct`, by which members' clients know which rooms are conversations of two.
    private func noteDirectChats(_ chats: [(room: RoomID, members: [String])]) async throws {
        for name in Set(chats.flatMap(\.members)).sorted() {
            let content = JSONValue.object { content in
                for (room, members) in chats where members.contains(name) {
                    for partner in members where partner != name {
                        content.array(user(partner).string) { $0.value(room.string) }
                    }
                }
            }
            try await accountData.set("m.direct", room: nil, content: content, of: user(name))
        }
    }

    private func user(_ name: String) -> UserID { UserID(localpart: name, server: rooms.serverName) }
}
