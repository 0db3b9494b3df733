/// Which part of a conversation is loaded, by positions in the store.
struct TimelineWindow: Sendable, Equatable {
    /// The first position that belongs to it.
    var lower: Int64
    /// The last one; nil when the window reaches to the newest message.
    var upper: Int64?

    static let pageSize = 60
}

/// What a window shows.
struct TimelineSlice: Sendable {
    var window: TimelineWindow
    var items: [TimelineItem]
    var hasOlder: Bool
    var hasNewer: Bool
    /// Gaps in the window, by position, newest first.
    var gaps: [Int64]
}
