import JSON
import TestSupport
import Testing

@testable import ClientKit

/// The list of contacts, which the server keeps as a whole and which several devices change.
@Suite("Contacts of several devices") struct ContactsTests {
    private let folder = TemporaryFolder()
    private let store: LocalStore

    init() throws { store = try LocalStore(path: folder.path + "/store.sqlite", owner: "@hanako:localhost") }

    private static func contacts(_ groups: [String: String?]) -> ContactData {
        var data = ContactData(nil)
        data.groups = groups
        return data
    }

    @discardableResult private static func send(_ revision: String, by database: Database) throws -> JSONValue {
        let content = try JSONValue.parse(try database.contactsToSend(revision))
        try database.contactsWereSent()
        return content
    }

    private static func content(_ groups: [String: String?]) throws -> JSONValue {
        try JSONValue.parse(contacts(groups).json)
    }

    /// Changes somebody's group here, and is told that the server took it.
    private func change(_ user: String, to group: String?, isSent: Bool) async throws {
        try await store.write { database in
            try database.changeContacts { $0.groups[user] = .some(group) }
            if isSent { try Self.send("own", by: database) }
        }
    }

    private func come(_ groups: [String: String?]) async throws {
        let content = try Self.content(groups)
        try await store.write { try $0.contactsCame(content) }
    }

    private func state() async throws -> (contacts: [String: String?], isUnsent: Bool, isOwn: Bool) {
        try await store.read { (try $0.contacts().groups, try $0.hasUnsentContacts, try $0.hasOwnContacts) }
    }

    @Test func whatWasChangedHereStays() {
        let base = Self.contacts(["a": nil, "b": "Work", "c": nil])
        let local = Self.contacts(["a": "Home", "b": "Work", "d": nil])
        let remote = Self.contacts(["a": "Old", "b": "Friends", "c": "Work", "e": nil])
        #expect(
            ContactData.merged(base: base, local: local, remote: remote)
                == Self.contacts(["a": "Home", "b": "Friends", "d": nil, "e": nil]))
    }

    @Test func whatCameBackIsTheServers() async throws {
        try await change("a", to: "Work", isSent: true)
        #expect(try await state() == (["a": "Work"], false, true))
        try await come(["a": "Work"])
        #expect(try await state() == (["a": "Work"], false, false))
        // From now on another device may change it.
        let content = try Self.content(["a": "Home"])
        try await store.write { try $0.setAccountData(OwnAccountData.contacts, Array(content.bytes)) }
        #expect(try await state() == (["a": "Home"], false, false))
    }

    @Test func whatCameBackBeforeTheAnswerIsTheServersToo() async throws {
        try await change("a", to: "Work", isSent: false)
        try await come(["a": "Work"])
        try await store.write { try $0.contactsWereSent() }
        #expect(try await state() == (["a": "Work"], false, false))
    }

    /// It had fetched the list before this device put its own.
    @Test func whatAnotherDeviceOverwroteIsSentAgain() async throws {
        try await change("a", to: "Work", isSent: true)
        try await come(["b": "Friends"])
        #expect(try await state() == (["a": "Work", "b": "Friends"], true, true))
        try await store.write { try Self.send("next", by: $0) }
        try await come(["a": "Work", "b": "Friends"])
        #expect(try await state() == (["a": "Work", "b": "Friends"], false, false))
    }

    @Test func whoWasTakenOutStaysOut() async throws {
        try await change("a", to: nil, isSent: true)
        try await come(["a": nil])
        try await store.write { database in
            try database.changeContacts { $0.groups["a"] = nil }
            try Self.send("next", by: database)
        }
        try await come(["a": nil, "b": nil])
        #expect(try await state() == (["b": nil], true, true))
    }

    /// What was changed here is known as changed here until it has come back, however often the server tells something
    /// else meanwhile.
    @Test func severalOverwritingsLoseNothing() async throws {
        try await change("a", to: "Work", isSent: true)
        for other in ["b", "c", "d"] {
            try await come([other: nil])
            #expect(try await state().isUnsent)
            #expect(try await state().contacts == ["a": "Work", other: nil])
            try await store.write { try Self.send("next", by: $0) }
        }
    }

    /// It writes over this device's list while that is on its way, with one that this one makes the same of.
    @Test func whatOverwroteItOnItsWayIsNotTakenForIt() async throws {
        try await store.write { database in
            try database.changeContacts { $0.groups["a"] = .some("Work") }
            _ = try database.contactsToSend("own")
        }
        try await come([:])
        #expect(try await store.write { try $0.contactsWereSent() } == false)
        #expect(try await state() == (["a": "Work"], true, true))
    }

    /// Another device had fetched the list before, and puts its own after this one's has come back.
    @Test func whatIsOverwrittenAfterItCameBackIsSentAgain() async throws {
        let own = try await store.write { database in
            try database.changeContacts { $0.groups["a"] = .some("Work") }
            return try Self.send("own", by: database)
        }
        try await store.write { try $0.contactsCame(own) }
        #expect(try await state() == (["a": "Work"], false, true))
        var other = Self.contacts(["b": "Friends"])
        other.revisions = ["other", "first"]
        let overwriting = try JSONValue.parse(other.json)
        try await store.write { try $0.contactsCame(overwriting) }
        #expect(try await state() == (["a": "Work", "b": "Friends"], true, true))
        let again = try await store.write { try Self.send("again", by: $0) }
        #expect(ContactData(again).revisions == ["again", "other", "first"])
    }

    @Test(arguments: [["theirs", "own", "first"], []]) func whoKnewTheListMayChangeIt(revisions: [String]) async throws
    {
        let own = try await store.write { database in
            try database.changeContacts { $0.groups["a"] = .some("Work") }
            return try Self.send("own", by: database)
        }
        try await store.write { try $0.contactsCame(own) }
        var other = Self.contacts(["b": "Friends"])
        other.revisions = revisions
        let content = try JSONValue.parse(other.json)
        try await store.write { try $0.contactsCame(content) }
        #expect(try await state() == (["b": "Friends"], false, false))
    }
}
