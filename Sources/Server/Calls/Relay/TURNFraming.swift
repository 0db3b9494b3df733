/// Cuts a TCP stream of TURN into its frames (RFC 8489 section 6.2.2, RFC 8656 section 12.5): no I/O, bounded memory.
package struct TURNFraming {
    package enum Frame {
        case message(ArraySlice<UInt8>)
        /// What a channel carries, without its header and padding; and the frame as it came.
        case channelData(channel: UInt16, ArraySlice<UInt8>)

        /// As it came, to be passed on.
        package var bytes: ArraySlice<UInt8> {
            switch self {
            case .message(let bytes), .channelData(_, let bytes): bytes
            }
        }
    }

    /// What comes is no TURN, or a frame that is too large.
    package struct Malformed: Error, Equatable {}

    /// Of a frame's content, in bytes.
    ///
    /// Below 0x4000 for a reason besides memory: a channel's number and length can then not spell the beginning of an HTTP
    /// request, which the relay would take for one.
    package static let maximumLength = 0x3fff

    private var buffer: [UInt8] = []
    private var start = 0

    package init() {}

    /// Bytes of a frame that is not complete.
    package var pending: Int { buffer.count - start }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start > Self.maximumLength {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame; nil when more has to come.
    /// - Throws: ``Malformed``; nothing that follows can be understood then.
    package mutating func next() throws(Malformed) -> Frame? {
        guard pending >= 4 else { return nil }
        let first = UInt16(buffer[start]) << 8 | UInt16(buffer[start + 1])
        let length = Int(buffer[start + 2]) << 8 | Int(buffer[start + 3])
        guard length <= Self.maximumLength else { throw Malformed() }
        switch first >> 12 {
        case 0...3:
            guard length.isMultiple(of: 4) else { throw Malformed() }
            return take(STUNMessage.headerSize + length).map { .message($0) }
        case 4:
            // Over TCP they are padded; the length does not count that.
            return take((4 + length + 3) & ~3).map { .channelData(channel: first, $0) }
        default: throw Malformed()
        }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard pending >= count else { return nil }
        defer { start += count }
        return buffer[start..<start + count]
    }
}
