/// Does what a callback of C is for, which GLib calls on the main thread.
/// - Parameter arguments: what the callback was given; pointers mostly, which Swift cannot know to stay on the thread.
func onMainThread<Arguments>(_ arguments: Arguments, _ body: @MainActor (Arguments) -> Void) {
    nonisolated(unsafe) let arguments = arguments
    MainActor.assumeIsolated { body(arguments) }
}
