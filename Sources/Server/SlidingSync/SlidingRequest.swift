import MatrixAPI

/// The two forms in which clients speak sliding sync: they differ in names and in where parameters stand.
enum SlidingDialect: Sendable {
    /// `org.matrix.simplified_msc3575`: what was used before the proposal was accepted.
    case simplified
    /// `v4/sync`. Source: MSC4186, "Simplified Sliding Sync".
    case stable
}

/// What a client wants to have in sight: rooms by lists and by name, and what of each.
struct SlidingRequest: Sendable {
    let dialect: SlidingDialect
    /// Tells the connections of one device apart; empty when the client gives no name.
    let connection: String
    /// Where the client's last answer ended; nil to begin.
    let position: String?
    let timeout: Duration
    /// What the client says of its member.
    let presence: String?
    /// Ordered by name.
    private(set) var lists: [SlidingList]
    private(set) var subscriptions: [RoomID: SlidingRoomConfig]
    var extensions: SlidingExtensions

    /// Takes configurations that are equal to these from among them.
    mutating func share(_ configs: Set<SlidingRoomConfig>) {
        func shared(_ config: SlidingRoomConfig) -> SlidingRoomConfig {
            configs.firstIndex(of: config).map { configs[$0] } ?? config
        }
        for index in lists.indices { lists[index].config = shared(lists[index].config) }
        subscriptions = subscriptions.mapValues(shared)
    }

    var configs: Set<SlidingRoomConfig> { Set(lists.map(\.config)).union(subscriptions.values) }
}

/// Rooms by their place among those that a filter lets through.
struct SlidingList: Sendable {
    let name: String
    let filter: SlidingRoomFilter
    /// Both ends are part of it; nil for all.
    let ranges: [ClosedRange<Int>]?
    var config: SlidingRoomConfig

    /// The places out of `count` that are in the ranges, each once, ascending.
    func places(of count: Int) -> [Int] {
        guard let ranges else { return Array(0..<count) }
        var places: [Int] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.lowerBound < count {
            let first = max(range.lowerBound, places.last.map { $0 + 1 } ?? 0)
            let last = min(range.upperBound, count - 1)
            if first <= last { places.append(contentsOf: first...last) }
        }
        return places
    }
}

/// What a client wants of a room. Source: MSC4186, "Combining room configs".
struct SlidingRoomConfig: Hashable, Sendable {
    var timelineLimit: Int
    var state: RequiredState

    /// Everything that one of the two asks for.
    mutating func formUnion(_ other: SlidingRoomConfig) {
        timelineLimit = max(timelineLimit, other.timelineLimit)
        state.formUnion(other.state)
    }
}

/// What a client wants besides rooms; nil: nothing of that.
struct SlidingExtensions: Sendable {
    /// Which rooms an extension is about.
    struct Scope: Sendable {
        /// Names of lists; nil for all.
        var lists: Set<String>?
        /// Of the subscribed rooms; nil for all.
        var rooms: Set<RoomID>?

        var isEverything: Bool { lists == nil && rooms == nil }
    }

    struct ToDevice: Sendable {
        /// The device has all messages up to here.
        var since: Int64?
        var limit: Int
    }

    var toDevice: ToDevice?
    var wantsEncryption = false
    var accountData: Scope?
    var receipts: Scope?
    var typing: Scope?
    /// The names by which the client asked: it is answered by the same.
    var keys: [String: String] = [:]
}
