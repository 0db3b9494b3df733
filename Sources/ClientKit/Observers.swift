/// Those who want to hear of a model's changes. An owner is held weakly and heard of no more once it is gone.
@MainActor package final class Observers<Change: Sendable> {
    private struct Entry {
        weak var owner: AnyObject?
        let handler: @MainActor (Change) -> Void
    }

    private var entries: [Entry] = []

    package init() {}

    /// Calls `handler` with every change from now on, as long as `owner` lives.
    package func observe(_ owner: AnyObject, _ handler: @escaping @MainActor (Change) -> Void) {
        entries.append(Entry(owner: owner, handler: handler))
    }

    package func stop(_ owner: AnyObject) {
        entries.removeAll { $0.owner === owner || $0.owner == nil }
    }

    package func notify(_ change: Change) {
        var gone = false
        for entry in entries {
            if entry.owner == nil { gone = true } else { entry.handler(change) }
        }
        if gone { entries.removeAll { $0.owner == nil } }
    }
}
