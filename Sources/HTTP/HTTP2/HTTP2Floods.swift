import EventLoop

/// Counts what costs us more than it costs the client, in windows of time.
struct HTTP2Floods {
    private var windowEnd = MonotonicTime(nanoseconds: 0)
    private var resets = 0
    private var controlFrames = 0

    /// Returns false when there have been too many.
    mutating func countReset(_ limits: HTTP2Limits, at now: MonotonicTime) -> Bool {
        roll(limits, now)
        resets += 1
        return resets <= limits.resets
    }

    /// Returns false when there have been too many.
    mutating func countControlFrame(_ limits: HTTP2Limits, at now: MonotonicTime) -> Bool {
        roll(limits, now)
        controlFrames += 1
        return controlFrames <= limits.controlFrames
    }

    private mutating func roll(_ limits: HTTP2Limits, _ now: MonotonicTime) {
        guard now >= windowEnd else { return }
        windowEnd = now + limits.resetWindow
        resets = 0
        controlFrames = 0
    }
}
