import EventLoop
import JSON
import Synchronization

/// Lets the keys of an encrypted conversation overtake its first message.
///
/// A client that begins a Megolm session claims one-time keys and then sends the session's key to each device. Some
/// (nheko 0.11) send the first message beside that, two requests earlier, and never try again to decrypt a message that
/// came before its key. So the first message of each session waits for `headStart`; the others are sent as they come.
/// After a restart of the server a session counts as new once more.
final class MegolmSessions: Sendable {
    /// Two round trips of a slow network, and nothing that a person notices.
    static let headStart: Duration = .milliseconds(150)
    /// Sessions of one generation; the two latest generations are remembered.
    static let generation = 20_000

    private struct Seen {
        var latest: Set<String> = []
        var earlier: Set<String> = []
    }
    private let seen = Mutex(Seen())

    /// Waits if `content`, of an `m.room.encrypted` event, is the first of its session.
    func letKeysPass(_ content: JSONValue, on loop: EventLoop) async {
        guard content["algorithm"]?.string == "m.megolm.v1.aes-sha2", let session = content["session_id"]?.string,
            session.utf8.count <= 64, isFirst(session)
        else { return }
        await withCheckedContinuation { continuation in
            loop.schedule(after: Self.headStart) { continuation.resume() }
        }
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
