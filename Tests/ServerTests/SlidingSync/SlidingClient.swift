import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// A client that speaks sliding sync as its proposal has it: keeps what it was told, and goes on from there.
struct SlidingClient {
    /// What the client knows of a room.
    struct Room {
        var name: String?
        var timeline: [String] = []
        var state: [String: JSONValue] = [:]
        var stripped: [JSONValue] = []
        var isDirect = false
        var bumpStamp: Int64 = 0
    }

    let member: TestMember
    let dialect: SlidingDialect
    var name = "rooms"
    var position: String?
    /// JSON of the request.
    var lists = ""
    var subscriptions = ""
    var extensions = ""
    private(set) var rooms: [RoomID: Room] = [:]

    init(_ member: TestMember, _ dialect: SlidingDialect) {
        self.member = member
        self.dialect = dialect
    }

    /// Wants the newest rooms in a range, and these pieces of their state.
    mutating func see(
        _ range: ClosedRange<Int>, timeline: Int = 10, state: [(String, String)] = [], lazy: Bool = false,
        filters: String = "{}", list: String = "all"
    ) {
        let numbers = "[\(range.lowerBound),\(range.upperBound)]"
        let ranges = dialect == .stable ? #""range":\#(numbers)"# : #""ranges":[\#(numbers)]"#
        lists = #""\#(list)":{\#(ranges),"filters":\#(filters),\#(config(timeline, state, lazy))}"#
    }

    mutating func subscribe(
        to rooms: RoomID..., timeline: Int = 10, state: [(String, String)] = [], lazy: Bool = false
    ) {
        subscriptions = rooms.map { #""\#($0)":{\#(config(timeline, state, lazy))}"# }.joined(separator: ",")
    }

    /// Asks for extensions, each with what belongs to it.
    mutating func extend(_ wanted: [String: String]) {
        extensions = wanted.map { #""\#($0)":{"enabled":true\#($1)}"# }.joined(separator: ",")
    }

    private func config(_ timeline: Int, _ state: [(String, String)], _ lazy: Bool) -> String {
        let required: String
        switch dialect {
        case .simplified:
            var pairs = state.map { #"["\#($0)","\#($1)"]"# }
            if lazy { pairs.append(#"["m.room.member","$LAZY"]"#) }
            required = "[\(pairs.joined(separator: ","))]"
        case .stable:
            let elements = state.map { type, key in
                let members = [("type", type), ("state_key", key)].filter { $0.1 != "*" }
                return "{" + members.map { #""\#($0)":"\#($1)""# }.joined(separator: ",") + "}"
            }
            required = #"{"include":[\#(elements.joined(separator: ","))],"lazy_members":\#(lazy)}"#
        }
        return #""timeline_limit":\#(timeline),"required_state":\#(required)"#
    }

    // MARK: Requests

    func begin(timeout: Int? = nil, at position: String?) -> PendingAnswer {
        var body = #""conn_id":"\#(name)","lists":{\#(lists)},"room_subscriptions":{\#(subscriptions)},"#
        body += #""extensions":{\#(extensions)}"#
        var target = "/_matrix/client/v4/sync"
        switch dialect {
        case .stable:
            if let position { body += #","pos":"\#(position)""# }
            if let timeout { body += #","timeout":\#(timeout)"# }
        case .simplified:
            target = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync?"
            target += [position.map { "pos=\($0)" }, timeout.map { "timeout=\($0)" }].compactMap(\.self)
                .joined(separator: "&")
        }
        return member.server.begin(.post, target, token: member.token, body: "{\(body)}")
    }

    /// A request that waits half a minute, from where the client is.
    func poll() -> PendingAnswer { begin(timeout: 30000, at: position) }

    /// Asks without waiting, and takes the answer in.
    @discardableResult
    mutating func sync(sourceLocation: SourceLocation = #_sourceLocation) async -> TestAnswer {
        let answer = await begin(at: position).whole()
        take(answer, sourceLocation: sourceLocation)
        return answer
    }

    /// Takes an answer in. A room of which nothing was known comes whole.
    mutating func take(_ answer: TestAnswer, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(answer.status == 200, "\(answer.text)", sourceLocation: sourceLocation)
        if let next = answer["pos"]?.string { position = next }
        for (name, news) in answer["rooms"]?.object.map(Array.init) ?? [] {
            let id = RoomID(unchecked: name)
            let isWhole = news["initial"]?.bool ?? false
            #expect(isWhole || rooms[id] != nil, "the rest of \(id) is not known", sourceLocation: sourceLocation)
            var room = isWhole ? Room() : rooms[id] ?? Room()
            if let name = news["name"] { room.name = name.string }
            let isExpanded = (news["expanded_timeline"] ?? news["unstable_expanded_timeline"])?.bool ?? false
            if news["limited"]?.bool == true || isExpanded { room.timeline = [] }
            room.timeline += news["timeline"]?.array?.compactMap { $0["event_id"]?.string } ?? []
            for event in news["required_state"]?.array.map(Array.init) ?? [] {
                room.state["\(event["type"]?.string ?? "") \(event["state_key"]?.string ?? "")"] = event
            }
            if let stripped = (news["stripped_state"] ?? news["invite_state"])?.array {
                room.stripped = Array(stripped)
            }
            if let isDirect = news["is_dm"]?.bool { room.isDirect = isDirect }
            if let stamp = news["bump_stamp"]?.int { room.bumpStamp = stamp }
            rooms[id] = room
        }
    }
}

extension TestAnswer {
    /// What sliding sync tells of a room.
    func news(_ id: RoomID) -> JSONValue? { self["rooms"]?[id.string] }

    /// The rooms that it tells of.
    var newsRooms: Set<String> { Set(self["rooms"]?.object?.map(\.key) ?? []) }

    func news(_ id: RoomID, _ list: String) -> [JSONValue] { news(id)?[list]?.array.map(Array.init) ?? [] }

    /// The bodies of the messages in the room's timeline.
    func newTexts(_ id: RoomID) -> [String] {
        news(id, "timeline").compactMap { $0["content"]?["body"]?.string }
    }

    /// The state that is told, as `type key`.
    func newState(_ id: RoomID) -> Set<String> {
        Set(news(id, "required_state").map { "\($0["type"]?.string ?? "") \($0["state_key"]?.string ?? "")" })
    }

    func count(_ list: String = "all") -> Int64? { self["lists"]?[list]?["count"]?.int }

    func ext(_ name: String) -> JSONValue? { self["extensions"]?[name] }
}

extension SlidingDialect: CaseIterable {
    static var allCases: [SlidingDialect] { [.simplified, .stable] }
}
