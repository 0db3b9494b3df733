import LinuxShims
import Testing

@testable import HTTP

struct OutputQueueTests {
    private func contents(_ queue: OutputQueue) -> [UInt8] {
        queue.withParts { parts in
            parts.flatMap { part in UnsafeRawBufferPointer(start: part.iov_base, count: part.iov_len).map { $0 } }
        }
    }

    @Test func smallPiecesGatherAndLargeOnesStay() {
        let pool = BufferPool()
        var queue = OutputQueue()
        let large = [UInt8](repeating: 9, count: 20_000)
        queue.append([1, 2], from: pool)
        queue.append([3], from: pool)
        #expect(queue.isOnePiece)
        queue.append(large, from: pool)
        queue.append([4], from: pool)
        #expect(queue.count == 20_004)
        #expect(queue.withParts { $0.map(\.iov_len) } == [3, 20_000, 1])
        #expect(contents(queue) == [1, 2, 3] + large + [4])
    }

    /// Any sequence of appends and partial sends gives the bytes in order.
    @Test(arguments: 0..<20)
    func bytesLeaveInOrder(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9 &+ 1
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let pool = BufferPool()
        var queue = OutputQueue()
        var model: [UInt8] = []
        var next: UInt8 = 0
        for _ in 0..<300 {
            if random(3) > 0 {
                let count = random(4) == 0 ? 8_000 + random(4_000) : random(300)
                let bytes = (0..<count).map { _ -> UInt8 in
                    next &+= 1
                    return next
                }
                queue.append(bytes, from: pool)
                model += bytes
            } else {
                let amount = random(queue.count + 1)
                queue.sent(amount, to: pool)
                model.removeFirst(amount)
            }
            #expect(queue.count == model.count)
            #expect(queue.isEmpty == model.isEmpty)
            let shown = contents(queue)
            #expect(model.starts(with: shown))
            #expect(shown.isEmpty == model.isEmpty)
            if !model.isEmpty { #expect(queue.withFirstPart { $0.first } == model.first) }
        }
    }

    /// Small pieces, large ones, and both by turns.
    @Test(arguments: [[4_000], [10_000], [4_000, 10_000]])
    func aQueueThatIsNeverEmptyDoesNotGrow(sizes: [Int]) {
        let pool = BufferPool()
        var queue = OutputQueue()
        queue.append([UInt8](repeating: 0, count: 12_000), from: pool)
        var next: UInt8 = 0
        var expected: [UInt8] = [UInt8](repeating: 0, count: 12_000)
        for number in 0..<1_000 {
            let size = sizes[number % sizes.count]
            next &+= 1
            queue.append([UInt8](repeating: next, count: size), from: pool)
            expected += [UInt8](repeating: next, count: size)
            // As much goes as has come, in two steps.
            for amount in [size / 3, size - size / 3] {
                queue.sent(amount, to: pool)
                expected.removeFirst(amount)
            }
            #expect(queue.count == 12_000)
            #expect(queue.heldCount < 80_000)
            #expect(queue.heldPieces < 140)
        }
        #expect(contents(queue) == expected)
    }

    @Test func buffersComeBackEmpty() {
        let pool = BufferPool()
        var queue = OutputQueue()
        queue.append([1, 2, 3], from: pool)
        queue.removeAll(to: pool)
        #expect(queue.isEmpty)
        let buffer = pool.take()
        #expect(buffer.isEmpty)
        #expect(buffer.capacity > 0)
    }

    @Test func dates() {
        #expect(DateField.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(DateField.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    @Test func addressesAreCountedByWhatASubscriberHas() throws {
        let counts = AddressCounts(limit: 2)
        let one = try #require(PeerAddress("2001:db8::1"))
        let neighbour = try #require(PeerAddress("2001:db8::2"))
        let other = try #require(PeerAddress("2001:db8:0:1::1"))
        #expect(counts.enter(one))
        #expect(counts.enter(neighbour))
        #expect(!counts.enter(one))
        #expect(counts.enter(other))
        counts.leave(neighbour)
        #expect(counts.enter(one))
    }
}
