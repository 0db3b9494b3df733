import CZlib

/// Writes pictures as PNG: 8 bits, red, green, blue, no filter.
///
/// Source: Portable Network Graphics Specification (Third Edition).
enum PNGEncoder {
    /// - Parameter pixels: row by row, three bytes each; as many as width and height say.
    static func encode(width: Int, height: Int, pixels: [UInt8]) -> [UInt8] {
        precondition(pixels.count == width * height * 3, "three bytes a pixel")
        var lines: [UInt8] = []
        lines.reserveCapacity(pixels.count + height)
        for row in 0..<height {
            lines.append(0)
            lines += pixels[row * width * 3..<(row + 1) * width * 3]
        }
        let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 2, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + chunk("IDAT", compressed(lines)) + chunk("IEND", [])
    }

    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + content
        return bigEndian(UInt32(content.count)) + body + checksum(body)
    }

    /// Of a chunk's type and content.
    static func checksum(_ body: [UInt8]) -> [UInt8] { bigEndian(UInt32(crc32(0, body, uInt(body.count)))) }

    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var length = compressBound(uLong(bytes.count))
        return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, filled in
            // It fails for want of memory or room, and there is as much as it says it needs.
            precondition(
                compress2(buffer.baseAddress, &length, bytes, uLong(bytes.count), 9) == Z_OK, "no memory to compress")
            filled = Int(length)
        }
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
