/// The `Content-Disposition` of a download (RFC 6266), and what a client's own says.
enum ContentDisposition {
    /// Types that browsers may show in the page's place; all others are saved to a file.
    ///
    /// Source: Client-Server API, "Serving inline content".
    private static let inlineTypes: Set<String> = [
        "text/css", "text/plain", "text/csv", "application/json", "application/ld+json", "image/jpeg", "image/gif",
        "image/png", "image/apng", "image/webp", "image/avif", "video/mp4", "video/webm", "video/ogg",
        "video/quicktime", "audio/mp4", "audio/webm", "audio/aac", "audio/mpeg", "audio/ogg", "audio/wave",
        "audio/wav", "audio/x-wav", "audio/x-pn-wav", "audio/flac", "audio/x-flac",
    ]

    /// - Parameter type: of the content, with or without parameters.
    static func field(type: String, fileName: String?) -> String {
        let essence = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        let disposition = inlineTypes.contains(essence) ? "inline" : "attachment"
        guard let fileName, !fileName.isEmpty else { return disposition }
        if fileName.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }) {
            return "\(disposition); filename=\"\(fileName)\""
        }
        return "\(disposition); filename*=utf-8''\(encoded(fileName))"
    }

    /// RFC 8187: everything but attr-char is percent-encoded.
    private static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
