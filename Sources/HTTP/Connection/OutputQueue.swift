import Glibc
import LinuxShims

/// Bytes on their way to a socket, in order. Small pieces gather in one buffer; a large array is queued as it is.
struct OutputQueue {
    /// From this size on an array is not copied.
    private static let largePiece = 8_192
    static let maximumParts = 8
    /// So much that is sent is kept in front of what is not, so that it is not moved for every few bytes.
    private static let keptSent = 16_384
    private static let keptPieces = 64

    /// Complete pieces; those before `first` are sent.
    private var pieces: [[UInt8]] = []
    private var first = 0
    /// How much of the first unsent piece, or of `tail` if there is none, has been sent.
    private var offset = 0
    /// Where small pieces gather. Empty whenever the queue is.
    private var tail: [UInt8] = []
    /// Unsent bytes.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    /// Whether all that is unsent lies in one stretch.
    var isOnePiece: Bool { pieces.isEmpty }
    /// What the queue holds in memory, in bytes: with what is sent and was not given up yet.
    var heldCount: Int { pieces.reduce(tail.count) { $0 + $1.count } }
    /// Arrays, those included that are sent and were not given up yet.
    var heldPieces: Int { pieces.count }

    /// Lends the gathering buffer to `body`, which appends to it. A buffer is taken from `pool` if there is none.
    @inline(__always)
    mutating func append(from pool: BufferPool, _ body: (inout [UInt8]) -> Void) {
        if tail.capacity == 0 { tail = pool.take() }
        let before = tail.count
        body(&tail)
        count += tail.count - before
    }

    mutating func append(_ bytes: [UInt8], from pool: BufferPool) {
        guard bytes.count >= OutputQueue.largePiece else {
            return append(from: pool) { $0.append(contentsOf: bytes) }
        }
        if !tail.isEmpty {
            pieces.append(tail)
            tail = []
        }
        pieces.append(bytes)
        count += bytes.count
    }

    /// Calls `body` with up to `maximumParts` stretches of unsent bytes.
    func withParts<Result>(_ body: (UnsafeBufferPointer<iovec>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: OutputQueue.maximumParts) { parts in
            gather(piece: first, into: parts, count: 0, body)
        }
    }

    /// Calls `body` with the first stretch of unsent bytes.
    @inline(__always)
    func withFirstPart<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if first < pieces.count {
            return pieces[first].withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[offset...])) }
        }
        return tail.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[offset...])) }
    }

    /// Arrays lend their storage only for the length of a call: one call deeper for each piece.
    private func gather<Result>(
        piece: Int, into parts: UnsafeMutableBufferPointer<iovec>, count: Int,
        _ body: (UnsafeBufferPointer<iovec>) -> Result
    ) -> Result {
        guard piece <= pieces.count, count < parts.count else {
            return body(UnsafeBufferPointer(rebasing: parts[..<count]))
        }
        return (piece < pieces.count ? pieces[piece] : tail).withUnsafeBytes { bytes in
            let sent = count == 0 ? offset : 0
            let isEmpty = bytes.count == sent
            if !isEmpty, let base = bytes.baseAddress {
                (parts.baseAddress! + count).initialize(
                    to: iovec(iov_base: UnsafeMutableRawPointer(mutating: base + sent), iov_len: bytes.count - sent))
            }
            return gather(piece: piece + 1, into: parts, count: isEmpty ? count : count + 1, body)
        }
    }

    /// Forgets that many bytes, which are sent. An emptied queue gives its buffer back to `pool`.
    mutating func sent(_ amount: Int, to pool: BufferPool) {
        count -= amount
        offset += amount
        while first < pieces.count, offset >= pieces[first].count {
            offset -= pieces[first].count
            pieces[first] = []
            first += 1
        }
        guard count == 0 else { return giveUpSent() }
        if first > 0 {
            pieces = []
            first = 0
        }
        offset = 0
        if tail.capacity > 0 {
            var buffer: [UInt8] = []
            swap(&buffer, &tail)
            pool.give(buffer)
        }
    }

    /// Gives up what is sent of a queue that is refilled before it is ever empty. What is left is moved only when it is
    /// no more than what goes, so that a byte is moved once on average.
    @inline(__always)
    private mutating func giveUpSent() {
        if first == pieces.count {
            if first > 0 {
                pieces = []
                first = 0
            }
            if offset >= OutputQueue.keptSent, offset * 2 >= tail.count {
                tail.removeFirst(offset)
                offset = 0
            }
        } else if first >= OutputQueue.keptPieces, first * 2 >= pieces.count {
            pieces.removeFirst(first)
            first = 0
        }
    }

    mutating func removeAll(to pool: BufferPool) {
        sent(count, to: pool)
    }
}
