import JSON
import MatrixAPI
import Testing

@Suite struct PowerLevelsTests {
    let founder = UserID(unchecked: "@founder:a")
    let other = UserID(unchecked: "@other:a")

    private func levels(_ content: String?, _ version: RoomVersion = .v10) throws -> PowerLevels {
        PowerLevels(
            content: try content.map(json), creators: RoomCreators(creator: founder, version: version))
    }

    @Test func withoutTheEventOnlyTheCreatorHasPower() throws {
        let levels = try levels(nil)
        #expect(levels.level(of: founder) == 100)
        #expect(levels.level(of: other) == 0)
        #expect(levels.required(toSend: "m.room.name", asState: true) == 50)
        #expect(levels.required(toSend: "m.room.message", asState: false) == 0)
        #expect(levels.required(to: .invite) == 0)
        #expect(levels.required(to: .kick) == 50)
        #expect(levels.required(to: .ban) == 50)
        #expect(levels.required(to: .redact) == 50)
        #expect(levels.required(toNotify: "room") == 50)
    }

    @Test func withAnEmptyEventNobodyHasPowerBeforeVersion12() throws {
        #expect(try levels("{}").level(of: founder) == 0)
        #expect(try levels("{}", .v11).level(of: founder) == 0)
        #expect(try levels("{}", .v12).level(of: founder) == .infinite)
        #expect(try levels(nil, .v12).level(of: founder) == .infinite)
    }

    @Test func contentIsRead() throws {
        let levels = try levels(
            """
            {"users":{"@other:a":7},"users_default":-1,"events":{"m.room.message":3},"events_default":2,
            "state_default":4,"ban":5,"kick":6,"redact":8,"invite":9,"notifications":{"room":11}}
            """)
        #expect(levels.level(of: other) == 7)
        #expect(levels.level(of: founder) == -1)
        #expect(levels.required(toSend: "m.room.message", asState: false) == 3)
        #expect(levels.required(toSend: "m.room.message", asState: true) == 3)
        #expect(levels.required(toSend: "x", asState: false) == 2)
        #expect(levels.required(toSend: "x", asState: true) == 4)
        #expect(PowerLevels.Action.allCases.map { levels.required(to: $0) } == [5, 9, 6, 8])
        #expect(levels.required(toNotify: "room") == 11)
        #expect(levels.required(toNotify: "other") == 50)
        #expect(levels.allows(other, toSend: "x", asState: true))
        #expect(!levels.allows(founder, toSend: "x", asState: false))
    }

    @Test func whatIsNoIntegerCountsAsAbsent() throws {
        let levels = try levels(#"{"users":{"@other:a":"100"},"ban":"0","events":[],"state_default":1.5}"#)
        #expect(levels.level(of: other) == 0)
        #expect(levels.required(to: .ban) == 50)
        #expect(levels.required(toSend: "x", asState: true) == 50)
    }

    @Test func actingOnSomebodyNeedsALevelAboveTheirs() throws {
        let levels = try levels(#"{"users":{"@founder:a":50,"@other:a":50}}"#)
        #expect(levels.allows(founder, to: .kick))
        #expect(!levels.allows(founder, to: .kick, other))
        #expect(levels.allows(founder, to: .kick, UserID(unchecked: "@third:a")))
    }

    @Test func infiniteIsAboveAllIntegersAndNotAboveItself() {
        #expect(PowerLevel.level(.max) < .infinite)
        #expect(!(PowerLevel.infinite < .infinite))
        #expect(PowerLevel.level(-1) < 0)
    }

    @Test func creators() throws {
        let content = try json(#"{"creator":"@c:a","additional_creators":["@d:a"]}"#)
        let (c, d) = (UserID(unchecked: "@c:a"), UserID(unchecked: "@d:a"))
        let v10 = RoomCreators(sender: founder, content: content, version: .v10)
        #expect([founder, c, d].map(v10.contains) == [false, true, false])
        let v11 = RoomCreators(sender: founder, content: content, version: .v11)
        #expect([founder, c, d].map(v11.contains) == [true, false, false])
        let v12 = RoomCreators(sender: founder, content: content, version: .v12)
        #expect([founder, c, d].map(v12.contains) == [true, false, true])
    }
}
