/// Grammars of identifiers that have no type of their own.
///
/// Source: Matrix specification, appendices, "Identifier Grammar".
package enum IdentifierGrammar {
    /// "Opaque Identifiers": 1 to 255 of `A-Z a-z 0-9 - . _ ~`.
    package static func isOpaque(_ text: some StringProtocol) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { isAlphanumeric($0) || "-._~".utf8.contains($0) }
    }

    /// "Common Namespaced Identifier Grammar": 1 to 255 of `a-z 0-9 - _ .`, a letter first.
    package static func isNamespaced(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, isLowercase(first), text.utf8.count <= 255 else { return false }
        return text.utf8.allSatisfy { isLowercase($0) || isDigit($0) || "-_.".utf8.contains($0) }
    }

    /// "User Identifiers": what the localpart of a new user may be: `a-z 0-9 . _ = - / +`, not empty. That the whole
    /// user ID fits in 255 bytes is checked with the server's name.
    package static func isLocalpart(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { isLowercase($0) || isDigit($0) || "._=-/+".utf8.contains($0) }
    }

    /// "Mapping from other character sets": a localpart for any name. Letters become lower-case, other bytes that
    /// cannot stand in a localpart, and `=`, become `=` and two hexadecimal digits.
    package static func localpart(for name: some StringProtocol) -> String {
        var mapped: [UInt8] = []
        let digits = Array("0123456789abcdef".utf8)
        for byte in name.utf8 {
            let byte = isUppercase(byte) ? byte | 0x20 : byte
            if isLowercase(byte) || isDigit(byte) || "._-/+".utf8.contains(byte) {
                mapped.append(byte)
            } else {
                mapped += [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: mapped, as: UTF8.self)
    }

    private static func isLowercase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isUppercase(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowercase(byte) || isUppercase(byte) || isDigit(byte)
    }
}
