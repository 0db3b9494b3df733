import JSON
import MatrixAPI

/// Reads sliding sync's requests in one of their forms.
struct SlidingRequestReader {
    let dialect: SlidingDialect
    /// Who asks.
    let user: UserID

    private static let maximumLists = 100
    private static let maximumSubscriptions = 100
    private static let maximumNameLength = 255

    /// - Parameter query: the value of a query parameter, where the simplified dialect has what the stable one has in
    ///   the body.
    /// - Throws: `M_INVALID_PARAM`, `M_MISSING_PARAM`, `M_BAD_JSON`.
    func request(_ body: JSONValue, query: (String) -> String?) throws -> SlidingRequest {
        guard body.isObject else { throw MatrixError.badJSON("The body must be an object") }
        func parameter(_ name: String) throws -> String? {
            dialect == .stable ? try body.optionalString(name) : query(name)
        }
        let connection = try body.optionalString("conn_id") ?? ""
        guard connection.utf8.count <= Self.maximumNameLength else {
            throw MatrixError.invalidParam("conn_id is too long")
        }
        let timeout = try dialect == .stable ? body.optionalInt("timeout") : integer(query("timeout"), "timeout")
        return SlidingRequest(
            dialect: dialect, connection: connection, position: try parameter("pos"),
            timeout: try self.timeout(timeout), presence: try Sync.presence(parameter("set_presence")),
            lists: try lists(body), subscriptions: try subscriptions(body),
            extensions: try SlidingExtensions(body.optionalObject("extensions") ?? .emptyObject, dialect))
    }

    private func integer(_ text: String?, _ name: String) throws -> Int64? {
        guard let text else { return nil }
        guard let value = Int64(text) else { throw MatrixError.invalidParam("\(name) must be an integer") }
        return value
    }

    private func timeout(_ milliseconds: Int64?) throws -> Duration {
        guard let milliseconds else { return .zero }
        guard milliseconds >= 0 else { throw MatrixError.invalidParam("timeout must not be negative") }
        return .milliseconds(min(milliseconds, Int64(Int32.max)))
    }

    private func lists(_ body: JSONValue) throws -> [SlidingList] {
        guard let members = try body.optionalObject("lists")?.object else { return [] }
        guard members.count <= Self.maximumLists else {
            throw MatrixError.invalidParam("More than \(Self.maximumLists) lists")
        }
        return try members.map { name, list in
            guard isOpaqueIdentifier(name) || dialect == .simplified, name.utf8.count <= Self.maximumNameLength else {
                throw MatrixError.invalidParam("A list cannot have this name")
            }
            guard list.isObject else { throw MatrixError.badJSON("lists.\(name) must be an object") }
            return SlidingList(
                name: name, filter: try SlidingRoomFilter(list.optionalObject("filters") ?? .emptyObject, dialect),
                ranges: try ranges(of: list), config: try config(list))
        }.sorted { $0.name < $1.name }
    }

