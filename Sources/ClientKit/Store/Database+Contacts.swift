import JSON

/// The list of contacts, which other devices change too. The server keeps the whole list and takes whichever comes last:
/// what comes from there is merged with what is here, and what it does not know is sent.
extension Database {
    private static let contactsMark = OwnAccountData.unsent(OwnAccountData.contacts)

    private enum Mark: String {
        case unsent = "1"
        /// On its way to the server.
        case sending = "3"
    }

    func contacts() throws -> ContactData { ContactData(try accountData(OwnAccountData.contacts)) }

    /// What was on its way when the program ended may not have come there.
    var hasUnsentContacts: Bool {
        get throws { try contactsMark != nil }
    }

    private var contactsMark: Mark? {
        get throws { try value(Self.contactsMark).flatMap { Mark(rawValue: $0) } }
    }

    private func setContactsMark(_ mark: Mark?) throws { try setValue(mark?.rawValue, for: Self.contactsMark) }

    /// A change that the server does not know yet.
    func changeContacts(_ change: (inout ContactData) -> Void) throws {
        var data = try contacts()
        change(&data)
        try setAccountData(OwnAccountData.contacts, data.json)
        try setContactsMark(.unsent)
    }

    /// What the server has now, asked or by itself. When it has all that is here, nothing is to be sent; else another
    /// device has overwritten something, which is to be sent again.
    func mergeContacts(_ content: JSONValue?) throws {
        let remote = ContactData(content)
        let merged = try contacts().merged(with: remote)
        try setAccountData(OwnAccountData.contacts, merged.json)
        try setContactsMark(merged == remote ? nil : .unsent)
    }

    /// What is to be put to the server now; nil when it has everything.
    func contactsToSend() throws -> [UInt8]? {
        guard try hasUnsentContacts else { return nil }
        try setContactsMark(.sending)
        return try contacts().json
    }

    /// The server has taken what was on its way. What was changed meanwhile, here or by another device that has written
    /// over it or over which it was written, is still to be sent.
    func contactsWereSent() throws {
        if try contactsMark == .sending { try setContactsMark(nil) }
    }
}
