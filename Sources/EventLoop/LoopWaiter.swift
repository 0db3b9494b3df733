/// What one task on a loop waits for to happen there. Not Sendable: confined to the loop, by whoever has it.
///
/// Whoever comes to wait has other work of the loop before it or not, as the runtime likes: between a look at the state and
/// the first moment of waiting anything may happen. So the state is looked at once the waiting has begun, never before.
package final class LoopWaiter {
    private var continuation: UnsafeContinuation<Void, Never>?

    package init() {}

    /// Returns at once where `isOver`, else with the next `resume`. By one task at a time.
    package func wait(unless isOver: () -> Bool) async {
        await withUnsafeContinuation { continuation in
            if isOver() { continuation.resume() } else { self.continuation = continuation }
        }
    }

    /// Lets go who waits, if anybody does.
    package func resume() {
        let waiting = continuation
        continuation = nil
        waiting?.resume()
    }
}