    /// Source: Matrix specification, appendices, "Opaque Identifiers".
    private func isOpaqueIdentifier(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private func ranges(of list: JSONValue) throws -> [ClosedRange<Int>]? {
        func range(_ value: JSONValue) throws -> ClosedRange<Int> {
            let ends = try value.array?.map { end in
                guard let int = end.int, int >= 0 else { throw MatrixError.invalidParam("A range has numbers from 0") }
                return Int(int)
            }
            guard let ends, ends.count == 2, ends[0] <= ends[1] else {
                throw MatrixError.invalidParam("A range has two numbers, the smaller first")
            }
            return ends[0]...ends[1]
        }
        if dialect == .stable {
            guard let value = list["range"], !value.isNull else { return nil }
            return [try range(value)]
        }
        guard let value = list["ranges"], !value.isNull else { return nil }
        let ranges = try list.optionalArray("ranges")
        guard ranges.count <= Self.maximumLists else { throw MatrixError.invalidParam("Too many ranges") }
        return try ranges.map(range)
    }

    private func subscriptions(_ body: JSONValue) throws -> [RoomID: SlidingRoomConfig] {
        guard let members = try body.optionalObject("room_subscriptions")?.object else { return [:] }
        guard members.count <= Self.maximumSubscriptions else {
            throw MatrixError.invalidParam("More than \(Self.maximumSubscriptions) room subscriptions")
        }
        var subscriptions: [RoomID: SlidingRoomConfig] = [:]
        for (name, subscription) in members {
            guard subscription.isObject else { throw MatrixError.badJSON("room_subscriptions must have objects") }
            let config = try config(subscription)
            // What is no room is like a room that does not exist.
            if let room = RoomID(name) { subscriptions[room] = config }
        }
        return subscriptions
    }

    /// More events of a room than this are not in one answer.
    private static let maximumTimelineLimit: Int64 = 100

    private func config(_ value: JSONValue) throws -> SlidingRoomConfig {
        guard let limit = try value.optionalInt("timeline_limit") else {
            throw MatrixError.missingParam("timeline_limit")
        }
        guard limit >= 0 else { throw MatrixError.invalidParam("timeline_limit must not be negative") }
        let selection =
            switch dialect {
            case .simplified: try RequiredState.Selection(pairs: value.optionalArray("required_state"), user)
            case .stable: try RequiredState.Selection(try value.optionalObject("required_state") ?? .emptyObject)
            }
        return SlidingRoomConfig(
            timelineLimit: Int(min(limit, Self.maximumTimelineLimit)), state: RequiredState(selection))
    }
}

extension RequiredState.Selection {
    /// Pairs of type and key, either of which may be `*`; the key may be `$ME` or, for members, `$LAZY`.
    fileprivate init(pairs: [JSONValue], _ user: UserID) throws {
        for element in pairs {
            let pair = element.array?.compactMap(\.string) ?? []
            guard pair.count == 2, element.count == 2 else {
                throw MatrixError.badJSON("required_state must have pairs of strings")
            }
            if pair[1] == "$LAZY" {
                if pair[0] == "m.room.member" { lazyMembers = true }
                continue
            }
            include.insert(
                type: pair[0] == "*" ? nil : pair[0],
                key: pair[1] == "*" ? nil : pair[1] == "$ME" ? user.string : pair[1])
        }
    }

    fileprivate init(_ value: JSONValue) throws {
        func selector(_ name: String) throws -> StateSelector {
            var selector = StateSelector()
            for element in try value.optionalArray(name) {
                guard element.isObject else { throw MatrixError.badJSON("\(name) must have objects") }
                selector.insert(
                    type: try element.optionalString("type"), key: try element.optionalString("state_key"))
            }
            return selector
        }
        include = try selector("include")
        exclude = try selector("exclude")
        lazyMembers = try value.optionalBool("lazy_members") ?? false
    }
}

extension SlidingRoomFilter {
    fileprivate init(_ value: JSONValue, _ dialect: SlidingDialect) throws {
        func types(_ name: String) throws -> Set<String?>? {
            guard let member = value[name], !member.isNull else { return nil }
            return Set(
                try value.optionalArray(name).map { type in
                    guard type.isNull || type.string != nil else {
                        throw MatrixError.badJSON("\(name) must have strings and null")
                    }
                    return type.string
                })
        }
        func strings(_ name: String) throws -> [String]? {
            guard let member = value[name], !member.isNull else { return nil }
            return try value.optionalStrings(name)
        }
        self.init(
            isDirect: try value.optionalBool("is_dm"), isEncrypted: try value.optionalBool("is_encrypted"),
            isInvite: try value.optionalBool(dialect == .stable ? "is_invited" : "is_invite"),
            types: try types("room_types"), excludedTypes: try types("not_room_types") ?? [],
            spaces: try strings("spaces")?.compactMap { RoomID($0) }, tags: try strings("tags").map { Set($0) },
            excludedTags: Set(try strings("not_tags") ?? []))
    }
}
