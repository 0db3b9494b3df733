import JSON
import TestSupport
import Testing

@testable import ClientKit

/// The list of contacts, which the server keeps as a whole and which several devices change.
@Suite("Contacts of several devices") struct ContactsTests {
    private let folder = TemporaryFolder()
    private let store: LocalStore

    init() throws { store = try LocalStore(path: folder.path + "/store.sqlite", owner: "@hanako:localhost") }

    private static func list(_ change: (inout ContactData) -> Void) -> ContactData {
        var list = ContactData(nil)
        change(&list)
        return list
    }

    private static func content(_ list: ContactData) throws -> JSONValue { try JSONValue.parse(list.json) }

    @Test func theLaterChangeOfEachCounts() {
        let first = Self.list { list in
            list.set("a", group: "Home", at: 5)
            list.set("b", group: "Work", at: 1)
            list.set("c", group: nil, at: 1)
        }
        let second = Self.list { list in
            list.set("a", group: "Old", at: 4)
            list.set("b", group: "Friends", at: 2)
            list.set("c", group: nil, at: 1)
            list.remove("c", at: 3)
            list.set("d", group: nil, at: 1)
        }
        let merged = first.merged(with: second)
        #expect(merged.groups == ["a": "Home", "b": "Friends", "d": nil])
        #expect(second.merged(with: first) == merged)
        #expect(merged.merged(with: first) == merged && merged.merged(with: merged) == merged)
    }

