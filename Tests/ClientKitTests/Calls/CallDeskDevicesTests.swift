import Testing

@testable import ClientKit

/// A member with two devices is called.
@Suite(.timeLimit(.minutes(1))) @MainActor struct CallDeskDevicesTests {
    private let room: CallRoom
    private let hanako: CallDevice
    private let kenji: CallDevice
    private let phone: CallDevice

    init() throws {
        room = try CallRoom("hanako", "kenji", "kenji/phone")
        (hanako, kenji, phone) = (room.device("hanako"), room.device("kenji"), room.device("kenji/phone"))
    }

    /// Hanako's call, once it rings at both.
    private func ring() async throws -> Call {
        let call = try hanako.desk.call(hanako.conversation, .voice)
        try await room.until { kenji.desk.ringing.count == 1 && phone.desk.ringing.count == 1 }
        return call
    }

    @Test func whatIsAnsweredOnOneDeviceRingsNoMoreOnTheOther() async throws {
        let call = try await ring()
        kenji.desk.accept(kenji.desk.ringing[0], .voice)
        try await room.until { call.phase == .connecting }
        await room.settle()
        #expect(phone.desk.ringing.isEmpty && phone.desk.current == nil)
        #expect(phone.watch.ends == [.answeredElsewhere])
        // The phone is of no account any more.
        room.connect(hanako, kenji)
        #expect(call.phase == .active && kenji.desk.current?.phase == .active)
        #expect(room.words == ["hanako invite", "kenji answer", "hanako select_answer"])
        #expect(kenji.watch.ends == [])
    }

    @Test func whatIsDeclinedOnOneDeviceRingsNoMoreOnTheOther() async throws {
        let call = try await ring()
        phone.desk.decline(phone.desk.ringing[0])
        await room.settle()
        #expect(kenji.desk.ringing.isEmpty && phone.desk.ringing.isEmpty)
        #expect(kenji.watch.ends == [.declinedElsewhere])
        #expect(phone.watch.ends == [.declinedHere])
        #expect(hanako.watch.ends == [.declined])
        #expect(call.phase == .ended(.declined) && hanako.desk.current == nil)
        #expect(room.words == ["hanako invite", "kenji/phone reject", "hanako select_answer"])
    }

    @Test func whoIsBusyIsSoOnAllDevices() async throws {
        let call = try await ring()
        kenji.desk.sayBusy(kenji.desk.ringing[0])
        await room.settle()
        #expect(call.phase == .ended(.busy))
        #expect(phone.desk.ringing.isEmpty)
        #expect(phone.watch.ends == [.declinedElsewhere])
    }

    /// Neither has heard of the other; the caller says whose answer counts.
    @Test func ofTwoDevicesThatAnswerAtOnceTheCallerTakesOne() async throws {
        let call = try await ring()
        room.isHeld = true
        for device in [phone, kenji] { device.desk.accept(device.desk.ringing[0], .voice) }
        try await room.until { room.said.count == 3 }
        let first = try #require(room.said.dropFirst().first?.device)
        room.isHeld = false
        await room.settle()
        let (taken, other) = first == "kenji" ? (kenji, phone) : (phone, kenji)
        #expect(call.legs[kenji.userID]?.machine.remote?.partyID == first)
        #expect(other.watch.ends == [.answeredElsewhere])
        #expect(other.watch.media?.isClosed == true && other.watch.peer(hanako.userID)?.isClosed == true)
        room.connect(hanako, taken)
        #expect(call.phase == .active && taken.desk.current?.phase == .active)
        // Nothing is hung up for the one that came too late.
        #expect(!room.said.contains { $0.type == "m.call.hangup" })
    }

    /// The member has taken it, and is to know why nothing came of it.
    @Test func aCallThatIsTakenWithoutMicrophoneEndsForThat() async throws {
        let call = try await ring()
        kenji.watch.hasMedia = false
        kenji.desk.accept(kenji.desk.ringing[0], .voice)
        try await room.until { call.isEnded }
        await room.settle()
        #expect(kenji.watch.ends == [.mediaFailed("NoMedia()")])
        #expect(kenji.desk.current == nil)
        #expect(phone.watch.ends == [.declinedElsewhere])
        #expect(call.phase == .ended(.declined))
        #expect(room.words == ["hanako invite", "kenji hangup"])
        #expect(room.said.last?.reason == "user_media_failed")
    }

    @Test func whatWasAnsweredWhileADeviceWasAwayDoesNotRing() async throws {
        phone.isAway = true
        let call = try hanako.desk.call(hanako.conversation, .voice)
        try await room.until { !kenji.desk.ringing.isEmpty }
        kenji.desk.accept(kenji.desk.ringing[0], .voice)
        try await room.until { call.phase == .connecting }
        await room.settle()
        phone.isAway = false
        #expect(phone.desk.ringing.isEmpty && phone.desk.current == nil)
        #expect(phone.watch.ends == [.answeredElsewhere])
        #expect(call.phase == .connecting)
    }

    // MARK: Missed

    @Test func whoGivesUpStopsTheRingingEverywhere() async throws {
        let call = try await ring()
        hanako.desk.hangUp(call)
        await room.settle()
        for device in [kenji, phone] {
            #expect(device.desk.ringing.isEmpty)
            #expect(device.watch.ends == [.missed])
        }
        #expect(hanako.watch.ends == [.hungUp])
        // Such an invitation may come once more, and rings no more.
        room.said.filter { $0.type == "m.call.invite" }.forEach { phone.hear($0) }
        #expect(phone.desk.ringing.isEmpty)
    }

    @Test func whatNobodyAnswersEndsByItself() async throws {
        let call = try await ring()
        try await room.pass { call.isEnded && kenji.desk.ringing.isEmpty && phone.desk.ringing.isEmpty }
        #expect(room.clock.now().uptime >= CallMachine.Timing.invitation)
        #expect(call.phase == .ended(.noAnswer))
        #expect(kenji.watch.ends == [.missed] && phone.watch.ends == [.missed])
        await room.settle()
        #expect(room.words == ["hanako invite", "hanako hangup"])
        #expect(room.said.last?.reason == "invite_timeout")
    }

    @Test func notMoreThanFourRingAtOnce() {
        let names = ["ana", "ben", "cleo", "dora", "emil"]
        let party = { (name: String) in CallParty(userID: "@\(name):test", partyID: name) }
        for name in names {
            kenji.hear(CallMachineTests.invitation(invitee: kenji.userID), from: party(name), callID: name)
        }
        #expect(kenji.desk.ringing.map(\.people) == names.prefix(4).map { ["@\($0):test"] })
        // Nothing is said to the fifth: other devices ring.
        #expect(kenji.watch.ends == [.replaced])
        kenji.hear(.hangUp(.userHangUp), from: party("ben"), callID: "ben")
        kenji.hear(CallMachineTests.invitation(invitee: kenji.userID), from: party("fritz"), callID: "fritz")
        #expect(kenji.desk.ringing.flatMap(\.people) == ["ana", "cleo", "dora", "fritz"].map { "@\($0):test" })
        #expect(kenji.watch.ends == [.replaced, .missed])
        #expect(room.said.isEmpty)
    }

    @Test func whoCallsAgainRingsOnce() {
        let party = CallParty(userID: hanako.userID, partyID: "hanako")
        for id in ["first", "second"] {
            kenji.hear(CallMachineTests.invitation(invitee: kenji.userID), from: party, callID: id)
        }
        #expect(kenji.desk.ringing.map(\.id) == ["second"])
        #expect(kenji.watch.ends == [.replaced])
        // What ends the first says nothing of the second.
        kenji.hear(.hangUp(.userHangUp), from: party, callID: "first")
        #expect(kenji.desk.ringing.map(\.id) == ["second"])
    }
}
