import Testing

@testable import ClientKit

/// Both call one another at the same moment ("glare").
@Suite(.timeLimit(.minutes(1))) @MainActor struct CallDeskMeetingTests {
    private let room: CallRoom
    private let hanako: CallDevice
    private let kenji: CallDevice
    private let hanakosParty = CallParty(userID: "@hanako:test", partyID: "tablet")
    private let kenjisParty = CallParty(userID: "@kenji:test", partyID: "tablet")

    init() throws {
        room = try CallRoom("hanako", "kenji")
        (hanako, kenji) = (room.device("hanako"), room.device("kenji"))
    }

    @Test func ofTwoCallsTheOneWithTheLesserIDGoesOn() async throws {
        room.isHeld = true
        let calls = [
            try hanako.desk.call(hanako.conversation, .video), try kenji.desk.call(kenji.conversation, .video),
        ]
        try await room.until { room.said.count == 2 }
        room.isHeld = false
        try await room.until { calls.allSatisfy { $0.phase == .connecting } }
        await room.settle()
        room.connect(hanako, kenji)
        let lesser = try #require(calls.map(\.id).min())
        #expect(calls.allSatisfy { $0.phase == .active })
        try await room.until { room.reports.count == 2 }
        #expect(Set(room.reports) == ["hanako PUT \(lesser)", "kenji PUT \(lesser)"])
        #expect(calls.flatMap { $0.legs.values.map(\.machine.callID) } == [lesser, lesser])
        for device in [hanako, kenji] {
            #expect(device.desk.ringing.isEmpty)
            #expect(device.watch.ends == [])
        }
        // The other one's caller has given it up, and answered.
        let (winner, loser) = calls[0].id == lesser ? ("hanako", "kenji") : ("kenji", "hanako")
        #expect(
            Set(room.words) == [
                "hanako invite", "kenji invite", "\(loser) hangup", "\(loser) answer", "\(winner) select_answer",
            ])
        let givenUp = try #require(room.said.first { $0.type == "m.call.hangup" })
        #expect(givenUp.callID != lesser && givenUp.reason == "replaced")
        hanako.desk.hangUp(calls[0])
        await room.settle()
        #expect(calls.map(\.phase) == [.ended(.hungUp), .ended(.hungUpByOther)])
    }

    /// Letters and digits come before it, and after "0".
    @Test(arguments: [("0", true), ("~", false)])
    func theLesserIDDecides(callID: String, isTaken: Bool) async throws {
        let call = try hanako.desk.call(hanako.conversation, .video)
        try await room.until { room.words == ["hanako invite"] }
        hanako.hear(CallMachineTests.invitation(invitee: hanako.userID), from: kenjisParty, callID: callID)
        await room.settle()
        #expect(hanako.desk.ringing.isEmpty)
        #expect(call.legs[kenji.userID]?.machine.callID == (isTaken ? callID : call.id))
        #expect(call.legs[kenji.userID]?.machine.state == (isTaken ? .connecting : .inviting))
        #expect(Set(room.words.dropFirst()) == (isTaken ? ["hanako hangup", "hanako answer"] : []))
        #expect(hanako.watch.ends == [])
        hanako.desk.hangUp(call)
        await room.settle()
    }

    @Test func whatIsOnlyPreparedGivesWay() async throws {
        hanako.watch.describesAtOnce = false
        let call = try hanako.desk.call(hanako.conversation, .video)
        try await room.until { hanako.watch.peer(kenji.userID)?.isAsked == true }
        let prepared = try #require(hanako.watch.peer(kenji.userID))
        hanako.hear(CallMachineTests.invitation(invitee: hanako.userID), from: kenjisParty, callID: "~")
        #expect(prepared.isClosed)
        let peer = try #require(hanako.watch.peer(kenji.userID))
        #expect(peer !== prepared && peer.isAsked)
        peer.describe()
        await room.settle()
        #expect(room.words == ["hanako answer"])
        #expect(room.said.first?.callID == "~")
        #expect(call.phase == .connecting && hanako.desk.ringing.isEmpty)
        hanako.desk.hangUp(call)
        await room.settle()
    }

    /// It was taken before there were camera and microphone.
    @Test func whatIsNotEvenPreparedGivesWay() async throws {
        let call = try hanako.desk.call(hanako.conversation, .video)
        #expect(call.media == nil)
        hanako.hear(CallMachineTests.invitation(invitee: hanako.userID), from: kenjisParty, callID: "~")
        try await room.until { !room.said.isEmpty }
        await room.settle()
        #expect(room.words == ["hanako answer"])
        #expect(call.phase == .connecting && hanako.desk.current === call)
        hanako.desk.hangUp(call)
        await room.settle()
    }

    @Test func anInvitationThatWasReplacedNeedNotBeSent() async throws {
        room.stall("hanako m.call.invite")
        let call = try hanako.desk.call(hanako.conversation, .video)
        try await room.until { room.hasStalled }
        hanako.hear(CallMachineTests.invitation(invitee: hanako.userID), from: kenjisParty, callID: "0")
        try await room.until { room.words == ["hanako answer"] }
        room.refuseStalled()
        await room.settle()
        #expect(call.phase == .connecting && hanako.desk.current === call)
        #expect(hanako.watch.ends == [])
        hanako.desk.hangUp(call)
        await room.settle()
    }

    @Test func aCallThatWasReplacedIsNotMissedOnOtherDevices() {
        kenji.hear(CallMachineTests.invitation(invitee: kenji.userID), from: hanakosParty, callID: "replaced")
        kenji.hear(.hangUp(.replaced), from: hanakosParty, callID: "replaced")
        #expect(kenji.watch.ends == [.replaced])
        #expect(kenji.desk.ringing.isEmpty)
    }

    /// One that rings already is taken instead.
    @Test func whoCallsBackWhileItRingsAnswers() async throws {
        let call = try hanako.desk.call(hanako.conversation, .video)
        try await room.until { !kenji.desk.ringing.isEmpty }
        let ringing = kenji.desk.ringing[0]
        let taken = try kenji.desk.call(kenji.conversation, .video)
        #expect(taken === ringing)
        try await room.until { call.phase == .connecting }
        await room.settle()
        #expect(room.words == ["hanako invite", "kenji answer", "hanako select_answer"])
        hanako.desk.hangUp(call)
        await room.settle()
    }
}
