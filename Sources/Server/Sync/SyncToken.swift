/// Where a sync ended: `s<position>_<epoch>_<ephemeral>[_<to-device>]`.
///
/// Durable changes have positions in the journal. Typing and presence are not durable: they are counted since the
/// process started, and a token of an earlier process (another epoch) gets all of them anew.
package struct SyncToken: Hashable, Sendable, CustomStringConvertible {
    package var position: Int64
    package var epoch: UInt32
    package var ephemeral: Int64
    /// Position up to which messages to the device were given, where they did not all fit into one answer.
    package var toDevice: Int64?

    package init(position: Int64, epoch: UInt32, ephemeral: Int64, toDevice: Int64? = nil) {
        self.position = position
        self.epoch = epoch
        self.ephemeral = ephemeral
        self.toDevice = toDevice
    }

    /// nil when `text` is not a token.
    package init?(_ text: String) {
        guard text.utf8.first == UInt8(ascii: "s") else { return nil }
        let parts = text.dropFirst().split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3 || parts.count == 4, let position = Int64(parts[0]), position >= 0,
            let epoch = UInt32(parts[1]), let ephemeral = Int64(parts[2]), ephemeral >= 0
        else { return nil }
        self.init(position: position, epoch: epoch, ephemeral: ephemeral)
        if parts.count == 4 {
            guard let last = Int64(parts[3]), last >= 0, last <= position else { return nil }
            toDevice = last
        }
    }

    package var description: String {
        let base = "s\(position)_\(epoch)_\(ephemeral)"
        return toDevice.map { "\(base)_\($0)" } ?? base
    }
}

/// A place in a room's timeline between two events: just after the one at `position`.
///
/// Paging backwards from it gives events at or before `position`, forwards those after it. Sync tokens and sliding
/// sync's positions are taken too: clients page from `next_batch`, `pos` and `prev_batch` alike.
package struct TimelineToken: Hashable, Sendable, CustomStringConvertible {
    package let position: Int64

    package init(after position: Int64) { self.position = max(0, position) }

    /// nil when `text` is none of these.
    package init?(_ text: String) {
        if let sync = SyncToken(text) {
            position = sync.position
        } else if let sliding = SlidingPosition(text) {
            position = sliding.position
        } else if text.utf8.first == UInt8(ascii: "t"), let position = Int64(text.dropFirst()), position >= 0 {
            self.position = position
        } else {
            return nil
        }
    }

    package var description: String { "t\(position)" }
}
