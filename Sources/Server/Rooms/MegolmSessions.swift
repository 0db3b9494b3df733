import EventLoop
import JSON
import Synchronization

/// Lets the keys of an encrypted conversation overtake its first message.
///
/// A client that begins a Megolm session claims one-time keys and then sends the session's key to each device. Some
/// (nheko 0.11) send the first message beside that, two requests earlier, and never try again to decrypt a message that
/// came before its key. So the first message of each session waits for `headStart`, and longer while its sender has
/// claimed keys and sent none yet; the others are sent as they come. After a restart of the server a session counts as new once more.
package final class MegolmSessions: Sendable {
    /// Two round trips of a slow network, and nothing that a person notices.
    static let headStart: Duration = .milliseconds(150)
    /// As often as that at most, for a sender whose keys are on their way.
    static let headStarts = 7
    /// Sessions of one generation; the two latest generations are remembered.
    static let generation = 20_000

    private struct Seen {
        var latest: Set<String> = []
        var earlier: Set<String> = []
        /// Who claimed keys and sent none since.
        var preparing: Set<DeviceKeys.DeviceIdentity> = []
    }
    private let seen = Mutex(Seen())

    package init() {}

    /// A device claims keys, most likely to send a session's key to others.
    func claims(_ device: DeviceKeys.DeviceIdentity) { seen.withLock { _ = $0.preparing.insert(device) } }

    /// What a device sent to others is on its way.
    func sends(_ device: DeviceKeys.DeviceIdentity) { seen.withLock { _ = $0.preparing.remove(device) } }

    /// Waits if `content`, of an `m.room.encrypted` event, is the first of its session.
    func letKeysPass(_ content: JSONValue, from device: DeviceKeys.DeviceIdentity, on loop: EventLoop) async {
        guard content["algorithm"]?.string == "m.megolm.v1.aes-sha2", let session = content["session_id"]?.string,
            session.utf8.count <= 64, isFirst(session)
        else { return }
        for _ in 1...Self.headStarts {
            await withCheckedContinuation { continuation in
                loop.schedule(after: Self.headStart) { continuation.resume() }
            }
            if seen.withLock({ !$0.preparing.contains(device) }) { return }
        }
        // Whoever claims keys for something else is not made to wait again.
        sends(device)
    }

    /// Whether nothing of this session was sent before; from now on something was.
    func isFirst(_ session: String) -> Bool {
        seen.withLock { seen in
            guard !seen.latest.contains(session), !seen.earlier.contains(session) else { return false }
            if seen.latest.count == Self.generation {
                seen.earlier = seen.latest
                seen.latest = []
            }
            seen.latest.insert(session)
            return true
        }
    }
}
