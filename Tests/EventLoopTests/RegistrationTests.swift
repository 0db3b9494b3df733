import EventLoop
import Synchronization
import Testing

struct RegistrationTests {
    @Test func levelTriggeredTellsUntilRead() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let ends = try SocketPair()
            ends.writeRight([1, 2, 3])
            let calls = await withCheckedContinuation { continuation in
                loop.execute {
                    let calls = Recorder()
                    let reader = Reader { _ in
                        calls.add(1)
                        guard calls.all.count == 3 else { return }
                        #expect(ends.readLeft() == 3)
                        loop.turns(5) { continuation.resume(returning: calls.all.count) }
                    }
                    reader.registration = try? loop.register(
                        descriptor: ends.left, interest: [.read], handler: reader)
                }
            }
            #expect(calls == 3)
        }
    }

    @Test func edgeTriggeredTellsOncePerChange() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let ends = try SocketPair()
            ends.writeRight([1])
            let calls = Mutex(0)
            await withCheckedContinuation { continuation in
                loop.execute {
                    let reader = Reader { _ in calls.withLock { $0 += 1 } }
                    reader.registration = try? loop.register(
                        descriptor: ends.left, interest: [.read, .edgeTriggered], handler: reader)
                    loop.turns(5) { continuation.resume() }
                }
            }
            #expect(calls.withLock { $0 } == 1)
            ends.writeRight([2])
            await withCheckedContinuation { continuation in
                loop.execute { loop.turns(5) { continuation.resume() } }
            }
            #expect(calls.withLock { $0 } == 2)
        }
    }

    @Test func theEndOfThePeerIsTold() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let ends = try SocketPair()
            let readiness = await withCheckedContinuation { continuation in
                loop.execute {
                    let holder = Holder()
                    let reader = Reader { readiness in
                        holder.registration?.deregister()
                        continuation.resume(returning: readiness)
                    }
                    holder.registration = try? loop.register(
                        descriptor: ends.left, interest: [.read, .readEnd, .edgeTriggered], handler: reader)
                    ends.closeRight()
                }
            }
            #expect(readiness.contains(.hangUp))
            #expect(readiness.contains(.readEnd))
        }
    }

    /// Both descriptors are ready in one batch; whoever comes first deregisters the other.
    @Test func anEventFetchedBeforeDeregistrationIsDropped() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let first = try SocketPair()
            let second = try SocketPair()
            let third = try SocketPair()
            let calls = Mutex<[String]>([])
            await withCheckedContinuation { continuation in
                loop.execute {
                    let holders = (Holder(), Holder())
                    let next = Reader { _ in calls.withLock { $0.append("reused") } }
                    func takeOver(_ other: Holder, name: String) -> Reader {
                        Reader { _ in
                            calls.withLock { $0.append(name) }
                            other.registration?.deregister()
                            // Takes the slot that was just freed; has nothing to read.
                            next.registration = try? loop.register(
                                descriptor: third.left, interest: [.read, .edgeTriggered], handler: next)
                        }
                    }
                    holders.0.registration = try? loop.register(
                        descriptor: first.left, interest: [.read, .edgeTriggered],
                        handler: takeOver(holders.1, name: "first"))
                    holders.1.registration = try? loop.register(
                        descriptor: second.left, interest: [.read, .edgeTriggered],
                        handler: takeOver(holders.0, name: "second"))
                    first.writeRight([1])
                    second.writeRight([1])
                    loop.turns(5) { continuation.resume() }
                }
            }
            #expect(calls.withLock { $0.count } == 1)
        }
    }

    @Test func updateChangesWhatIsTold() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let ends = try SocketPair()
            let calls = Mutex<[Readiness]>([])
            await withCheckedContinuation { continuation in
                loop.execute {
                    let holder = Holder()
                    let reader = Reader { readiness in
                        calls.withLock { $0.append(readiness) }
                        try? holder.registration?.update([])
                    }
                    holder.registration = try? loop.register(descriptor: ends.left, interest: [], handler: reader)
                    loop.turns(3) {
                        #expect(calls.withLock { $0.isEmpty })
                        try? holder.registration?.update([.write])
                        loop.turns(3) { continuation.resume() }
                    }
                }
            }
            #expect(calls.withLock { $0 } == [[.write]])
        }
    }

    @Test func aDescriptorThatCannotBeWaitedForIsRefused() async throws {
        try await withGroup { group in
            let loop = group.loops[0]
            let refused = await withCheckedContinuation { continuation in
                loop.execute {
                    let reader = Reader { _ in }
                    let registration = try? loop.register(descriptor: -1, interest: [.read], handler: reader)
                    continuation.resume(returning: registration == nil)
                }
            }
            #expect(refused)
        }
    }
}

/// Confined to a test's loop.
final class Holder: @unchecked Sendable {
    var registration: Registration?
}

extension EventLoop {
    /// Calls back after that many turns. On the loop.
    func turns(_ count: Int, _ done: @escaping @Sendable () -> Void) {
        if count == 0 { done() } else { execute { self.turns(count - 1, done) } }
    }
}
