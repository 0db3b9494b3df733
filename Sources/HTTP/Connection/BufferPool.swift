/// Emptied buffers of one loop, so that a connection that is idle holds none and one that answers allocates none.
/// Confined to the loop.
final class BufferPool {
    private static let usualCapacity = 4_096
    private static let largestKept = 65_536
    private static let mostKept = 64

    /// The one that goes from answer to answer when each is sent at once.
    private var spare: [UInt8] = []
    private var free: [[UInt8]] = []

    /// An empty buffer with some capacity.
    func take() -> [UInt8] {
        if spare.capacity > 0 {
            var buffer: [UInt8] = []
            swap(&buffer, &spare)
            return buffer
        }
        if let buffer = free.popLast() { return buffer }
        var buffer: [UInt8] = []
        buffer.reserveCapacity(BufferPool.usualCapacity)
        return buffer
    }

    /// Takes back a buffer with whatever is in it.
    func give(_ buffer: consuming [UInt8]) {
        guard free.count < BufferPool.mostKept, buffer.capacity <= BufferPool.largestKept else { return }
        buffer.removeAll(keepingCapacity: true)
        if spare.capacity == 0 { spare = buffer } else { free.append(buffer) }
    }
}
