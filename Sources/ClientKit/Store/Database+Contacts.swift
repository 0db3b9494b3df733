import JSON

/// The list of contacts, which other devices change too.
extension Database {
    private static let contactsBase = "base." + OwnAccountData.contacts

    func contacts() throws -> ContactData { ContactData(try accountData(OwnAccountData.contacts)) }

    var hasUnsentContacts: Bool {
        get throws { try value(OwnAccountData.unsent(OwnAccountData.contacts)) != nil }
    }

    /// A change that the server does not know yet.
    func changeContacts(_ change: (inout ContactData) -> Void) throws {
        var data = try contacts()
        if try !hasUnsentContacts { try keepContactsBase(data) }
        change(&data)
        try setAccountData(OwnAccountData.contacts, data.json)
        try setValue("1", for: OwnAccountData.unsent(OwnAccountData.contacts))
    }

    /// What the server has now: changes that it does not know are put upon it.
    func mergeContacts(_ content: JSONValue?) throws {
        let remote = ContactData(content)
        let base = try value(Self.contactsBase).flatMap { try? JSONValue.parse(Array($0.utf8)) }
        let merged = ContactData.merged(base: ContactData(base), local: try contacts(), remote: remote)
        try setAccountData(OwnAccountData.contacts, merged.json)
        try keepContactsBase(remote)
    }

    /// The server has what is here.
    func setContactsSent() throws {
        try setValue(nil, for: OwnAccountData.unsent(OwnAccountData.contacts))
        try setValue(nil, for: Self.contactsBase)
    }

    private func keepContactsBase(_ data: ContactData) throws {
        try setValue(String(decoding: data.json, as: UTF8.self), for: Self.contactsBase)
    }
}
