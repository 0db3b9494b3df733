import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct DeliveryRuleTests {
    private func rule(_ text: String) throws -> DeliveryRule { try DeliveryRule(json(text)) }

    /// Milliseconds since 1970 of an RFC 3339 time.
    private func time(_ text: String) throws -> Int64 { try #require(DateText.parse(text)) }

    private func next(_ rule: String, after now: String, last: String? = nil) throws -> String? {
        let now = try time(now)
        guard let next = try self.rule(rule).next(after: now, last: try last.map(time) ?? now) else { return nil }
        let date = CivilDate(daysSince1970: Int(next / 86_400_000))
        let minute = Int(next / 60_000 % 1440)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date.year)-\(two(date.month))-\(two(date.day))T\(two(minute / 60)):\(two(minute % 60))Z"
    }

    @Test(arguments: [
        "[]", #"{"mode":"later"}"#, #"{"mode":"every"}"#, #"{"mode":"every","every_minutes":0}"#,
        #"{"mode":"every","every_minutes":1441}"#, #"{"mode":"at_times"}"#, #"{"mode":"at_times","times":["8:00"]}"#,
        #"{"mode":"at_times","times":["24:00"]}"#, #"{"mode":"at_times","times":["12:60"]}"#, #"{"words":"rain"}"#,
        #"{"words":[7]}"#, #"{"quiet":{"from":"22:00"}}"#, #"{"quiet":{"from":"22:00","to":"22:00"}}"#,
        #"{"time_zone":"Mars/Olympus"}"#, #"{"time_zone":"../../etc/passwd"}"#, #"{"time_zone":""}"#,
        #"{"time_zone":7}"#,
    ])
    func whatIsNoRuleIsRefused(_ text: String) {
        #expect(throws: MatrixError.self) { try rule(text) }
    }

    @Test func thePlainRuleIsNone() throws {
        #expect(try rule("{}").isPlain)
        #expect(try rule(#"{"mode":"at_once","words":[" "]}"#).isPlain)
        #expect(try next("{}", after: "2026-11-26T12:00:00Z") == nil)
        #expect(try !rule(#"{"words":["rain"]}"#).isPlain)
    }

    @Test func everySoManyMinutesAfterTheLastTime() throws {
        let rule = #"{"mode":"every","every_minutes":30,"time_zone":"UTC"}"#
        #expect(try next(rule, after: "2026-11-26T12:00:00Z") == "2026-11-26T12:30Z")
        #expect(try next(rule, after: "2026-11-26T12:20:00Z", last: "2026-11-26T12:00:00Z") == "2026-11-26T12:30Z")
        #expect(try next(rule, after: "2026-11-26T14:00:00Z", last: "2026-11-26T12:00:00Z") == "2026-11-26T14:00Z")
    }

    @Test func atTimesOfAZone() throws {
        let rule = #"{"mode":"at_times","times":["17:30","08:00"],"time_zone":"Asia/Tokyo"}"#
        #expect(try next(rule, after: "2026-11-26T00:00:00Z") == "2026-11-26T08:30Z")
        #expect(try next(rule, after: "2026-11-26T08:30:00Z") == "2026-11-26T23:00Z")
        #expect(try next(rule, after: "2026-11-26T22:59:59Z") == "2026-11-26T23:00Z")
        let far = #"{"mode":"at_times","times":["00:30"],"time_zone":"America/Los_Angeles"}"#
        #expect(try next(far, after: "2026-11-26T08:00:00Z") == "2026-11-26T08:30Z")
        #expect(try next(far, after: "2026-11-26T08:30:00Z") == "2026-11-27T08:30Z")
    }

    /// Madrid: forward at 2026-03-29 02:00 (01:00 UTC), back at 2026-10-25 03:00 (01:00 UTC).
    @Test func daylightSavingMovesTheTimesOfDay() throws {
        let morning = #"{"mode":"at_times","times":["08:00"],"time_zone":"Europe/Madrid"}"#
        #expect(try next(morning, after: "2026-03-28T12:00:00Z") == "2026-03-29T06:00Z")
        #expect(try next(morning, after: "2026-03-27T12:00:00Z") == "2026-03-28T07:00Z")
        #expect(try next(morning, after: "2026-10-24T12:00:00Z") == "2026-10-25T07:00Z")
        // 02:30 is not shown on the one day, and twice on the other: once each.
        let night = #"{"mode":"at_times","times":["02:30"],"time_zone":"Europe/Madrid"}"#
        #expect(try next(night, after: "2026-03-28T12:00:00Z") == "2026-03-29T01:30Z")
        #expect(try next(night, after: "2026-03-29T01:30:00Z") == "2026-03-30T00:30Z")
        #expect(try next(night, after: "2026-10-24T12:00:00Z") == "2026-10-25T00:30Z")
        #expect(try next(night, after: "2026-10-25T00:30:00Z") == "2026-10-26T01:30Z")
        // Beyond the tables of the files, by the rule at their end.
        #expect(try next(morning, after: "2056-07-01T12:00:00Z") == "2056-07-02T06:00Z")
        #expect(try next(morning, after: "2056-12-01T12:00:00Z") == "2056-12-02T07:00Z")
        let south = #"{"mode":"at_times","times":["08:00"],"time_zone":"Australia/Sydney"}"#
        #expect(try next(south, after: "2056-01-01T12:00:00Z") == "2056-01-01T21:00Z")
        #expect(try next(south, after: "2056-07-01T12:00:00Z") == "2056-07-01T22:00Z")
    }

    @Test func quietPartsOfTheDayMayPassMidnight() throws {
        let text = #"{"quiet":{"from":"22:00","to":"07:00"},"time_zone":"UTC"}"#
        let rule = try rule(text)
        for (clock, isHeld) in [("21:59", false), ("22:00", true), ("00:00", true), ("06:59", true), ("07:00", false)] {
            #expect(try rule.isHeld(at: time("2026-11-26T\(clock):00Z")) == isHeld, "\(clock)")
        }
        #expect(try next(text, after: "2026-11-26T12:00:00Z") == "2026-11-26T22:00Z")
        #expect(try next(text, after: "2026-11-26T23:00:00Z") == "2026-11-27T07:00Z")
        #expect(try next(text, after: "2026-11-27T06:00:00Z") == "2026-11-27T07:00Z")
        let noon = try self.rule(#"{"quiet":{"from":"12:00","to":"13:00"},"time_zone":"UTC"}"#)
        #expect(try noon.isHeld(at: time("2026-11-26T12:30:00Z")))
        #expect(try !noon.isHeld(at: time("2026-11-26T23:30:00Z")))
    }

    @Test func whatFallsIntoAQuietPartWaitsForItsEnd() throws {
        let every = #"{"mode":"every","every_minutes":60,"quiet":{"from":"22:00","to":"07:00"},"time_zone":"UTC"}"#
        #expect(try next(every, after: "2026-11-26T21:30:00Z") == "2026-11-27T07:00Z")
        #expect(try next(every, after: "2026-11-26T20:30:00Z") == "2026-11-26T21:30Z")
        let times =
            #"{"mode":"at_times","times":["23:00","12:00"],"quiet":{"from":"22:00","to":"07:00"},"time_zone":"UTC"}"#
        #expect(try next(times, after: "2026-11-26T13:00:00Z") == "2026-11-27T07:00Z")
    }

    @Test func whatWasDueIsFoundAfterwards() throws {
        let rule = try rule(#"{"mode":"at_times","times":["08:00","17:30"],"time_zone":"UTC"}"#)
        let start = try time("2026-11-26T08:00:00Z")
        #expect(try rule.lastDue(before: time("2026-11-26T17:29:00Z"), since: start) == nil)
        #expect(try rule.lastDue(before: time("2026-11-28T12:00:00Z"), since: start) == time("2026-11-28T08:00:00Z"))
    }

    @Test func zonesAreReadFromTheirFiles() throws {
        #expect(TimeZoneRules.utc.offset(at: 0) == 0)
        let tokyo = try #require(TimeZoneRules.named("Asia/Tokyo"))
        #expect(tokyo.offset(at: 1_700_000_000) == 9 * 3600)
        let kolkata = try #require(TimeZoneRules.named("Asia/Kolkata"))
        #expect(kolkata.offset(at: 1_700_000_000) == 19_800)
        let dublin = try #require(TimeZoneRules.named("Europe/Dublin"))
        #expect(try dublin.offset(at: time("2026-07-01T00:00:00Z") / 1000) == 3600)
        #expect(try dublin.offset(at: time("2026-12-01T00:00:00Z") / 1000) == 0)
        #expect(try dublin.offset(at: time("2070-07-01T00:00:00Z") / 1000) == 3600)
        for broken in [[], Array("TZif".utf8), Array("TZif2".utf8) + [UInt8](repeating: 255, count: 60)] as [[UInt8]] {
            #expect(TimeZoneRules(parsing: broken) == nil)
        }
    }

    @Test func daysAreCountedAsTheCalendarHasThem() {
        for days in stride(from: -800_000, through: 800_000, by: 997) {
            #expect(CivilDate(daysSince1970: days).daysSince1970 == days)
        }
        #expect(CivilDate(daysSince1970: 0) == CivilDate(year: 1970, month: 1, day: 1))
        #expect(CivilDate(year: 2000, month: 2, day: 29).daysSince1970 == 11_016)
        #expect(CivilDate(year: 2026, month: 11, day: 26).weekday == 4)
    }
}
