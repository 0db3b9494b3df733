/// An address of mail, as far as this server understands them: one `@`, a name and a domain of plain ASCII.
///
/// Compared without regard to case, as all providers do and the specification has it (`Client-Server API`, "Adding
/// Account Administrative Contact Information").
package struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    /// In lower case.
    package let description: String

    /// nil for what is no such address. Quoted names and address literals are not taken: nothing in here may end a
    /// line, a header or a command.
    package init?(_ text: String) {
        let parts = text.lowercased().split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count),
            Self.isName(parts[0]), Self.isDomain(parts[1])
        else { return nil }
        description = parts.joined(separator: "@")
    }

    private static func isName(_ text: Substring) -> Bool {
        text.utf8.allSatisfy {
            isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~.".utf8.contains($0)
        } && text.first != "." && text.last != "." && !text.contains("..")
    }

    private static func isDomain(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
