import Testing

@testable import ClientKit

/// Calls among three, of whom one has two devices; and a second call beside one that goes on.
@Suite(.timeLimit(.minutes(1))) @MainActor struct CallDeskSeveralTests {
    private let room: CallRoom
    private let ana: CallDevice
    private let hanako: CallDevice
    private let kenji: CallDevice
    private let phone: CallDevice

    init() throws {
        room = try CallRoom("ana", "hanako", "kenji", "kenji/phone")
        (ana, hanako) = (room.device("ana"), room.device("hanako"))
        (kenji, phone) = (room.device("kenji"), room.device("kenji/phone"))
    }

    // MARK: A second call

    /// Hanako and Kenji talk as Ana calls Hanako.
    private func callMeanwhile() async throws -> (Call, Call, second: Call) {
        let (call, taken) = try await room.talk(hanako, kenji)
        let second = try ana.desk.call(ana.conversation, .voice, people: [hanako.userID])
        try await room.until { !hanako.desk.ringing.isEmpty }
        return (call, taken, second)
    }

    @Test func whoIsToldBusyDisturbsNobody() async throws {
        let (call, taken, second) = try await callMeanwhile()
        hanako.desk.sayBusy(hanako.desk.ringing[0])
        await room.settle()
        #expect(second.phase == .ended(.busy))
        #expect(ana.watch.ends == [.busy])
        #expect(hanako.desk.ringing.isEmpty && hanako.desk.current === call)
        #expect(call.phase == .active && taken.phase == .active)
        #expect(hanako.watch.peer(kenji.userID)?.isClosed == false)
        #expect(hanako.watch.media?.isClosed == false)
    }

    @Test func whoTakesTheSecondCallEndsTheFirst() async throws {
        let (call, taken, second) = try await callMeanwhile()
        let media = hanako.watch.media
        let waiting = hanako.desk.ringing[0]
        hanako.desk.accept(waiting, .voice)
        try await room.until { second.phase == .connecting && taken.isEnded }
        await room.settle()
        #expect(call.phase == .ended(.hungUp) && taken.phase == .ended(.hungUpByOther))
        #expect(media?.isClosed == true)
        #expect(hanako.desk.current === waiting)
        room.connect(ana, hanako)
        #expect(waiting.phase == .active && second.phase == .active)
        hanako.desk.hangUp(waiting)
        await room.settle()
    }

    @Test func whoTalksMakesNoSecondCall() async throws {
        let (call, _) = try await room.talk(hanako, kenji)
        #expect(throws: CallError.busy) {
            try hanako.desk.call(hanako.conversation, .voice, people: [ana.userID])
        }
        #expect(hanako.desk.current === call && call.phase == .active)
    }

    // MARK: Three

    /// Hanako has called both; Kenji has taken it on his computer, then Ana has.
    private func meet() async throws -> Call {
        let call = try hanako.desk.call(hanako.conversation, .video)
        try await room.until { [ana, kenji, phone].allSatisfy { $0.desk.ringing.count == 1 } }
        kenji.desk.accept(kenji.desk.ringing[0], .video)
        try await room.until { call.legs[kenji.userID]?.machine.state == .connecting }
        await room.settle()
        #expect(phone.desk.ringing.isEmpty)
        ana.desk.accept(ana.desk.ringing[0], .video)
        try await room.until {
            call.legs[ana.userID]?.machine.state == .connecting
                && ana.desk.current?.legs[kenji.userID]?.machine.state == .connecting
        }
        await room.settle()
        for (first, second) in [(hanako, kenji), (hanako, ana), (ana, kenji)] { room.connect(first, second) }
        return call
    }

    @Test func threeMeetAndNobodyRingsTwice() async throws {
        let call = try await meet()
        for device in [ana, hanako, kenji] {
            let others = Set([ana, hanako, kenji].map(\.userID)).subtracting([device.userID])
            #expect(device.desk.current?.id == call.id)
            #expect(Set(device.desk.current?.present ?? []) == others)
            #expect(others.allSatisfy { device.desk.current?.isConnected($0) == true })
            #expect(device.desk.ringing.isEmpty)
        }
        // Of each pair one has called, the phone heard of two of them and rang for one.
        #expect(room.said.count { $0.type == "m.call.invite" } == 3)
        #expect(phone.desk.ringing.isEmpty && phone.desk.current == nil)
        #expect(phone.watch.ends == [.answeredElsewhere])
    }

    @Test func theOthersGoOnUntilTheLastHasLeft() async throws {
        let call = try await meet()
        let anas = try #require(ana.desk.current)
        kenji.desk.hangUp(try #require(kenji.desk.current))
        await room.settle()
        #expect(kenji.desk.current == nil)
        #expect(call.phase == .active && call.present == [ana.userID])
        #expect(anas.phase == .active && anas.present == [hanako.userID])
        #expect(hanako.watch.peer(kenji.userID)?.isClosed == true)
        #expect(hanako.watch.peer(ana.userID)?.isClosed == false)
        ana.desk.hangUp(anas)
        await room.settle()
        #expect(call.phase == .ended(.hungUpByOther))
        #expect(hanako.desk.current == nil && hanako.watch.media?.isClosed == true)
        #expect(phone.desk.ringing.isEmpty)
    }

    @Test func whoCalledMayLeaveFirst() async throws {
        let call = try await meet()
        hanako.desk.hangUp(call)
        await room.settle()
        #expect(ana.desk.current?.present == [kenji.userID])
        #expect(kenji.desk.current?.present == [ana.userID])
        #expect(ana.desk.current?.phase == .active && kenji.desk.current?.phase == .active)
        kenji.desk.hangUp(try #require(kenji.desk.current))
        await room.settle()
        #expect(ana.desk.current == nil)
    }

    @Test func whoDeclinesIsNotCalledByTheOthers() async throws {
        let call = try hanako.desk.call(hanako.conversation, .voice)
        try await room.until { [ana, kenji, phone].allSatisfy { $0.desk.ringing.count == 1 } }
        phone.desk.decline(phone.desk.ringing[0])
        await room.settle()
        #expect(kenji.watch.ends == [.declinedElsewhere])
        #expect(call.phase == .calling && call.present == [ana.userID])
        ana.desk.accept(ana.desk.ringing[0], .voice)
        try await room.until { call.phase == .connecting }
        await room.settle()
        room.connect(hanako, ana)
        #expect(call.phase == .active)
        #expect(kenji.desk.ringing.isEmpty && phone.desk.ringing.isEmpty)
        #expect(room.said.count { $0.type == "m.call.invite" } == 2)
        hanako.desk.hangUp(call)
        await room.settle()
        #expect(ana.desk.current == nil)
    }

    /// An invitation of another who is in it is not asked about on a device that has refused the call.
    @Test func aCallThatWasSettledDoesNotRingAgain() async throws {
        let call = try hanako.desk.call(hanako.conversation, .voice)
        try await room.until { phone.desk.ringing.count == 1 && kenji.desk.ringing.count == 1 }
        kenji.desk.decline(kenji.desk.ringing[0])
        await room.settle()
        var invitation = CallMachineTests.event(
            CallParty(userID: ana.userID, partyID: "ana"), CallMachineTests.invitation(invitee: kenji.userID),
            callID: "another", room: CallRoom.id)
        invitation.groupID = call.id
        for device in [kenji, phone] {
            device.desk.take([invitation], device.account)
            #expect(device.desk.ringing.isEmpty)
        }
        hanako.desk.hangUp(call)
        await room.settle()
    }
}
