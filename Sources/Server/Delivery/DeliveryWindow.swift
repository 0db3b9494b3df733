import MatrixAPI
import Store

/// The part of a feed's items that a member's client gets between two places in the journal: those in (`from`,
/// `through`] that have the member's words. What is no item comes as it happens.
package struct DeliveryWindow: Sendable {
    package let from: Int64
    package let through: Int64
    let rule: DeliveryRule

    /// Whether items are in it that happened before the range that a client asks for.
    func reachesBack(before since: Int64) -> Bool { from < since && through > from }

    /// Whether an event is for the client.
    ///
    /// - Parameter since: the lower end of the range that it asks for.
    func shows(_ event: Event, since: Int64) -> Bool {
        guard event.isItem else { return event.position > since }
        return event.position > from && isDelivered(event)
    }

    /// Whether the client has an event that it may have got at any time.
    func isDelivered(_ event: Event) -> Bool { !event.isItem || (event.position <= through && passes(event)) }

    /// Whether an item comes at all.
    func passes(_ event: Event) -> Bool { rule.words.isEmpty || rule.passes(FoldedText(of: event)) }
}

/// What is known of a member's deliveries from a feed.
struct DeliveryEntry: Sendable {
    /// In memory, at most.
    static let maximumMarks = 8

    var rule: DeliveryRule
    /// The newest, ascending; not empty.
    private(set) var marks: [DeliveryMark]
    /// Whether there are no older ones in the store.
    private(set) var isWhole: Bool

    init(rule: DeliveryRule, marks: [DeliveryMark], isWhole: Bool) {
        self.rule = rule
        self.marks = marks
        self.isWhole = isWhole
    }

    var last: DeliveryMark? { marks.last }

    /// Whether what comes waits.
    var isHeld: Bool { last?.isHeld ?? false }

    /// Whether not all items come at once.
    var isException: Bool { isHeld || !rule.words.isEmpty }

    mutating func add(_ mark: DeliveryMark) {
        marks.append(mark)
        guard marks.count > Self.maximumMarks else { return }
        marks.removeFirst()
        isWhole = false
    }

    /// Up to where a client has the items that is at a place in the journal; nil when only the store knows.
    func through(at position: Int64) -> Int64? {
        if let mark = marks.last(where: { $0.position <= position }) { return mark.through(at: position) }
        guard isWhole, let first = marks.first else { return nil }
        return min(position, first.before)
    }
}

extension DeliveryMark {
    /// Up to where a client has the items that is at a place from this mark on.
    func through(at position: Int64) -> Int64 { isHeld ? through : position }
}

extension StoreReader {
    /// What `DeliveryEntry.through` says, from the store. A client whose place is older than all marks that are kept has
    /// what it had at the first of them at most.
    func deliveredThrough(of user: UserID, in room: RoomID, at position: Int64) throws(StoreError) -> Int64 {
        if let mark = try deliveryMark(of: user, in: room, at: position) { return mark.through(at: position) }
        return min(position, try firstDeliveryMark(of: user, in: room)?.before ?? position)
    }
}
