import JSON
import MatrixAPI
import Testing

/// Rule 9 (10 in version 12): changes of the power levels.
@Suite struct PowerLevelsAuthorisationTests {
    /// `@b:a` sends; who may send power levels is level 0, so that only the rules for changes are tested.
    private func verdict(
        _ version: RoomVersion, from old: String?, to new: String, by sender: String = "@b:a"
    ) throws -> AuthorisationError? {
        var room = try TestRoom(version)
        try room.setMember("@b:a", "join")
        if let old { try room.set("m.room.power_levels", old) }
        return try room.verdict("m.room.power_levels", "", by: sender, new)
    }

    static let singleLevels = [
        "users_default", "events_default", "state_default", "ban", "redact", "kick", "invite",
    ]

    // MARK: Form

    @Test(arguments: RoomVersion.allCases, singleLevels)
    func levelsAreIntegers(_ version: RoomVersion, _ member: String) throws {
        for wrong in [#""50""#, "null", "true", "1.5", "[]", "{}", "9007199254740992", "-9007199254740992"] {
            let verdict = try verdict(version, from: nil, to: #"{"\#(member)":\#(wrong)}"#, by: TestRoom.founder)
            #expect(verdict == .malformedPowerLevels(member), "\(wrong)")
        }
        for right in ["0", "-9007199254740991", "9007199254740991"] {
            #expect(try verdict(version, from: nil, to: #"{"\#(member)":\#(right)}"#, by: TestRoom.founder) == nil)
        }
    }

    @Test(arguments: RoomVersion.allCases, ["events", "notifications", "users"])
    func mapsHoldIntegers(_ version: RoomVersion, _ member: String) throws {
        for wrong in ["1", "null", "[]", #""x""#] {
            let verdict = try verdict(version, from: nil, to: #"{"\#(member)":\#(wrong)}"#, by: TestRoom.founder)
            #expect(verdict == .malformedPowerLevels(member), "\(wrong)")
        }
        for wrong in [#""50""#, "null", "1.5"] {
            let verdict = try verdict(
                version, from: nil, to: #"{"\#(member)":{"@x:a":\#(wrong)}}"#, by: TestRoom.founder)
            #expect(verdict == .malformedPowerLevels("\(member).@x:a"), "\(wrong)")
        }
        #expect(try verdict(version, from: nil, to: #"{"\#(member)":{"@x:a":1}}"#, by: TestRoom.founder) == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func usersAreUserIDs(_ version: RoomVersion) throws {
        let verdict = try verdict(version, from: nil, to: #"{"users":{"x":1}}"#, by: TestRoom.founder)
        #expect(verdict == .malformedPowerLevels("users.x"))
    }

    @Test func creatorsHaveNoEntryInVersion12() throws {
        var room = try TestRoom(.v12, create: #"{"additional_creators":["@c:a"]}"#)
        for user in ["@founder:a", "@c:a"] {
            for level in [0, 100] {
                let verdict = try room.verdict(
                    "m.room.power_levels", "", by: TestRoom.founder, #"{"users":{"\#(user)":\#(level)}}"#)
                #expect(verdict == .creatorInPowerLevels)
            }
        }
        room.version = .v11
        #expect(
            try room.verdict("m.room.power_levels", "", by: TestRoom.founder, #"{"users":{"@founder:a":100}}"#) == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func theFirstPowerLevelsAreFree(_ version: RoomVersion) throws {
        let content = #"{"users":{"@x:a":1000},"ban":2000,"events":{"e":3000}}"#
        #expect(try verdict(version, from: nil, to: content, by: TestRoom.founder) == nil)
    }

    // MARK: Changes

    struct Change: Sendable {
        var from: String
        var to: String
        var expected: AuthorisationError?
    }

    /// The sender has level 50; `from` and `to` are what else the content has, before and after.
    private func check(_ change: Change, _ member: String) throws {
        let own = #""state_default":0,"users":{"@b:a":50}"#
        for version in RoomVersion.allCases {
            let verdict = try verdict(
                version, from: "{\(own)\(change.from)}", to: "{\(own)\(change.to)}")
            #expect(verdict == change.expected, "\(member) in version \(version.rawValue)")
        }
    }

    @Test(arguments: singleLevels.filter { $0 != "state_default" })
    func singleLevel(_ member: String) throws {
        func m(_ level: Int) -> String { #","\#(member)":\#(level)"# }
        let refused = AuthorisationError.levelAboveOwn(member)
        try check(Change(from: "", to: m(50)), member)
        try check(Change(from: "", to: m(51), expected: refused), member)
        try check(Change(from: m(50), to: ""), member)
        try check(Change(from: m(50), to: m(49)), member)
        try check(Change(from: m(50), to: m(51), expected: refused), member)
        try check(Change(from: m(51), to: m(51)), member)
        try check(Change(from: m(51), to: m(50), expected: refused), member)
        try check(Change(from: m(51), to: "", expected: refused), member)
    }

    @Test(arguments: ["events", "notifications"])
    func entries(_ member: String) throws {
        func m(_ level: Int) -> String { #","\#(member)":{"k":\#(level)}"# }
        let refused = AuthorisationError.levelAboveOwn("\(member).k")
        try check(Change(from: "", to: m(50)), member)
        try check(Change(from: "", to: m(51), expected: refused), member)
        try check(Change(from: m(50), to: ""), member)
        try check(Change(from: m(50), to: m(51), expected: refused), member)
        try check(Change(from: m(51), to: m(51)), member)
        try check(Change(from: m(51), to: m(50), expected: refused), member)
        try check(Change(from: m(51), to: "", expected: refused), member)
        try check(Change(from: m(51), to: #","\#(member)":{}"#, expected: refused), member)
    }

    @Test(arguments: [
        Change(from: "", to: #","@x:a":50"#),
        Change(from: "", to: #","@x:a":51"#, expected: .levelAboveOwn("@x:a")),
        Change(from: #","@x:a":49"#, to: #","@x:a":50"#),
        Change(from: #","@x:a":49"#, to: #","@x:a":51"#, expected: .levelAboveOwn("@x:a")),
        Change(from: #","@x:a":49"#, to: ""),
        Change(from: #","@x:a":50"#, to: #","@x:a":50"#),
        Change(from: #","@x:a":50"#, to: #","@x:a":49"#, expected: .levelOfEqual("@x:a")),
        Change(from: #","@x:a":50"#, to: "", expected: .levelOfEqual("@x:a")),
        Change(from: #","@x:a":51"#, to: #","@x:a":0"#, expected: .levelOfEqual("@x:a")),
        Change(from: #","@x:a":51,"@y:a":52"#, to: "", expected: .levelOfEqual("@x:a")),
    ])
    func users(_ change: Change) throws {
        for version in RoomVersion.allCases {
            let verdict = try verdict(
                version, from: #"{"state_default":0,"users":{"@b:a":50\#(change.from)}}"#,
                to: #"{"state_default":0,"users":{"@b:a":50\#(change.to)}}"#)
            #expect(verdict == change.expected, "version \(version.rawValue)")
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func ownEntry(_ version: RoomVersion) throws {
        let old = #"{"state_default":0,"users":{"@b:a":50}}"#
        #expect(try verdict(version, from: old, to: #"{"state_default":0,"users":{"@b:a":49}}"#) == nil)
        #expect(try verdict(version, from: old, to: #"{"state_default":0,"users":{}}"#) == nil)
        #expect(
            try verdict(version, from: old, to: #"{"state_default":0,"users":{"@b:a":51}}"#)
                == .levelAboveOwn("@b:a"))
    }

    @Test func creatorsOfVersion12ChangeEverything() throws {
        let old = #"{"ban":9007199254740991,"users":{"@b:a":9007199254740991}}"#
        #expect(try verdict(.v12, from: old, to: #"{"ban":0,"users":{"@b:a":0}}"#, by: TestRoom.founder) == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func powerLevelsNeedALevelThemselves(_ version: RoomVersion) throws {
        let old = #"{"users":{"@b:a":49}}"#
        #expect(try verdict(version, from: old, to: old) == .insufficientLevel(required: 50, actual: 49))
    }
}
