import EventLoop
import HTTP
import JSON
import MatrixAPI
import Outbound
import Store
import StoreSQLite
import TestSupport
import Testing

@testable import Server

/// What a member missed, by mail.
@Suite struct MailDigestTests {
    /// Waits until an event waits for mail: events are taken in behind their sending.
    private func queued(_ event: String, _ harness: MailHarness) async throws {
        while try await !harness.server.store.read({ reader in
            try reader.pushersWithQueue().contains { pusher in
                try reader.queuedPushes(of: pusher, limit: 99).contains { push in
                    try reader.event(at: push.position)?.eventID.string == event
                }
            }
        }) { await Task.yield() }
    }

    @Test func itGoesOutAfterAWhileAndLessOftenThen() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let kenji = try await harness.server.member("kenji")
            try await harness.add("kenji@example.org", to: kenji)
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let clock = harness.server.clock
            try await queued(try await hanako.say("one", in: room), harness)
            try await harness.digests.send()
            #expect(await harness.mail.messages(0).count == 1)
            clock.advance(by: .seconds(601))
            try await harness.digests.send()
            let first = await harness.mail.messages(2)[1]
            #expect(first.recipient == "kenji@example.org")
            #expect(first.body.contains("hanako: one"))
            // Once is enough.
            try await harness.digests.send()
            try await queued(try await hanako.say("two", in: room), harness)
            clock.advance(by: .seconds(601))
            try await harness.digests.send()
            #expect(await harness.mail.messages(0).count == 2)
            clock.advance(by: .seconds(601))
            try await harness.digests.send()
            #expect(await harness.mail.messages(3)[2].body.contains("hanako: two"))
        }
    }

    @Test func whatWasReadIsNotMailed() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let kenji = try await harness.server.member("kenji")
            try await harness.add("kenji@example.org", to: kenji)
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let event = try await hanako.say("one", in: room)
            try await queued(event, harness)
            _ = await kenji.post(kenji.path(room, "receipt/m.read/\(event)"))
            harness.server.clock.advance(by: .seconds(601))
            try await harness.digests.send()
            #expect(await harness.mail.messages(0).count == 1)
            #expect(try await harness.server.store.read { try $0.pushersWithQueue() } == [])
        }
    }

    @Test func aMailServerThatIsAwayLosesNothing() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let kenji = try await harness.server.member("kenji")
            try await harness.add("kenji@example.org", to: kenji)
            harness.mail.refuse(["451 not now"])
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            try await queued(try await hanako.say("one", in: room), harness)
            harness.server.clock.advance(by: .seconds(601))
            try await harness.digests.send()
            #expect(await harness.mail.messages(0).count == 1)
            try await harness.digests.send()
            #expect(await harness.mail.messages(2)[1].body.contains("hanako: one"))
        }
    }

    @Test func encryptedMessagesStaySecret() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let kenji = try await harness.server.member("kenji")
            try await harness.add("kenji@example.org", to: kenji)
            let room = try await hanako.createRoom(visibility: "shared", kenji)
            let sent = await hanako.put(
                hanako.path(room, "send/m.room.encrypted/a"), #"{"algorithm":"m.megolm.v1.aes-sha2","ciphertext":"X"}"#)
            try await queued(try #require(sent["event_id"]?.string), harness)
            harness.server.clock.advance(by: .seconds(601))
            try await harness.digests.send()
            #expect(await harness.mail.messages(2)[1].body.contains("hanako: an encrypted message"))
        }
    }
}
