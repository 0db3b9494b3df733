import JSON
import MatrixAPI
import Testing

/// Parses JSON written in a test.
func json(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

/// An event of a test room, in the form that rooms hold.
func testEvent(
    _ type: String, _ stateKey: String? = "", sender: String, id: String = "$event", at position: Int64 = 1,
    content: String
) throws -> Event {
    let made = Event.encode(
        type: type, stateKey: stateKey, sender: try #require(UserID(sender)), content: Array(content.utf8)[...],
        eventID: try #require(EventID(id)), timestamp: position)
    return Event(
        position: position, roomID: RoomID(unchecked: "!room:a"), eventID: EventID(unchecked: id), type: type,
        stateKey: stateKey, sender: UserID(unchecked: sender), timestamp: position, json: made.json,
        contentRange: made.contentRange)
}

/// A room's state, written down in a test. `@founder:a` made it.
struct TestRoom: RoomStateReading {
    var version: RoomVersion
    var state: [StateKey: Event] = [:]

    static let founder = "@founder:a"
    /// The identifier fits the create event's, so that one room serves the tests of all versions.
    static let id = RoomID(unchecked: "!create")

    init(_ version: RoomVersion, create: String = #"{"creator":"@founder:a"}"#) throws {
        self.version = version
        try set("m.room.create", "", create, id: "$create")
        try setMember(Self.founder, "join")
    }

    func stateEvent(_ key: StateKey) -> Event? { state[key] }

    mutating func set(
        _ type: String, _ key: String = "", _ content: String, sender: String = founder, id: String = "$event"
    ) throws {
        state[StateKey(type, key)] = try testEvent(type, key, sender: sender, id: id, content: content)
    }

    mutating func set(_ type: String, _ content: String) throws { try set(type, "", content) }

    mutating func setMember(_ user: String, _ membership: String) throws {
        try set("m.room.member", user, #"{"membership":"\#(membership)"}"#, sender: user)
    }

    mutating func setJoinRule(_ rule: String) throws { try set("m.room.join_rules", #"{"join_rule":"\#(rule)"}"#) }

    /// What the rules say about an event: nil when they let it in.
    func verdict(
        _ type: String, _ stateKey: String?, by sender: String, _ content: String = "{}", room: RoomID? = id,
        context: AuthorisationContext = AuthorisationContext()
    ) throws -> AuthorisationError? {
        let event = ProposedEvent(
            roomID: room, type: type, stateKey: stateKey, sender: UserID(unchecked: sender),
            content: try json(content))
        do {
            try EventAuthorisation.check(event, in: self, version: version, context: context)
            return nil
        } catch {
            return error
        }
    }

    /// The verdict on a change of `user`'s membership.
    func verdict(
        of user: String, _ membership: String, by sender: String, more: String = "",
        context: AuthorisationContext = AuthorisationContext()
    ) throws -> AuthorisationError? {
        try verdict(
            "m.room.member", user, by: sender, #"{"membership":"\#(membership)"\#(more)}"#, context: context)
    }
}
