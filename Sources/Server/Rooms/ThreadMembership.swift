import JSON
import MatrixAPI
import Store

/// Which thread an event belongs to. Source: Client-Server API, "Threaded read receipts and notifications".
enum ThreadMembership {
    /// How many relations are followed: a reaction to an edit of a reply in a thread.
    private static let maximumSteps = 3

    /// The root of the thread; nil for the main timeline.
    static func root(of event: Event, _ reader: any StoreReader) throws -> String? {
        var event = event
        for _ in 0..<maximumSteps {
            guard !event.isState, let relation = event.content["m.relates_to"],
                let type = relation["rel_type"]?.string, let parent = EventID(relation["event_id"]?.string ?? "")
            else { return nil }
            if type == "m.thread" { return parent.string }
            guard let next = try reader.event(parent, in: event.roomID) else { return nil }
            event = next
        }
        return nil
    }

    /// - Parameter thread: `main`, a thread's root, or nil for a receipt that stands for everything.
    /// - Throws: `M_INVALID_PARAM` when the event is not part of that thread.
    static func check(_ event: Event, isIn thread: String?, _ reader: any StoreReader) throws {
        // Redaction takes away what says to which thread an event belonged.
        guard let thread, event.redactedBecause == nil else { return }
        let root = try root(of: event, reader)
        guard thread == "main" ? root == nil : root == thread || event.eventID.string == thread else {
            throw MatrixError.invalidParam("The event is not in the thread \(thread)")
        }
    }
}
