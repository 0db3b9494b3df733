package import JSON
package import MatrixAPI
package import Outbound

/// What somebody asks for who makes a room. Source: Client-Server API, `POST /createRoom`.
package struct RoomCreation: Sendable {
    /// A piece of state that the room begins with.
    package struct InitialState: Sendable {
        package let key: StateKey
        package let content: JSONValue
    }

    package var isPublic = false
    package var aliasName: String?
    package var name: String?
    package var topic: String?
    package var invite: [UserID] = []
    /// Invited by their addresses.
    package var inviteAddresses: [MailAddress] = []
    package var isDirect = false
    package var preset: RoomPreset = .privateChat
    /// nil for the configured default.
    package var version: RoomVersion?
    package var initialState: [InitialState] = []
    /// Members of the create event's content.
    package var creationContent: JSONValue = .emptyObject
    package var powerLevelOverride: JSONValue?

    package init() {}

    /// How many are invited, or pieces of state given, at once: a room is made in one step, for which all others wait.
    static let maximumEvents = 1000
    /// How many are invited by mail at once.
    static let maximumAddresses = 20

    /// - Throws: `M_BAD_JSON`, `M_INVALID_PARAM`, `M_UNSUPPORTED_ROOM_VERSION`, `M_THREEPID_DENIED` for
    ///   what is no address of mail in `invite_3pid`.
    package init(_ body: JSONValue) throws {
        isPublic = try Self.choice(body, "visibility", ["public", "private"]) == "public"
        aliasName = try body.optionalString("room_alias_name")
        name = try body.optionalString("name")
        topic = try body.optionalString("topic")
        invite = try body.optionalStrings("invite").map { name in
            guard let user = UserID(name) else { throw MatrixError.invalidParam("\(name) is not a user ID") }
            return user
        }
        inviteAddresses = try body.optionalArray("invite_3pid").map(Self.address)
        guard invite.count <= Self.maximumEvents, inviteAddresses.count <= Self.maximumAddresses,
            try body.optionalArray("initial_state").count <= Self.maximumEvents
        else {
            throw MatrixError.invalidParam("invite and initial_state have at most \(Self.maximumEvents) elements")
        }
        isDirect = try body.optionalBool("is_direct") ?? false
        let preset = try Self.choice(body, "preset", RoomPreset.allCases.map(\.rawValue))
        self.preset = preset.flatMap(RoomPreset.init) ?? (isPublic ? .publicChat : .privateChat)
        if let name = try body.optionalString("room_version") {
            guard let version = RoomVersion(rawValue: name) else {
                throw MatrixError(400, .unsupportedRoomVersion, "Room version \(name) is not supported")
            }
            self.version = version
        }
        initialState = try body.optionalArray("initial_state").map(Self.initialState)
        creationContent = try body.optionalObject("creation_content") ?? .emptyObject
        powerLevelOverride = try body.optionalObject("power_level_content_override")
    }

    private static func address(_ invite: JSONValue) throws -> MailAddress {
        guard try invite.requiredString("medium") == "email" else { throw MembershipChange.thirdPartyDenied }
        guard let address = MailAddress(try invite.requiredString("address")) else {
            throw MatrixError.invalidParam("invite_3pid holds an address that this server cannot send to")
        }
        return address
    }

    private static func choice(_ body: JSONValue, _ key: String, _ values: [String]) throws -> String? {
        guard let value = try body.optionalString(key) else { return nil }
        guard values.contains(value) else {
            throw MatrixError.invalidParam("\(key) must be one of \(values.joined(separator: ", "))")
        }
        return value
    }

    private static func initialState(_ value: JSONValue) throws -> InitialState {
        guard value.isObject, let type = value["type"]?.string, let content = value["content"], content.isObject else {
            throw MatrixError.badJSON("initial_state must consist of objects with type and content")
        }
        let key = StateKey(type, try value.optionalString("state_key") ?? "")
        if type == "m.room.create" || type == "m.room.member" {
            throw MatrixError.badJSON("initial_state cannot contain \(type)")
        }
        try EventContentRules.check(content, type: type, isState: true)
        return InitialState(key: key, content: content)
    }
}
