/// What one task on a loop waits for to happen there. Confined to the loop.
///
/// Whoever comes to wait has other work of the loop before it or not, as the runtime likes: between a look at the state and
/// the first moment of waiting anything may happen. So the state is looked at once the waiting has begun, never before.
///
/// `@unchecked Sendable`: confined to the loop.
package final class LoopWaiter: @unchecked Sendable {
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
