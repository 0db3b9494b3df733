import Glibc
import LinuxShims

/// The descriptors of one loop and their handlers. Confined to the loop's thread; only `wake` may be called from
/// others.
///
/// An event carries the number of its slot and that slot's generation, so that an event fetched together with
/// one whose handler closed the descriptor does not reach the slot's next owner.
final class Epoll {
    struct Token {
        let slot: UInt32
        let generation: UInt32

        init(slot: UInt32, generation: UInt32) {
            self.slot = slot
            self.generation = generation
        }

        init(bits: UInt64) {
            slot = UInt32(truncatingIfNeeded: bits)
            generation = UInt32(truncatingIfNeeded: bits >> 32)
        }

        var bits: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
    }

    private struct Slot {
        var handler: (any DescriptorHandler)?
        var generation: UInt32
        /// The next free slot's number, when this one is free.
        var nextFree: UInt32
    }

    private static let noSlot = UInt32.max
    private static let wakeBits = UInt64.max
    private static let batch = 256

    private let descriptor: Int32
    private let wakeDescriptor: Int32
    private let events: UnsafeMutablePointer<mado_poll_event>
    private var slots: [Slot] = []
    private var firstFree = Epoll.noSlot

    init() throws(EventLoopError) {
        descriptor = mado_poll_create()
        guard descriptor >= 0 else { throw .last("epoll_create1") }
        wakeDescriptor = mado_wake_create()
        guard wakeDescriptor >= 0 else {
            let error = EventLoopError.last("eventfd")
            close(descriptor)
            throw error
        }
        events = .allocate(capacity: Epoll.batch)
        // Edge-triggered, so that the counter never has to be read: each write is a new event.
        guard mado_poll_add(descriptor, wakeDescriptor, MADO_POLL_IN | MADO_POLL_EDGE, Epoll.wakeBits) == 0 else {
            throw .last("epoll_ctl")
        }
    }

    deinit {
        close(descriptor)
        close(wakeDescriptor)
        events.deallocate()
    }

    /// Ends a `wait`, the current or the next. Any thread.
    func wake() {
        mado_wake(wakeDescriptor)
    }

    func add(_ file: Int32, _ interest: Interest, _ handler: any DescriptorHandler) throws(EventLoopError)
        -> Registration
    {
        let slot: UInt32
        if firstFree != Epoll.noSlot {
            slot = firstFree
            firstFree = slots[Int(slot)].nextFree
            slots[Int(slot)].handler = handler
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot(handler: handler, generation: 0, nextFree: Epoll.noSlot))
        }
        let token = Token(slot: slot, generation: slots[Int(slot)].generation)
        guard mado_poll_add(descriptor, file, interest.rawValue, token.bits) == 0 else {
            let error = EventLoopError.last("epoll_ctl")
            free(token)
            throw error
        }
        return Registration(poll: self, descriptor: file, token: token)
    }

    func modify(_ registration: Registration, _ interest: Interest) throws(EventLoopError) {
        guard slots[Int(registration.token.slot)].generation == registration.token.generation else { return }
        guard mado_poll_modify(descriptor, registration.descriptor, interest.rawValue, registration.token.bits) == 0
        else { throw .last("epoll_ctl") }
    }

    func remove(_ registration: Registration) {
        guard slots[Int(registration.token.slot)].generation == registration.token.generation else { return }
        _ = mado_poll_remove(descriptor, registration.descriptor)
        free(registration.token)
    }

    /// Drops all handlers, when the loop ends.
    func removeAll() {
        for index in slots.indices { slots[index].handler = nil }
    }

    private func free(_ token: Token) {
        let slot = Int(token.slot)
        slots[slot].generation &+= 1
        slots[slot].nextFree = firstFree
        firstFree = token.slot
        slots[slot].handler = nil
    }

    /// Waits for events, and returns how many there are for `dispatch`.
    /// - Parameter milliseconds: 0 looks only, -1 waits for ever.
    func wait(milliseconds: Int32) -> Int {
        let count = Int(mado_poll_wait(descriptor, events, Int32(Epoll.batch), milliseconds))
        if count < 0 {
            // EINTR is no event; any other failure means that our own descriptor is broken.
            precondition(errno == EINTR, "epoll_wait failed")
            return 0
        }
        return count
    }

    func dispatch(_ count: Int) {
        for index in 0..<count where events[index].token != Epoll.wakeBits {
            let token = Token(bits: events[index].token)
            let slot = slots[Int(token.slot)]
            guard slot.generation == token.generation, let handler = slot.handler else { continue }
            handler.descriptorReady(Readiness(rawValue: events[index].events))
        }
    }
}
