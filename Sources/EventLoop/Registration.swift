/// A descriptor's place in a loop. On the loop only. Deregister before the descriptor is closed: the kernel
/// may give its number to another at once.
package struct Registration {
    let poll: Epoll
    let descriptor: Int32
    let token: Epoll.Token

    /// Changes what is listened for.
    /// - Throws: `EventLoopError` if the kernel refuses, which it does only for want of memory.
    package func update(_ interest: Interest) throws(EventLoopError) {
        try poll.modify(self, interest)
    }

    /// After this the handler is not called again, not even for events that were already fetched. Harmless when
    /// repeated.
    package func deregister() {
        poll.remove(self)
    }
}
