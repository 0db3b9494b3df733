/// Who mail comes from: an address, and a name for people.
package struct Mailbox: Sendable, Equatable {
    package let name: String?
    package let address: MailAddress

    package init(name: String? = nil, address: MailAddress) {
        self.name = name
        self.address = address
    }

    /// `mado@example.org` or `Mado <mado@example.org>`; nil for anything else.
    package init?(_ text: String) {
        if let address = MailAddress(text) {
            self.init(address: address)
            return
        }
        guard text.hasSuffix(">"), let open = text.lastIndex(of: "<"),
            let address = MailAddress(String(text[text.index(after: open)...].dropLast()))
        else { return nil }
        let name = String(text[..<open].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        guard !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        self.init(name: name.isEmpty ? nil : name, address: address)
    }
}