    @Test func atTheSameMomentAllDecideAlike() {
        let lists = [
            Self.list { $0.set("a", group: "Home", at: 2) }, Self.list { $0.set("a", group: nil, at: 2) },
            Self.list { list in
                list.set("a", group: "Work", at: 1)
                list.remove("a", at: 2)
            },
        ]
        for first in lists {
            for second in lists { #expect(first.merged(with: second) == second.merged(with: first)) }
        }
        #expect(lists[0].merged(with: lists[1]).groups == ["a": "Home"])
        #expect(lists[2].merged(with: lists[1]).groups == ["a": nil])
    }

    /// The clock of a device may be wrong by years.
    @Test func whoKnewAChangeMadeTheLaterOne() {
        let ahead = Self.list { $0.set("a", group: "Work", at: 1 << 45) }
        var behind = ahead
        behind.set("a", group: "Home", at: 7)
        #expect(ahead.merged(with: behind).groups == ["a": "Home"])
        behind.remove("a", at: 8)
        #expect(ahead.merged(with: behind).groups.isEmpty)
    }

    @Test func theListIsTheSameAfterItsWayThroughTheServer() throws {
        let list = Self.list { list in
            list.set("a", group: "Work", at: 1)
            list.set("b", group: nil, at: 2)
            list.remove("b", at: 3)
            list.set("c", group: nil, at: 4)
        }
        #expect(try ContactData(Self.content(list)) == list)
    }

    @Test(arguments: [
        #"{"contacts":{"a":{"changed":9223372036854775807,"group":7},"b":{"changed":-5},"c":3}}"#,
        #"{"contacts":{"a":{"changed":1.5},"b":{"changed":"1"},"c":{}},"removed":[]}"#,
    ]) func whatOtherProgramsWriteHarmsNothing(content: String) throws {
        var list = ContactData(try JSONValue.parse(Array(content.utf8)))
        #expect(list.groups == ["a": nil, "b": nil, "c": nil])
        list.set("a", group: "Work", at: .max)
        list.set("a", group: "Home", at: .min)
        list.remove("b", at: 0)
        #expect(Set(list.groups.keys) == ["a", "c"])
    }

    /// Else the list would grow with everybody who ever was in it.
    @Test func removalsAreForgottenAfterAYear() throws {
        var list = Self.list { list in
            list.set("a", group: nil, at: 0)
            list.remove("a", at: 1)
            list.set("b", group: nil, at: 31_536_000_001)
        }
        let brings = Self.list { $0.set("a", group: nil, at: 0) }
        #expect(Set(list.merged(with: brings).groups.keys) == ["b"])
        list.set("b", group: "Work", at: 31_536_000_002)
        #expect(Set(list.merged(with: brings).groups.keys) == ["a", "b"])
    }

    @Test func whatTheServerTookIsNotSentAgain() async throws {
        let content = try await store.write { database in
            try database.changeContacts { $0.set("a", group: "Work", at: 1) }
            return try #require(try database.contactsToSend())
        }
        // On its way.
        #expect(try await store.read { try $0.hasUnsentContacts })
        try await store.write { try $0.contactsWereSent() }
        #expect(try await store.read { try !$0.hasUnsentContacts })
        #expect(try await store.write { try $0.contactsToSend() } == nil)
        // It comes back.
        try await store.write { try $0.mergeContacts(try JSONValue.parse(content)) }
        #expect(try await store.read { try !$0.hasUnsentContacts })
        #expect(try await store.read { try $0.contacts().groups } == ["a": "Work"])
    }

    @Test func whatIsChangedOnItsWayIsSentToo() async throws {
        try await store.write { database in
            try database.changeContacts { $0.set("a", group: "Work", at: 1) }
            _ = try database.contactsToSend()
            try database.changeContacts { $0.set("b", group: nil, at: 2) }
            try database.contactsWereSent()
        }
        let content = try #require(try await store.write { try $0.contactsToSend() })
        #expect(ContactData(try JSONValue.parse(content)).groups == ["a": "Work", "b": nil])
    }

    /// It had fetched the list before this device put its own.
    @Test(arguments: [false, true]) func whatAnotherDeviceOverwroteIsSentAgain(isOnItsWay: Bool) async throws {
        let other = try Self.content(Self.list { $0.set("b", group: "Friends", at: 1) })
        try await store.write { database in
            try database.changeContacts { $0.set("a", group: "Work", at: 1) }
            _ = try database.contactsToSend()
            if !isOnItsWay { try database.contactsWereSent() }
            try database.mergeContacts(other)
            if isOnItsWay { try database.contactsWereSent() }
        }
        let content = try #require(try await store.write { try $0.contactsToSend() })
        #expect(ContactData(try JSONValue.parse(content)).groups == ["a": "Work", "b": "Friends"])
    }

    @Test func whatCameBackBeforeTheAnswerIsTheServersToo() async throws {
        try await store.write { database in
            try database.changeContacts { $0.set("a", group: "Work", at: 1) }
            let content = try #require(try database.contactsToSend())
            try database.mergeContacts(try JSONValue.parse(content))
            try database.contactsWereSent()
        }
        #expect(try await store.read { try !$0.hasUnsentContacts })
    }

    /// Devices that ask, put, hear back and hear of one another in any order: all come to the same list, in which whatever
    /// was changed last counts, and stop sending.
    @Test(arguments: 1...40) func inWhateverOrderTheyHearOfOneAnotherAllHaveTheSame(seed: UInt64) throws {
        var simulation = try Simulation(seed: seed, folder: folder.path)
        try simulation.change(0) { $0.set("kenji", group: "Friends", at: 1) }
        try simulation.run { try $0.groups(1)["kenji"] == "Friends" }
        // Each changes something while it does not hear of the others, with a clock of its own.
        try simulation.change(0) { list in
            list.set("ana", group: nil, at: 900)
            list.set("kenji", group: "Work", at: 901)
        }
        try simulation.change(1) { $0.set("luis", group: nil, at: 20) }
        try simulation.change(2) { $0.set("miriam", group: "Choir", at: 500) }
        try simulation.run { try $0.groups(1).count == 4 }
        // Where somebody is taken out, another may still be about to send the list with them in it.
        try simulation.change(1) { $0.remove("ana", at: 30) }
        try simulation.run { _ in false }
        for device in 0..<3 {
            #expect(try simulation.groups(device) == ["kenji": "Work", "luis": nil, "miriam": "Choir"])
        }
    }

    /// A server that keeps what is put last, and devices each of which does its next step at any time.
    private struct Simulation {
        private struct Device {
            let database: Database
            /// The last list that it was told of.
            var heard = 0
            var asked: [UInt8]?
            var isSending = false
            var sending: [UInt8]?
        }

        private var devices: [Device]
        private var kept = Array("{}".utf8)
        private var version = 0
        private var random: SeededGenerator

        init(seed: UInt64, folder: String) throws {
            random = SeededGenerator(seed: seed)
            devices = try (0..<3).map { Device(database: try Database(path: "\(folder)/\($0).sqlite")) }
        }

        func groups(_ device: Int) throws -> [String: String?] { try devices[device].database.contacts().groups }

        func change(_ device: Int, _ change: (inout ContactData) -> Void) throws {
            let database = devices[device].database
            try database.transaction { try database.changeContacts(change) }
        }

        /// Until something holds, or nobody has anything to do.
        mutating func run(until condition: (Simulation) throws -> Bool) throws {
            for _ in 0..<2_000 {
                if try condition(self) { return }
                let steps = try devices.indices.flatMap { index in try possible(index) }
                guard let step = steps.randomElement(using: &random) else { return }
                try take(step.device, hears: step.hears)
            }
            Issue.record("they never stop")
        }

        private func possible(_ index: Int) throws -> [(device: Int, hears: Bool)] {
            let device = devices[index]
            let sends = try device.isSending || device.database.hasUnsentContacts
            return (device.heard < version ? [(index, true)] : []) + (sends ? [(index, false)] : [])
        }

        private mutating func take(_ index: Int, hears: Bool) throws {
            let database = devices[index].database
            if hears {
                devices[index].heard = version
                try database.transaction { try database.mergeContacts(try JSONValue.parse(kept)) }
            } else if !devices[index].isSending {
                devices[index].isSending = true
                devices[index].asked = kept
            } else if let asked = devices[index].asked {
                devices[index].asked = nil
                try database.transaction { try database.mergeContacts(try JSONValue.parse(asked)) }
            } else if let content = devices[index].sending {
                devices[index].sending = nil
                kept = content
                version += 1
                // The answer is as late as anything else.
                devices[index].isSending = try database.transaction {
                    try database.contactsWereSent()
                    return try database.hasUnsentContacts
                }
            } else {
                devices[index].sending = try database.transaction { try database.contactsToSend() }
                devices[index].isSending = devices[index].sending != nil
            }
        }
    }
}
