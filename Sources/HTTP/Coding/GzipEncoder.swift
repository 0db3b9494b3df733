import CZlib

/// Why nothing was compressed.
package enum GzipError: Error, Sendable, Hashable {
    /// zlib found no memory for its state, about 270 kB for a stream.
    case outOfMemory
}

/// A gzip stream (RFC 1952), fed part by part. Not Sendable: confined to who made it.
package final class GzipEncoder {
    package enum Flush: Sendable {
        /// Keep what zlib likes to keep: the best compression.
        case none
        /// Let all that was given be readable by the receiver now: for an event stream. Costs some bytes each time.
        case sync
        /// End the stream. Nothing may follow.
        case finish
    }

    /// Owned; zlib's state points back to it, so that it may not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isFinished = false

    /// - Parameter level: 1 (fast) to 9 (small).
    /// - Throws: `outOfMemory`.
    package init(level: Int32 = 5) throws(GzipError) {
        precondition((1...9).contains(level), "zlib's levels are 1 to 9")
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, + 16 for the gzip wrapper; 8 is the usual memory level.
        let size = Int32(MemoryLayout<z_stream>.size)
        let result = deflateInit2_(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        guard result == Z_OK else {
            stream.deallocate()
            throw .outOfMemory
        }
        self.stream = stream
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses `input` and appends what comes out.
    package func encode(_ input: UnsafeRawBufferPointer, flush: Flush, into output: inout [UInt8]) {
        precondition(!isFinished, "a finished stream takes no more")
        isFinished = flush == .finish
        let flag =
            switch flush {
            case .none: Z_NO_FLUSH
            case .sync: Z_SYNC_FLUSH
            case .finish: Z_FINISH
            }
        var rest = input
        repeat {
            // avail_in has 32 bits.
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
            let bytes = part.bindMemory(to: UInt8.self)
            stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            stream.pointee.avail_in = UInt32(part.count)
            drain(rest.isEmpty ? flag : Z_NO_FLUSH, into: &output)
        } while !rest.isEmpty
    }

    package func encode(_ input: some Sequence<UInt8>, flush: Flush, into output: inout [UInt8]) {
        let done: Void? = input.withContiguousStorageIfAvailable { bytes in
            encode(UnsafeRawBufferPointer(bytes), flush: flush, into: &output)
        }
        if done == nil { encode(Array(input), flush: flush, into: &output) }
    }

    /// Compresses `bytes` as a whole. Blocks for about 20 ms a megabyte.
    /// - Throws: `outOfMemory`.
    package static func encode(_ bytes: [UInt8], level: Int32 = 5) throws(GzipError) -> [UInt8] {
        let encoder = try GzipEncoder(level: level)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count / 3 + 64)
        encoder.encode(bytes, flush: .finish, into: &output)
        return output
    }

    /// Runs zlib until it has taken all input and given all output that `flag` asks for.
    private func drain(_ flag: Int32, into output: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16_384) { buffer in
            repeat {
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(buffer.count)
                let result = deflate(stream, flag)
                precondition(result != Z_STREAM_ERROR, "zlib's state is only touched here")
                output.append(contentsOf: buffer.prefix(buffer.count - Int(stream.pointee.avail_out)))
            } while stream.pointee.avail_out == 0
        }
        stream.pointee.next_in = nil
    }
}
