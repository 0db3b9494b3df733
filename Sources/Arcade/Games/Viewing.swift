package import JSON

/// Looking at pictures, videos or music together, in step: what is on, whether it runs, and where it was at what time of
/// the server. Clients know how far their clock is from the server's and keep to that.
///
/// Moves: `add KIND URL [TITLE]`, `remove N`, `show N`, `play`, `pause`, `seek MILLISECONDS`, `lead` (from then on only the
/// one who said it), `share` (everybody again).
package struct Viewing: Game {
    package static let kind = "viewing"
    package static let seats = 1...50
    package static let isContest = false

    private static let maximumItems = 200
    private static let kinds: Set<Substring> = ["picture", "video", "audio"]

    private struct Item: Sendable {
        let kind: String
        let url: String
        let title: String
    }

    private var items: [Item] = []
    private var current = 0
    private var isPlaying = false
    /// Where it was, in milliseconds, at `since`.
    private var position: Int64 = 0
    /// Milliseconds since 1970.
    private var since: Int64 = 0
    /// The one who may steer; nil for everybody.
    private var leader: Int?

    package init(options: JSONValue, seed: UInt64, seats: Int) throws(GameError) {}

    package var turn: Int? { nil }
    package var outcome: Outcome? { nil }

    package mutating func play(_ move: String, by seat: Int, at time: Int64) throws(GameError) {
        let words = move.split(separator: " ", maxSplits: 1)
        let rest = words.count > 1 ? words[1] : ""
        if words.first == "add" { return try add(rest, at: time) }
        guard leader == nil || leader == seat else { throw .notYourTurn }
        switch words.first {
        case "remove":
            let index = try index(rest)
            items.remove(at: index)
            if index == current { show(min(current, max(0, items.count - 1)), at: time) }
            if index < current { current -= 1 }
        case "show": show(try index(rest), at: time)
        case "play":
            guard !items.isEmpty else { throw .illegal("Nothing is on") }
            if !isPlaying { since = time }
            isPlaying = true
        case "pause":
            position = position(at: time)
            (isPlaying, since) = (false, time)
        case "seek":
            guard let wanted = Int64(rest), (0...86_400_000).contains(wanted) else { throw .malformed }
            (position, since) = (wanted, time)
        case "lead": leader = seat
        case "share": leader = nil
        default: throw .malformed
        }
    }

    /// What nobody leads any more, everybody may steer again.
    package mutating func seatLeft(_ seat: Int) { if leader == seat { leader = nil } }

    private func position(at time: Int64) -> Int64 { isPlaying ? position + max(0, time - since) : position }

    private func index(_ text: Substring) throws(GameError) -> Int {
        guard let index = Int(text) else { throw .malformed }
        guard items.indices.contains(index) else { throw .illegal("There is no such item") }
        return index
    }

    private mutating func show(_ index: Int, at time: Int64) {
        (current, position, since) = (index, 0, time)
        if items.isEmpty { isPlaying = false }
    }

    /// Addresses are those of files of the session (`files/…`), of the web and of Matrix; clients show what they can reach.
    private mutating func add(_ text: Substring, at time: Int64) throws(GameError) {
        let parts = text.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, Self.kinds.contains(parts[0]), parts[1].utf8.count <= 2000 else { throw .malformed }
        let url = parts[1]
        guard ["https://", "mxc://", "files/"].contains(where: url.hasPrefix),
            url.utf8.allSatisfy({ 0x21...0x7e ~= $0 })
        else { throw .illegal("Such an address is not taken") }
        guard items.count < Self.maximumItems else { throw .illegal("The list is full") }
        let title = parts.count > 2 ? String(parts[2].prefix(200)) : ""
        items.append(Item(kind: String(parts[0]), url: String(url), title: title))
        if items.count == 1 { show(0, at: time) }
    }

    package func write(for seat: Int?, into view: inout JSONWriter) {
        view.array("items") { list in
            for item in items {
                list.object { object in
                    object.member("kind", item.kind)
                    object.member("url", item.url)
                    object.member("title", item.title)
                }
            }
        }
        view.member("current", current)
        view.member("playing", isPlaying)
        view.member("position_ms", position)
        view.member("at_ts", since)
        view.memberIfPresent("leader", leader)
        view.member("may_steer", seat != nil && (leader == nil || leader == seat))
    }
}
