/// Does what a callback of C is for, which GLib calls on the main thread.
/// - Parameter arguments: what the callback was given; pointers mostly, which Swift cannot know to stay on the thread.
package func onMainThread<Arguments, Value: Sendable>(
    _ arguments: Arguments, _ body: @MainActor (Arguments) -> Value
) -> Value {
    nonisolated(unsafe) let arguments = arguments
    return MainActor.assumeIsolated { body(arguments) }
}
