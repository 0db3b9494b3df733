extension HTTP1Parser {
    /// More than any size needs; leading zeros count.
    static let maximumSizeDigits = 16

    /// Reads `chunk-size [chunk-ext]` (RFC 9112 section 7.1), without the bad whitespace that is allowed there.
    mutating func takeChunkSize(_ line: UnsafeRawBufferPointer) throws(HTTP1Error) {
        var size: UInt64 = 0
        var digits = 0
        while digits < line.count, let digit = line[digits].hexDigitValue {
            guard digits < Self.maximumSizeDigits else { throw .malformedChunk }
            size = size << 4 | UInt64(digit)
            digits += 1
        }
        guard digits > 0 else { throw .malformedChunk }
        let extensions = UnsafeRawBufferPointer(rebasing: line[digits...])
        guard ChunkExtensions.areValid(extensions) else { throw .malformedChunk }
        message.extensionBytes += extensions.count
        guard message.extensionBytes <= limits.chunkExtensionBytes else { throw .chunkExtensionsTooLarge }
        if size == 0 {
            state = .trailers
            return
        }
        guard size <= UInt64(limits.bodyBytes - message.chunkedBytes) else { throw .bodyTooLarge }
        message.chunkedBytes += Int(size)
        state = .chunkData(remaining: Int(size))
    }
}

/// `*( ";" name [ "=" ( token / quoted-string ) ] )` (RFC 9112 section 7.1.1). Checked, never used.
enum ChunkExtensions {
    static func areValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            guard bytes[index] == 0x3b else { return false }
            index += 1
            guard skipToken(bytes, &index) else { return false }
            guard index < bytes.count, bytes[index] == 0x3d else { continue }
            index += 1
            let isQuoted = index < bytes.count && bytes[index] == 0x22
            guard isQuoted ? skipQuoted(bytes, &index) : skipToken(bytes, &index) else { return false }
        }
        return true
    }

    private static func skipToken(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Bool {
        let start = index
        while index < bytes.count, ByteClass.isToken(bytes[index]) { index += 1 }
        return index > start
    }

    private static func skipQuoted(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Bool {
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 0x22 { return true }
            if byte == 0x5c {
                guard index < bytes.count, isText(bytes[index]) else { return false }
                index += 1
            } else if !isText(byte) {
                return false
            }
        }
        return false
    }

    private static func isText(_ byte: UInt8) -> Bool { byte == 0x09 || (byte >= 0x20 && byte != 0x7f) }
}
