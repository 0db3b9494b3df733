import Glibc

/// Takes HTTP/1.1 responses apart, as far as a load generator needs: status, length, chunks. Trusts the server.
///
/// States: head, body of known length, chunk (its size line, its bytes, the line end behind it), last line; open, until
/// the connection ends.
struct ResponseReader {
    /// What the next bytes came to.
    enum Step {
        /// The bytes do not suffice; come again with these and more.
        case needsMore
        /// The response is over: its status, and its body unless that was handed out in parts.
        case answer(status: Int, body: UnsafeRawBufferPointer)
        /// Part of a chunked body.
        case part(UnsafeRawBufferPointer)
        case malformed
    }

    private enum State {
        case head
        case body(status: Int, length: Int)
        case chunkSize(status: Int)
        case chunk(status: Int, left: Int)
        case chunkEnd(status: Int)
        case open
    }

    private var state = State.head

    /// Takes the next step.
    /// - Returns: the step, and how many bytes are done with.
    mutating func next(_ bytes: UnsafeRawBufferPointer) -> (step: Step, used: Int) {
        switch state {
        case .head: return head(bytes)
        case .body(let status, let length):
            guard bytes.count >= length else { return (.needsMore, 0) }
            state = .head
            return (.answer(status: status, body: UnsafeRawBufferPointer(rebasing: bytes[..<length])), length)
        case .chunkSize(let status): return chunkSize(bytes, status)
        case .chunk(let status, let left):
            guard !bytes.isEmpty else { return (.needsMore, 0) }
            let count = min(left, bytes.count)
            state = count == left ? .chunkEnd(status: status) : .chunk(status: status, left: left - count)
            return (.part(UnsafeRawBufferPointer(rebasing: bytes[..<count])), count)
        case .open:
            return bytes.isEmpty ? (.needsMore, 0) : (.part(bytes), bytes.count)
        case .chunkEnd(let status):
            guard bytes.count >= 2 else { return (.needsMore, 0) }
            state = .chunkSize(status: status)
            let (step, used) = chunkSize(UnsafeRawBufferPointer(rebasing: bytes[2...]), status)
            return (step, used + 2)
        }
    }

    private mutating func head(_ bytes: UnsafeRawBufferPointer) -> (Step, Int) {
        var status = 0
        var length: Int?
        var isChunked = false
        var start = 0
        while let end = Self.lineEnd(bytes, from: start) {
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            start = end + 1
            if line.count <= 1 {
                guard status >= 200 else { return (.malformed, 0) }
                if isChunked {
                    state = .chunkSize(status: status)
                    let (step, used) = chunkSize(UnsafeRawBufferPointer(rebasing: bytes[start...]), status)
                    return (step, start + used)
                }
                guard let length else {
                    // Until the connection ends: a stream.
                    state = .open
                    let (step, used) = next(UnsafeRawBufferPointer(rebasing: bytes[start...]))
                    return (step, start + used)
                }
                state = .body(status: status, length: length)
                let (step, used) = next(UnsafeRawBufferPointer(rebasing: bytes[start...]))
                return (step, start + used)
            }
            if status == 0 {
                // "HTTP/1.1 200"
                guard line.count > 12, let code = Self.number(line[9..<12], radix: 10) else { return (.malformed, 0) }
                status = code
            } else if Self.isField("content-length:", line) {
                length = Self.number(line[15...], radix: 10)
            } else if Self.isField("transfer-encoding:", line) {
                isChunked = true
            }
        }
        return (.needsMore, 0)
    }

    private mutating func chunkSize(_ bytes: UnsafeRawBufferPointer, _ status: Int) -> (Step, Int) {
        guard let end = Self.lineEnd(bytes, from: 0) else { return (.needsMore, 0) }
        guard let size = Self.number(bytes[..<end], radix: 16) else { return (.malformed, 0) }
        if size > 0 {
            state = .chunk(status: status, left: size)
            let (step, used) = next(UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...]))
            return (step, end + 1 + used)
        }
        // No trailers come from the servers that are measured: "0 CRLF CRLF".
        guard bytes.count >= end + 3 else { return (.needsMore, 0) }
        state = .head
        return (.answer(status: status, body: UnsafeRawBufferPointer(start: nil, count: 0)), end + 3)
    }

    /// The index of the next LF.
    private static func lineEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress, start < bytes.count,
            let found = memchr(base + start, 0x0A, bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    private static func isField(_ name: StaticString, _ line: UnsafeRawBufferPointer) -> Bool {
        let count = name.utf8CodeUnitCount
        guard line.count > count, line[0] | 0x20 == name.utf8Start[0] else { return false }
        for index in 0..<count {
            let byte = line[index]
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            if lower != name.utf8Start[index] { return false }
        }
        return true
    }

    /// The digits of a number; spaces before and CR behind it do not matter.
    private static func number(_ text: Slice<UnsafeRawBufferPointer>, radix: Int) -> Int? {
        var value = 0
        var digits = 0
        for byte in text where byte != 0x20 && byte != 0x0D {
            let digit: Int
            switch byte {
            case 0x30...0x39: digit = Int(byte) - 0x30
            case 0x61...0x66: digit = Int(byte) - 0x61 + 10
            case 0x41...0x46: digit = Int(byte) - 0x41 + 10
            default: return nil
            }
            guard digit < radix, digits < 12 else { return nil }
            value = value * radix + digit
            digits += 1
        }
        return digits > 0 ? value : nil
    }
}
