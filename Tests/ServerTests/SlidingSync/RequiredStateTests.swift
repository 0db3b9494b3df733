import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct RequiredStateTests {
    private static let me = UserID(unchecked: "@me:mado.test")

    private func config(_ dialect: SlidingDialect, _ state: String) throws -> SlidingRoomConfig {
        let body = #"{"lists":{"l":{"timeline_limit":1,"required_state":\#(state)}}}"#
        let request = try SlidingRequestReader(dialect: dialect, user: Self.me).request(json(body)) { _ in nil }
        return try #require(request.lists.first).config
    }

    private static let all = [
        StateKey("m.room.create"), StateKey("m.room.name"), StateKey("m.room.member", "@me:mado.test"),
        StateKey("m.room.member", "@other:mado.test"), StateKey("m.widget", "a"),
        StateKey("m.widget", "@me:mado.test"),
    ]

    /// Which of `all` are matched.
    private func matched(_ state: RequiredState) -> Set<Int> {
        Set(Self.all.indices.filter { state.matches(Self.all[$0]) })
    }

    @Test(arguments: [
        (#"[]"#, #"{}"#, []),
        (#"[["m.room.name",""]]"#, #"{"include":[{"type":"m.room.name","state_key":""}]}"#, [1]),
        (#"[["*","*"]]"#, #"{"include":[{}]}"#, [0, 1, 2, 3, 4, 5]),
        (
            #"[["*","*"],["m.room.member","$LAZY"]]"#, #"{"include":[{}],"lazy_members":true}"#, [0, 1, 4, 5]
        ),
        (
            #"[["*","*"],["m.room.member","$LAZY"],["m.room.member","$ME"]]"#,
            #"{"include":[{},{"type":"m.room.member","state_key":"@me:mado.test"}],"lazy_members":true}"#,
            [0, 1, 2, 4, 5]
        ),
        (#"[["*","$ME"]]"#, #"{"include":[{"state_key":"@me:mado.test"}]}"#, [2, 5]),
        (#"[["m.room.member","*"]]"#, #"{"include":[{"type":"m.room.member"}]}"#, [2, 3]),
        (#"[["m.widget","*"]]"#, #"{"include":[{"type":"m.widget"}]}"#, [4, 5]),
    ])
    func theDialectsSayTheSame(_ pairs: String, _ elements: String, _ expected: [Int]) throws {
        #expect(try matched(config(.simplified, pairs).state) == Set(expected))
        #expect(try matched(config(.stable, elements).state) == Set(expected))
    }

    @Test func whatIsExcluded() throws {
        let state = try config(.stable, #"{"include":[{}],"exclude":[{"type":"m.room.create"},{"state_key":"a"}]}"#)
        #expect(matched(state.state) == [1, 2, 3, 5])
    }

    @Test func aUnionIsWhatEitherTakes() throws {
        var both = try config(.stable, #"{"include":[{"type":"m.room.name"}],"lazy_members":true}"#)
        let other = try config(
            .stable, #"{"include":[{"type":"m.widget"},{"type":"m.room.create"}],"exclude":[{"type":"m.room.create"}]}"#
        )
        both.formUnion(other)
        #expect(matched(both.state) == [1, 4, 5])
        #expect(both.state.lazyMembers)
        both.formUnion(try config(.stable, #"{"include":[{}]}"#))
        #expect(!both.state.lazyMembers, "all members are given anyway")
        #expect(both.timelineLimit == 1)
    }

    @Test func rangesAreCutAndGivenOnce() {
        let config = SlidingRoomConfig(timelineLimit: 1, state: RequiredState(.init()))
        func places(_ ranges: [ClosedRange<Int>]?, of count: Int) -> [Int] {
            SlidingList(name: "l", filter: SlidingRoomFilter(), ranges: ranges, config: config).places(of: count)
        }
        #expect(places(nil, of: 3) == [0, 1, 2])
        #expect(places([], of: 3) == [])
        #expect(places([0...99], of: 2) == [0, 1])
        #expect(places([2...3, 0...2], of: 10) == [0, 1, 2, 3])
        #expect(places([0...5, 1...2], of: 10) == [0, 1, 2, 3, 4, 5])
        #expect(places([4...Int.max], of: 3) == [])
        #expect(places([1...Int.max], of: 3) == [1, 2])
    }

    // MARK: Bad requests

    private static let limit = #""timeline_limit":1"#

    @Test(arguments: [
        (#"{"conn_id":5}"#, "M_BAD_JSON"),
        (#"{"lists":[]}"#, "M_BAD_JSON"),
        (#"{"lists":{"a":{}}}"#, "M_MISSING_PARAM"),
        (#"{"lists":{"a":{"timeline_limit":-1}}}"#, "M_INVALID_PARAM"),
        (#"{"lists":{"a":{"timeline_limit":"1"}}}"#, "M_BAD_JSON"),
        (#"{"lists":{"a b":{\#(limit)}}}"#, "M_INVALID_PARAM"),
        (#"{"lists":{"a":{\#(limit),"range":[1]}}}"#, "M_INVALID_PARAM"),
        (#"{"lists":{"a":{\#(limit),"range":[2,1]}}}"#, "M_INVALID_PARAM"),
        (#"{"lists":{"a":{\#(limit),"range":[-1,1]}}}"#, "M_INVALID_PARAM"),
        (#"{"lists":{"a":{\#(limit),"filters":{"is_dm":1}}}}"#, "M_BAD_JSON"),
        (#"{"lists":{"a":{\#(limit),"filters":{"room_types":[1]}}}}"#, "M_BAD_JSON"),
        (#"{"lists":{"a":{\#(limit),"required_state":[]}}}"#, "M_BAD_JSON"),
        (#"{"lists":{"a":{\#(limit),"required_state":{"include":[1]}}}}"#, "M_BAD_JSON"),
        (#"{"room_subscriptions":{"!a:b":1}}"#, "M_BAD_JSON"),
        (#"{"set_presence":"asleep"}"#, "M_INVALID_PARAM"),
        (#"{"timeout":-1}"#, "M_INVALID_PARAM"),
        (#"{"extensions":{"typing":true}}"#, "M_BAD_JSON"),
        (#"{"extensions":{"to_device":{"enabled":true,"since":"x"}}}"#, "M_INVALID_PARAM"),
        (#"{"extensions":{"to_device":{"enabled":true,"limit":0}}}"#, "M_INVALID_PARAM"),
        (#"{"pos":"s1_1_1"}"#, "M_UNKNOWN_POS"),
        (#"{"pos":"w1_a_1"}"#, "M_UNKNOWN_POS"),
    ])
    func badRequestsAreRefused(_ body: String, _ code: String) async throws {
        try await SyncHarness.run { server in
            let member = try await server.member("hanako")
            #expect(await member.post("/_matrix/client/v4/sync", body).outcome == "400 \(code)")
        }
    }

    @Test func thereAreLimits() async throws {
        try await SyncHarness.run { server in
            let member = try await server.member("hanako")
            func many(_ count: Int, _ name: (Int) -> String) -> String {
                (0..<count).map { #""\#(name($0))":{\#(Self.limit)}"# }.joined(separator: ",")
            }
            let maps: [(String, (Int) -> String)] = [("lists", { "l\($0)" }), ("room_subscriptions", { "!r\($0):x" })]
            for (key, name) in maps {
                let fits = await member.post("/_matrix/client/v4/sync", #"{"\#(key)":{\#(many(100, name))}}"#)
                #expect(fits.status == 200)
                let tooMany = await member.post("/_matrix/client/v4/sync", #"{"\#(key)":{\#(many(101, name))}}"#)
                #expect(tooMany.outcome == "400 M_INVALID_PARAM")
            }
            #expect(await server.request(.post, "/_matrix/client/v4/sync", body: "{}").outcome == "401 M_MISSING_TOKEN")
        }
    }
}
