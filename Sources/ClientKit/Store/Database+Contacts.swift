import JSON

/// The list of contacts, which other devices change too.
///
/// The server keeps the whole list and takes whichever comes last. A change made here therefore counts as the server's
/// only when it has come back from there: another device may have fetched the list before this one put it, and put its
/// own afterwards.
extension Database {
    private static let contactsBase = "base." + OwnAccountData.contacts
    private static let contactsMark = OwnAccountData.unsent(OwnAccountData.contacts)

    private enum Mark: String {
        case unsent = "1"
        /// The server took it, and it has not come back yet.
        case sent = "2"
    }

    func contacts() throws -> ContactData { ContactData(try accountData(OwnAccountData.contacts)) }

    var hasUnsentContacts: Bool {
        get throws { try contactsState == .unsent }
    }

    /// Changes that the server does not know, or that may be overwritten there.
    var hasOwnContacts: Bool {
        get throws { try contactsState != nil }
    }

    private var contactsState: Mark? {
        get throws { try value(Self.contactsMark).flatMap { Mark(rawValue: $0) } }
    }

    /// A change that the server does not know yet.
    func changeContacts(_ change: (inout ContactData) -> Void) throws {
        var data = try contacts()
        if try !hasOwnContacts { try keepContactsBase(data) }
        change(&data)
        try setAccountData(OwnAccountData.contacts, data.json)
        try setValue(Mark.unsent.rawValue, for: Self.contactsMark)
    }

    /// What the server has now: changes that it does not know are put upon it.
    /// - Returns: whether it knows them all.
    @discardableResult func mergeContacts(_ content: JSONValue?) throws -> Bool {
        let remote = ContactData(content)
        let (base, local) = (try contactsBase(), try contacts())
        let merged = ContactData.merged(base: base, local: local, remote: remote)
        try setAccountData(OwnAccountData.contacts, merged.json)
        // What was changed here stays known as changed here, also where the server knows it already.
        var newBase = remote
        for userID in local.differences(from: base) where newBase.groups[userID] == local.groups[userID] {
            newBase.groups[userID] = base.groups[userID]
        }
        try keepContactsBase(newBase)
        return merged == remote
    }

    /// The same for what the server tells by itself. When all has come back, nothing is waited for any more; when
    /// another device has overwritten it, it is to be sent again.
    func contactsCame(_ content: JSONValue?) throws {
        if try mergeContacts(content) {
            try setValue(nil, for: Self.contactsMark)
            try setValue(nil, for: Self.contactsBase)
        } else {
            try setValue(Mark.unsent.rawValue, for: Self.contactsMark)
        }
    }

    /// The server has taken what is here. It may have come back already.
    func setContactsSent() throws {
        if try hasUnsentContacts { try setValue(Mark.sent.rawValue, for: Self.contactsMark) }
    }

    private func contactsBase() throws -> ContactData {
        ContactData(try value(Self.contactsBase).flatMap { try? JSONValue.parse(Array($0.utf8)) })
    }

    private func keepContactsBase(_ data: ContactData) throws {
        try setValue(String(decoding: data.json, as: UTF8.self), for: Self.contactsBase)
    }
}
