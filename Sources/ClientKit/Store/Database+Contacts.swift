import JSON

/// The list of contacts, which other devices change too.
///
/// The server keeps the whole list and takes whichever comes last. A change made here therefore counts as the server's
/// only when it has come back from there: another device may have fetched the list before this one put it, and put its
/// own afterwards. That may even be once it has come back; so it is remembered until a list comes that was made by somebody
/// who knew it.
extension Database {
    private static let contactsBase = "base." + OwnAccountData.contacts
    private static let contactsMark = OwnAccountData.unsent(OwnAccountData.contacts)
    private static let contactsRevision = "revision." + OwnAccountData.contacts

    private enum Mark: String {
        case unsent = "1"
        /// The server took it, and it has not come back yet.
        case sent = "2"
        /// On its way to the server.
        case sending = "3"
        /// It has come back.
        case settled = "4"
    }

    func contacts() throws -> ContactData { ContactData(try accountData(OwnAccountData.contacts)) }

    /// What was on its way when the program ended may not have come there.
    var hasUnsentContacts: Bool {
        get throws {
            let state = try contactsState
            return state == .unsent || state == .sending
        }
    }

    /// Changes that the server does not know, or that may be overwritten there.
    var hasOwnContacts: Bool {
        get throws { try contactsState != nil }
    }

    private var contactsState: Mark? {
        get throws { try value(Self.contactsMark).flatMap { Mark(rawValue: $0) } }
    }

    private func setContactsState(_ mark: Mark?) throws { try setValue(mark?.rawValue, for: Self.contactsMark) }

    /// A change that the server does not know yet.
    func changeContacts(_ change: (inout ContactData) -> Void) throws {
        var data = try contacts()
        if try !hasOwnContacts { try keepContactsBase(data) }
        change(&data)
        try setAccountData(OwnAccountData.contacts, data.json)
        try setContactsState(.unsent)
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
        return merged.groups == remote.groups
    }

    /// The same for what the server tells by itself. When all has come back, nothing is to be sent any more; when
    /// another device has overwritten it, it is to be sent again.
    func contactsCame(_ content: JSONValue?) throws {
        let remote = ContactData(content)
        let isKnown = try value(Self.contactsRevision).map { remote.revisions.contains($0) } ?? false
        if try contactsState == .settled, isKnown || remote.revisions.isEmpty {
            try setAccountData(OwnAccountData.contacts, remote.json)
            if try value(Self.contactsRevision) != remote.revisions.first { try forgetOwnContacts() }
        } else if try !mergeContacts(content) {
            try setContactsState(.unsent)
        } else if isKnown {
            try setContactsState(.settled)
        } else {
            try forgetOwnContacts()
        }
    }

    private func forgetOwnContacts() throws {
        try setContactsState(nil)
        for name in [Self.contactsBase, Self.contactsRevision] { try setValue(nil, for: name) }
    }

    /// What is to be put to the server now, by a name of its own.
    func contactsToSend(_ revision: String) throws -> [UInt8] {
        try setContactsState(.sending)
        try setValue(revision, for: Self.contactsRevision)
        return try contacts().renamed(revision).json
    }

    /// The server has taken what was on its way. It may have come back already.
    /// - Returns: whether it was all: neither this device nor another has changed it meanwhile, over which this one has
    ///   just written, or which has written over this one.
    @discardableResult func contactsWereSent() throws -> Bool {
        if try contactsState == .sending { try setContactsState(.sent) }
        return try !hasUnsentContacts
    }

    private func contactsBase() throws -> ContactData {
        ContactData(try value(Self.contactsBase).flatMap { try? JSONValue.parse(Array($0.utf8)) })
    }

    private func keepContactsBase(_ data: ContactData) throws {
        try setValue(String(decoding: data.json, as: UTF8.self), for: Self.contactsBase)
    }
}
