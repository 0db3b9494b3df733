import JSON
import MatrixAPI

/// What one participant is to learn, in order, until it was asked for what comes behind it.
///
/// A cursor is the number of the last event that was seen.
struct ConferenceEvents {
    /// One who is further behind than this is out of date, and told so.
    private static let capacity = 500

    private var events: [(number: Int64, json: [UInt8])] = []
    private(set) var last: Int64 = 0
    private var isOver = false
    private var waiter: UnsafeContinuation<Void, Never>?

    var isAwaited: Bool { waiter != nil }

    // MARK: What happens

    mutating func published(_ participant: Conferences.Participant) {
        add("published") { $0.object("publisher") { participant.write(to: &$0) } }
    }

    mutating func unpublished(_ participant: String) { add("unpublished") { $0.member("participant", participant) } }

    mutating func muted(_ participant: Conferences.Participant) {
        add("muted") { event in
            event.member("participant", participant.identifier)
            participant.writeMuted(to: &event)
        }
    }

    mutating func offer(_ subscription: String, sdp: String) {
        add("subscription_offer") { event in
            event.member("subscription", subscription)
            event.member("sdp", sdp)
        }
    }

    mutating func connection(_ subscription: String?, isUp: Bool) {
        add(isUp ? "connected" : "disconnected") { event in
            if let subscription { event.member("subscription", subscription) }
        }
    }

    /// The participant is out. The last word to who waits; later there is nobody to ask.
    func end() { waiter?.resume() }

    private mutating func add(_ type: String, _ body: (inout JSONWriter) -> Void) {
        last += 1
        let json = JSONWriter.object { event in
            event.member("type", type)
            body(&event)
        }
        events.append((last, json))
        if events.count > Self.capacity { isOver = true }
        wake()
    }

    // MARK: Asking

    /// What comes behind a cursor; what stands before it is forgotten. nil: there is nothing yet.
    mutating func take(after cursor: Int64) -> [[UInt8]]? {
        if isOver { return [Self.ended] }
        events.removeAll { $0.number <= cursor }
        return events.isEmpty ? nil : events.map(\.json)
    }

    static let ended = JSONWriter.object { $0.member("type", "ended") }

    /// Takes the place of who waited before.
    mutating func wait(_ continuation: UnsafeContinuation<Void, Never>) {
        wake()
        waiter = continuation
    }

    mutating func wake() {
        let waiting = waiter
        waiter = nil
        waiting?.resume()
    }
}

extension Conferences.Participant {
    func write(to object: inout JSONWriter) {
        object.member("participant", identifier)
        object.member("user_id", user.string)
        object.member("device_id", device.string)
        object.member("audio", media.audio)
        object.member("video", media.video)
        writeMuted(to: &object)
    }

    func writeMuted(to object: inout JSONWriter) {
        object.member("audio_muted", muted.audio)
        object.member("video_muted", muted.video)
    }
}
