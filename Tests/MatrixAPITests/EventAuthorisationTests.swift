import JSON
import MatrixAPI
import Testing

/// Rules that are not about memberships and power levels.
@Suite struct EventAuthorisationTests {
    static let founder = TestRoom.founder

    /// A room with two members; the second has no power.
    private func room(_ version: RoomVersion, create: String = #"{"creator":"@founder:a"}"#) throws -> TestRoom {
        var room = try TestRoom(version, create: create)
        try room.setMember("@b:a", "join")
        return room
    }

    // MARK: The create event

    struct Creation: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var room: String?
        var content: String
        var v10: AuthorisationError?
        var v11: AuthorisationError?
        var v12: AuthorisationError?
    }

    @Test(arguments: [
        Creation(
            testDescription: "with the room's identifier", room: "!r:a", content: #"{"creator":"@founder:a"}"#,
            v12: .createRoomID),
        Creation(
            testDescription: "without it", room: nil, content: #"{"creator":"@founder:a"}"#, v10: .createRoomID,
            v11: .createRoomID),
        Creation(
            testDescription: "of another server", room: "!r:b", content: #"{"creator":"@founder:a"}"#,
            v10: .createRoomID, v11: .createRoomID, v12: .createRoomID),
        Creation(testDescription: "without creator", room: "!r:a", content: "{}", v10: .noCreator, v12: .createRoomID),
        Creation(
            testDescription: "known version", room: "!r:a", content: #"{"creator":"","room_version":"11"}"#,
            v12: .createRoomID),
        Creation(
            testDescription: "unknown version", room: "!r:a", content: #"{"creator":"","room_version":"99"}"#,
            v10: .unknownRoomVersion("99"), v11: .unknownRoomVersion("99"), v12: .createRoomID),
        Creation(
            testDescription: "version that is no string", room: nil, content: #"{"room_version":12}"#,
            v10: .createRoomID, v11: .createRoomID, v12: .unknownRoomVersion("(not a string)")),
        Creation(
            testDescription: "more creators", room: nil, content: #"{"additional_creators":["@b:a","@c:b"]}"#,
            v10: .createRoomID, v11: .createRoomID),
        Creation(
            testDescription: "a creator that is no user", room: nil, content: #"{"additional_creators":["b"]}"#,
            v10: .createRoomID, v11: .createRoomID, v12: .malformedAdditionalCreators),
        Creation(
            testDescription: "a creator that is no string", room: nil, content: #"{"additional_creators":[1]}"#,
            v10: .createRoomID, v11: .createRoomID, v12: .malformedAdditionalCreators),
        Creation(
            testDescription: "creators that are no array", room: nil, content: #"{"additional_creators":"@b:a"}"#,
            v10: .createRoomID, v11: .createRoomID, v12: .malformedAdditionalCreators),
        Creation(
            testDescription: "creators before version 12", room: "!r:a",
            content: #"{"creator":"","additional_creators":1}"#, v12: .createRoomID),
    ])
    func creation(_ creation: Creation) throws {
        let expected = [creation.v10, creation.v11, creation.v12]
        for (version, expected) in zip(RoomVersion.allCases, expected) {
            var room = try TestRoom(version)
            room.state = [:]
            let verdict = try room.verdict(
                "m.room.create", "", by: Self.founder, creation.content,
                room: creation.room.map(RoomID.init(unchecked:)), context: AuthorisationContext(previousEvents: .none))
            #expect(verdict == expected, "room version \(version.rawValue)")
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func roomIsCreatedOnce(_ version: RoomVersion) throws {
        for previous in [AuthorisationContext.PreviousEvents.createOnly, .some] {
            let verdict = try room(version).verdict(
                "m.room.create", "", by: Self.founder, #"{"creator":"@founder:a"}"#,
                room: version == .v12 ? nil : RoomID(unchecked: "!r:a"),
                context: AuthorisationContext(previousEvents: previous))
            #expect(verdict == .createIsNotFirst)
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func nothingComesBeforeTheCreateEvent(_ version: RoomVersion) throws {
        var room = try room(version)
        room.state[StateKey("m.room.create")] = nil
        #expect(try room.verdict("m.room.message", nil, by: Self.founder) == .noCreateEvent)
        #expect(try room.verdict(of: Self.founder, "join", by: Self.founder) == .noCreateEvent)
    }

    @Test func version12TiesTheRoomToItsCreateEvent() throws {
        let other = RoomID(unchecked: "!other")
        #expect(try room(.v12).verdict("m.room.message", nil, by: Self.founder, room: other) == .noCreateEvent)
        #expect(try room(.v12).verdict("m.room.message", nil, by: Self.founder, room: nil) == .noCreateEvent)
        #expect(try room(.v11).verdict("m.room.message", nil, by: Self.founder, room: other) == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func roomsThatAreNotFederated(_ version: RoomVersion) throws {
        var room = try room(version, create: #"{"creator":"@founder:a","m.federate":false}"#)
        try room.setMember("@c:b", "join")
        try room.setJoinRule("public")
        #expect(try room.verdict("m.room.message", nil, by: "@c:b") == .notFederated)
        #expect(try room.verdict(of: "@d:b", "join", by: "@d:b") == .notFederated)
        #expect(try room.verdict("m.room.message", nil, by: "@b:a") == nil)
        room = try self.room(version, create: #"{"creator":"@founder:a","m.federate":true}"#)
        try room.setMember("@c:b", "join")
        #expect(try room.verdict("m.room.message", nil, by: "@c:b") == nil)
    }

    // MARK: Sending

    @Test(arguments: RoomVersion.allCases, ["invite", "leave", "ban", "knock", nil])
    func onlyMembersSend(_ version: RoomVersion, _ membership: String?) throws {
        var room = try room(version)
        if let membership { try room.setMember("@c:a", membership) }
        for type in ["m.room.message", "m.room.redaction", "m.room.third_party_invite", "m.room.power_levels"] {
            #expect(try room.verdict(type, "", by: "@c:a") == .senderNotJoined)
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func defaultLevelsForSending(_ version: RoomVersion) throws {
        let room = try room(version)
        #expect(try room.verdict("m.room.message", nil, by: "@b:a") == nil)
        #expect(
            try room.verdict("m.room.name", "", by: "@b:a")
                == .insufficientLevel(required: 50, actual: 0))
        #expect(try room.verdict("m.room.name", "", by: Self.founder) == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func levelsForSending(_ version: RoomVersion) throws {
        var room = try room(version)
        try room.set(
            "m.room.power_levels",
            #"{"users":{"@b:a":10},"events":{"x":11,"y":10},"events_default":12,"state_default":10}"#)
        #expect(try room.verdict("x", nil, by: "@b:a") == .insufficientLevel(required: 11, actual: 10))
        #expect(try room.verdict("x", "", by: "@b:a") == .insufficientLevel(required: 11, actual: 10))
        #expect(try room.verdict("y", nil, by: "@b:a") == nil)
        #expect(try room.verdict("z", nil, by: "@b:a") == .insufficientLevel(required: 12, actual: 10))
        #expect(try room.verdict("z", "", by: "@b:a") == nil)
        // The founder has no entry: only version 12 remembers who made the room.
        let founder = try room.verdict("z", nil, by: Self.founder)
        #expect(founder == (version == .v12 ? nil : .insufficientLevel(required: 12, actual: 0)))
    }

    @Test(arguments: RoomVersion.allCases)
    func stateOfAUserIsTheirOwn(_ version: RoomVersion) throws {
        var room = try room(version)
        try room.set("m.room.power_levels", #"{"users":{"@founder:a":100},"state_default":0}"#)
        if version == .v12 { try room.set("m.room.power_levels", #"{"state_default":0}"#) }
        #expect(try room.verdict("x", "@b:a", by: "@b:a") == nil)
        #expect(try room.verdict("x", "@b:a", by: Self.founder) == .stateKeyOfAnother)
        #expect(try room.verdict("x", "@", by: Self.founder) == .stateKeyOfAnother)
        #expect(try room.verdict("x", "_@b:a", by: Self.founder) == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func aliasesAndRedactionsAreEventsLikeOthers(_ version: RoomVersion) throws {
        var room = try room(version)
        #expect(try room.verdict("m.room.redaction", nil, by: "@b:a", #"{"redacts":"$x"}"#) == nil)
        try room.set("m.room.power_levels", #"{"events":{"m.room.redaction":1,"m.room.aliases":0}}"#)
        #expect(
            try room.verdict("m.room.redaction", nil, by: "@b:a") == .insufficientLevel(required: 1, actual: 0))
        #expect(try room.verdict("m.room.aliases", "a", by: "@b:a") == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func thirdPartyInvitesNeedTheInviteLevelAndNoOther(_ version: RoomVersion) throws {
        var room = try room(version)
        try room.set("m.room.power_levels", #"{"users":{"@b:a":5},"invite":5,"state_default":90}"#)
        #expect(try room.verdict("m.room.third_party_invite", "token", by: "@b:a") == nil)
        try room.set("m.room.power_levels", #"{"users":{"@b:a":5},"invite":6,"state_default":0}"#)
        #expect(
            try room.verdict("m.room.third_party_invite", "token", by: "@b:a")
                == .insufficientLevel(required: 6, actual: 5))
    }

    @Test func redactionTakesEffectOnOwnEventsAndWithTheLevel() throws {
        let levels = PowerLevels(
            content: try json(#"{"users":{"@mod:a":50}}"#),
            creators: RoomCreators(creator: UserID(unchecked: Self.founder), version: .v11))
        let (mod, other) = (UserID(unchecked: "@mod:a"), UserID(unchecked: "@b:a"))
        #expect(RedactionAuthorisation.allows(other, toRedactEventOf: other, levels: levels))
        #expect(RedactionAuthorisation.allows(mod, toRedactEventOf: other, levels: levels))
        #expect(!RedactionAuthorisation.allows(other, toRedactEventOf: mod, levels: levels))
    }

    @Test func errorsForClients() {
        #expect(AuthorisationError.senderNotJoined.matrixError.status == 403)
        #expect(AuthorisationError.senderNotJoined.matrixError.code == .forbidden)
        #expect(AuthorisationError.unknownRoomVersion("1").matrixError.code == .unsupportedRoomVersion)
        #expect(AuthorisationError.malformedPowerLevels("users").matrixError.code == .badJSON)
    }
}
