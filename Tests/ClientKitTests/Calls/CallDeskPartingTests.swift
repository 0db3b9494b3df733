import Testing

@testable import ClientKit

/// What becomes of an account's calls when it logs out or the program ends.
@Suite(.timeLimit(.minutes(1))) @MainActor struct CallDeskPartingTests {
    private let room: CallRoom
    private let hanako: CallDevice
    private let kenji: CallDevice
    private let phone: CallDevice

    init() throws {
        room = try CallRoom("hanako", "kenji", "kenji/phone")
        (hanako, kenji, phone) = (room.device("hanako"), room.device("kenji"), room.device("kenji/phone"))
    }

    @Test func theOtherIsToldBeforeTheAccountStops() async throws {
        let (call, taken) = try await room.talk(hanako, kenji)
        await kenji.desk.end(of: kenji.account)
        // It is sent by now.
        #expect(room.words.last == "kenji hangup")
        #expect(call.phase == .ended(.hungUpByOther) && taken.phase == .ended(.hungUp))
        #expect(kenji.desk.current == nil && kenji.watch.media?.isClosed == true)
        #expect(hanako.watch.ends == [.hungUpByOther])
    }

    @Test func whatWasHungUpJustBeforeIsToldAsWell() async throws {
        let (call, taken) = try await room.talk(hanako, kenji)
        kenji.desk.hangUp(taken)
        #expect(kenji.desk.all.isEmpty && room.words.last != "kenji hangup")
        await kenji.desk.end(of: kenji.account)
        #expect(room.words.last == "kenji hangup")
        #expect(call.phase == .ended(.hungUpByOther))
    }

    @Test func whatRingsGoesOnRingingElsewhere() async throws {
        let call = try hanako.desk.call(hanako.conversation, .voice)
        try await room.until { kenji.desk.ringing.count == 1 && phone.desk.ringing.count == 1 }
        await kenji.desk.end(of: kenji.account)
        #expect(kenji.desk.ringing.isEmpty)
        #expect(kenji.watch.ends == [.replaced])
        #expect(room.words == ["hanako invite"])
        #expect(call.phase == .calling && phone.desk.ringing.count == 1)
        phone.desk.accept(phone.desk.ringing[0], .voice)
        try await room.until { call.phase == .connecting }
        await phone.desk.end(of: phone.account)
        #expect(call.phase == .ended(.hungUpByOther))
    }

    @Test func whoIsCalledHearsThatTheCallerWentAway() async throws {
        _ = try hanako.desk.call(hanako.conversation, .voice)
        try await room.until { kenji.desk.ringing.count == 1 && phone.desk.ringing.count == 1 }
        await hanako.desk.end(of: hanako.account)
        #expect(kenji.watch.ends == [.missed] && phone.watch.ends == [.missed])
        #expect(hanako.desk.current == nil)
    }

    @Test func aServerThatDoesNotAnswerHoldsNobodyUp() async throws {
        let (call, _) = try await room.talk(hanako, kenji)
        room.stall("kenji m.call.hangup")
        let before = room.clock.now().uptime
        let ending = Task { await kenji.desk.end(of: kenji.account) }
        try await room.until { room.hasStalled }
        try await finish(ending)
        #expect(room.clock.now().uptime >= before + 2000)
        #expect(kenji.desk.current == nil && call.phase == .active)
        room.refuseStalled()
        hanako.desk.hangUp(call)
        await room.settle()
    }

    /// Lets time pass until the account may stop.
    private func finish(_ ending: Task<Void, Never>) async throws {
        var isOver = false
        let waiting = Task {
            await ending.value
            isOver = true
        }
        try await room.pass { isOver }
        await waiting.value
    }

    private let ana = CallParty(userID: "@ana:test", partyID: "ana")

    @Test func whatComesWhileTheAccountStopsDoesNotOutliveIt() async throws {
        let (call, _) = try await room.talk(hanako, kenji)
        room.stall("kenji m.call.hangup")
        let ending = Task { await kenji.desk.end(of: kenji.account) }
        try await room.until { room.hasStalled }
        kenji.hear(CallMachineTests.invitation(invitee: kenji.userID), from: ana, callID: "meanwhile")
        #expect(kenji.desk.ringing.count == 1)
        try await finish(ending)
        #expect(kenji.desk.all.isEmpty)
        #expect(kenji.watch.ends == [.hungUp, .replaced])
        room.refuseStalled()
        hanako.desk.hangUp(call)
        await room.settle()
    }

    @Test func nothingRingsForAnAccountThatHasStopped() {
        kenji.account.parts = nil
        kenji.hear(CallMachineTests.invitation(invitee: kenji.userID), from: ana, callID: "late")
        #expect(kenji.desk.all.isEmpty)
    }

    @Test func otherAccountsCallsGoOn() async throws {
        let (call, taken) = try await room.talk(hanako, kenji)
        await kenji.desk.end(of: phone.account)
        #expect(call.phase == .active && taken.phase == .active)
        #expect(kenji.desk.current === taken)
        hanako.desk.hangUp(call)
        await room.settle()
    }
}
