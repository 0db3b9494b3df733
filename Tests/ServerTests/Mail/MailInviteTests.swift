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

/// Invites of people who have an address and no account.
@Suite struct MailInviteTests {
    private func invite(_ address: String) -> String {
        #"{"medium":"email","address":"\#(address)","id_server":"x","id_access_token":"x"}"#
    }

    @Test func whoProvesTheAddressIsInvited() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let room = try await hanako.createRoom(#"{"name":"Tea"}"#)
            #expect(await hanako.post(hanako.path(room, "invite"), invite("Ana@example.org")).outcome == "200")
            let mail = await harness.mail.messages(1)[0]
            #expect(mail.recipient == "ana@example.org")
            #expect(mail.body.contains("hanako") && mail.body.contains("Tea"))
            let ana = try await harness.server.member("ana")
            try await harness.add("ana@example.org", to: ana)
            let snapshot = try #require(try await harness.server.journal.room(RoomID(unchecked: room)))
            let event = try #require(snapshot.members[ana.user])
            #expect(event.membership == .invite && event.sender == hanako.user)
            let signed = try #require(event.content["third_party_invite"]?["signed"])
            let token = try #require(signed["token"]?.string)
            let original = try #require(snapshot.stateEvent(StateKey("m.room.third_party_invite", token)))
            let signature = try #require(signed["signatures"]?[RouteHarness.serverName]?["ed25519:0"]?.string)
            let text = Array(#"{"mxid":"\#(ana.user)","token":"\#(token)"}"#.utf8)
            #expect(Ed25519.isValid(signature, of: text, key: original.content["public_key"]?.string ?? ""))
            #expect(await ana.join(room).outcome == "200")
        }
    }

    @Test func oneThatIsRefusedForTheMomentKeepsNoOtherBack() async throws {
        try await MailHarness.run(refusals: ["451 later"]) { harness in
            let hanako = try await harness.server.member("hanako")
            let both = invite("ana@example.org") + "," + invite("ben@example.org")
            _ = try await hanako.createRoom(#"{"invite_3pid":[\#(both)]}"#)
            let recipient = await harness.mail.messages(1)[0].recipient
            #expect(["ana@example.org", "ben@example.org"].contains(recipient))
        }
    }

    @Test func aMemberWithTheAddressIsInvitedAtOnce() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let ana = try await harness.server.member("ana")
            try await harness.add("ana@example.org", to: ana)
            let room = try await hanako.createRoom()
            #expect(await hanako.post(hanako.path(room, "invite"), invite("ANA@example.org")).outcome == "200")
            #expect(await ana.join(room).outcome == "200")
        }
    }

    @Test func theRoomsRulesCount() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let kenji = try await harness.server.member("kenji")
            let room = try await hanako.createRoom(#"{"power_level_content_override":{"invite":50}}"#)
            #expect(await kenji.post(kenji.path(room, "invite"), invite("a@b.org")).outcome == "403 M_FORBIDDEN")
            try await hanako.bring(kenji, into: room)
            #expect(await kenji.post(kenji.path(room, "invite"), invite("a@b.org")).outcome == "403 M_FORBIDDEN")
            let telephone = #"{"medium":"msisdn","address":"123","id_server":"x","id_access_token":"x"}"#
            #expect(
                await hanako.post(hanako.path(room, "invite"), telephone).outcome == "403 M_THREEPID_DENIED")
        }
    }

    @Test func whoIsBannedOrWhoseInviteWasTakenBackStaysOut() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let ana = try await harness.server.member("ana")
            let banned = try await hanako.createRoom()
            let takenBack = try await hanako.createRoom()
            let good = try await hanako.createRoom()
            for room in [banned, takenBack, good] {
                _ = await hanako.post(hanako.path(room, "invite"), invite("ana@example.org"))
            }
            _ = await harness.mail.messages(3)
            _ = await hanako.post(hanako.path(banned, "ban"), #"{"user_id":"\#(ana.user)"}"#)
            let state = await hanako.get(hanako.path(takenBack, "state"))
            let event = state.body.array?.first { $0["type"]?.string == "m.room.third_party_invite" }
            let token = try #require(event?["state_key"]?.string)
            _ = await hanako.setState("m.room.third_party_invite", "{}", key: token, in: takenBack)
            try await harness.add("ana@example.org", to: ana)
            var invited: [String] = []
            for (room, membership) in try await harness.server.journal.memberships(of: ana.user)
            where membership.membership == .invite { invited.append(room.string) }
            #expect(invited == [good])
        }
    }

    @Test func aNewRoomCanBeginWithThem() async throws {
        try await MailHarness.run { harness in
            let hanako = try await harness.server.member("hanako")
            let room = try await hanako.createRoom(#"{"invite_3pid":[\#(invite("ana@example.org"))]}"#)
            #expect(await harness.mail.messages(1)[0].recipient == "ana@example.org")
            let state = await hanako.get(hanako.path(room, "state"))
            let event = state.body.array?.first { $0["type"]?.string == "m.room.third_party_invite" }
            #expect(event?.string("content", "display_name") == "a…@e….org")
        }
    }
}
