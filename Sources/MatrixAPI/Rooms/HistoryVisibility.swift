package import JSON

/// Who may read a room's events.
///
/// Source: Client-Server API, "Room History Visibility".
package enum HistoryVisibility: String, Sendable, CaseIterable {
    case worldReadable = "world_readable"
    case shared
    case invited
    case joined

    /// - Parameter content: the content of `m.room.history_visibility`; nil when the room has none. What is not
    ///   understood counts as `shared`.
    package init(content: JSONValue?) {
        self = content?["history_visibility"]?.string.flatMap(HistoryVisibility.init) ?? .shared
    }

    /// Whether a user may see an event for which this was in force.
    /// - Parameters:
    ///   - membership: the user's, when the event was sent.
    ///   - joinsLater: the user joined at any time after the event.
    package func allows(membership: Membership?, joinsLater: Bool) -> Bool {
        switch (self, membership) {
        case (.worldReadable, _), (_, .join): true
        case (.shared, _): joinsLater
        case (.invited, .invite): true
        case (.invited, _), (.joined, _): false
        }
    }

    /// Whether a user may see an event, also if the event itself changes what counts: then either side of it does.
    /// - Parameters:
    ///   - visibility: in force before the event.
    ///   - visibilityAfter: what the event makes of it, if it is `m.room.history_visibility`.
    ///   - membership: the user's before the event.
    ///   - membershipAfter: what the event makes of it, if it is the user's own `m.room.member`.
    ///   - joinsLater: the user joined at any time after the event.
    package static func allows(
        _ visibility: HistoryVisibility, visibilityAfter: HistoryVisibility? = nil,
        membership: Membership?, membershipAfter: Membership? = nil, joinsLater: Bool
    ) -> Bool {
        func allows(_ visibility: HistoryVisibility) -> Bool {
            visibility.allows(membership: membership, joinsLater: joinsLater)
                || membershipAfter.map { visibility.allows(membership: $0, joinsLater: joinsLater) } ?? false
        }
        return allows(visibility) || visibilityAfter.map(allows) ?? false
    }
}
