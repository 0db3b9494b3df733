import Testing

@testable import ClientKit

/// Every transition of one call, by a clock that the test drives.
struct CallMachineTests {
    static let hanako = CallParty(userID: "@hanako:test", partyID: "HANAKO1")
    static let kenji = CallParty(userID: "@kenji:test", partyID: "KENJI1")
    static let kenjisPhone = CallParty(userID: "@kenji:test", partyID: "KENJI2")
    static let stranger = CallParty(userID: "@stranger:test", partyID: "STRANGER")
    static let room = "!room:test"

    static func sdp(_ name: String, direction: String = "sendrecv", video: Bool = true) -> String {
        var lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "a=fingerprint:sha-256 \(name)", "m=audio 9 UDP 111"]
        lines += ["a=ice-ufrag:\(name)", "a=\(direction)"]
        if video { lines += ["m=video 9 UDP 96", "a=rtpmap:96 VP8/90000", "a=\(direction)"] }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    static func event(
        _ from: CallParty, _ content: CallEvent.Content, callID: String = "call", room: String = room, age: Int64 = 0,
        version: CallVersion = .one
    ) -> CallEvent {
        CallEvent(
            roomID: room, sender: from.userID, callID: callID, partyID: version == .one ? from.partyID : nil,
            version: version, age: age, content: content)
    }

    static func invitation(lifetime: Int64 = 90_000, invitee: String? = "@hanako:test") -> CallEvent.Content {
        .invite(CallEvent.Invitation(sdp: sdp("kenji"), lifetime: lifetime, invitee: invitee, streams: CallStreams()))
    }

    /// Hanako's call, which rings at Kenji's.
    func calling() -> CallMachine {
        var machine = CallMachine(
            calling: "@kenji:test", in: Self.room, callID: "call", own: Self.hanako)
        #expect(machine.start() == [.makeOffer])
        let actions = machine.described(Self.sdp("hanako"), streams: CallStreams(), now: 0)
        guard case .send(.invite(let invitation)) = actions.first else {
            Issue.record("no invitation: \(actions)")
            return machine
        }
        #expect(invitation.invitee == "@kenji:test")
        #expect(invitation.lifetime == 90_000)
        #expect(machine.state == .inviting)
        return machine
    }

    /// The same, answered and connected.
    func talking() -> CallMachine {
        var machine = calling()
        _ = machine.receive(Self.event(Self.kenji, .answer(sdp: Self.sdp("kenji"), CallStreams())), now: 5)
        _ = machine.pathChanged(.connected, now: 10)
        #expect(machine.state == .connected)
        return machine
    }

    func ringing(_ content: CallEvent.Content = invitation(), age: Int64 = 0) throws -> CallMachine {
        try #require(CallMachine(invitation: Self.event(Self.kenji, content, age: age), own: Self.hanako, now: 0))
    }

    /// Hanako has accepted Kenji's call.
    func accepted() throws -> CallMachine {
        var machine = try ringing()
        #expect(machine.accept() == [.makeAnswer(to: Self.sdp("kenji"), isFresh: true)])
        let actions = machine.described(Self.sdp("hanako"), streams: CallStreams(), now: 5)
        #expect(actions == [.send(.answer(sdp: Self.sdp("hanako"), CallStreams()))])
        _ = machine.pathChanged(.connected, now: 6)
        return machine
    }

    // MARK: Outgoing

    @Test func theFirstAnswerIsTakenAndTold() {
        var machine = calling()
        let answer = Self.event(Self.kenji, .answer(sdp: Self.sdp("kenji"), CallStreams()))
        #expect(
            machine.receive(answer, now: 5)
                == [.accept(answer: Self.sdp("kenji")), .send(.selectAnswer(partyID: "KENJI1"))])
        #expect(machine.remote == Self.kenji)
        // The phone was slower.
        let later = Self.event(Self.kenjisPhone, .answer(sdp: Self.sdp("phone"), CallStreams()))
        #expect(machine.receive(later, now: 6) == [])
        #expect(machine.remote == Self.kenji)
    }

    @Test func anAnswerOfVersionZeroIsNotSelected() {
        var machine = calling()
        let answer = Self.event(Self.kenji, .answer(sdp: Self.sdp("kenji"), CallStreams()), version: .zero)
        #expect(machine.receive(answer, now: 5) == [.accept(answer: Self.sdp("kenji"))])
        #expect(machine.event(.hangUp(.userHangUp)).partyID == nil)
        // It has no way to be told of holding; nothing is sent to it meanwhile.
        _ = machine.pathChanged(.connected, now: 6)
        #expect(machine.setOnHold(true, now: 7) == [.setSending(false)])
        #expect(machine.setOnHold(false, now: 8) == [.setSending(true)])
    }

    @Test func nobodyAnswers() {
        var machine = calling()
        #expect(machine.tick(89_999).contains { if case .ended = $0 { true } else { false } } == false)
        #expect(machine.tick(90_000) == [.send(.hangUp(.inviteTimeout)), .ended(.noAnswer)])
        #expect(machine.nextDeadline == nil)
    }

    @Test func theOtherDeclines() {
        var machine = calling()
        #expect(
            machine.receive(Self.event(Self.kenji, .reject), now: 1)
                == [.send(.selectAnswer(partyID: "KENJI1")), .ended(.declined)])
        var old = calling()
        #expect(
            old.receive(Self.event(Self.kenji, .hangUp(.userHangUp), version: .zero), now: 1) == [.ended(.declined)])
    }

    @Test func theOtherIsBusy() {
        var machine = calling()
        #expect(machine.receive(Self.event(Self.kenji, .hangUp(.userBusy)), now: 1) == [.ended(.busy)])
    }

    @Test func aRefusalAfterTheAnswerIsTooLate() {
        var machine = talking()
        #expect(machine.receive(Self.event(Self.kenjisPhone, .reject), now: 20) == [])
        #expect(machine.receive(Self.event(Self.kenjisPhone, .hangUp(.userHangUp)), now: 20) == [])
        #expect(machine.state == .connected)
    }

    @Test func givenUpBeforeAnythingWasSentTellsNobody() {
        var machine = CallMachine(calling: "@kenji:test", in: Self.room, callID: "call", own: Self.hanako)
        _ = machine.start()
        #expect(machine.hangUp() == [.ended(.hungUp)])
        #expect(machine.described(Self.sdp("hanako"), streams: CallStreams(), now: 1) == [])
    }

    @Test func whatCannotBeSentEndsTheCallThatDependsOnIt() {
        var machine = calling()
        #expect(machine.couldNotSend() == [.ended(.cannotSend)])
        var connected = talking()
        #expect(connected.couldNotSend() == [])
    }

    // MARK: Incoming

    @Test func anAcceptedCallIsAnswered() throws {
        let machine = try accepted()
        #expect(machine.state == .connected)
    }

    @Test func candidatesWaitForTheMember() throws {
        var machine = try ringing()
        let candidate = ICECandidate(text: "candidate:1", line: 0)
        #expect(machine.receive(Self.event(Self.kenji, .candidates([candidate])), now: 1) == [])
        #expect(machine.accept() == [.makeAnswer(to: Self.sdp("kenji"), isFresh: true), .add([candidate])])
        #expect(machine.receive(Self.event(Self.kenji, .candidates([candidate])), now: 2) == [.add([candidate])])
    }

    @Test func notMoreCandidatesWaitThanAnyComputerHas() throws {
        var machine = try ringing()
        let many = Array(repeating: ICECandidate(text: "candidate:1", line: 0), count: 100)
        for _ in 0..<50 { _ = machine.receive(Self.event(Self.kenji, .candidates(many)), now: 1) }
        #expect(machine.waiting.count == 200)
    }

    @Test func declining() throws {
        var machine = try ringing()
        #expect(machine.decline() == [.send(.reject), .ended(.declinedHere)])
        var old = try #require(
            CallMachine(invitation: Self.event(Self.kenji, Self.invitation(), version: .zero), own: Self.hanako, now: 0)
        )
        #expect(old.decline() == [.send(.hangUp(.userHangUp)), .ended(.declinedHere)])
        var busy = try ringing()
        #expect(busy.sayBusy() == [.send(.hangUp(.userBusy)), .ended(.declinedHere)])
    }

    @Test func missed() throws {
        var machine = try ringing()
        #expect(machine.receive(Self.event(Self.kenji, .hangUp(.userHangUp)), now: 1) == [.ended(.missed)])
        var late = try ringing(age: 60_000)
        #expect(late.tick(29_999) == [])
        #expect(late.tick(30_000) == [.ended(.missed)])
    }

    @Test func whatIsOverDoesNotRing() {
        let event = Self.event(Self.kenji, Self.invitation(), age: 89_000)
        #expect(CallMachine(invitation: event, own: Self.hanako, now: 0) == nil)
        let others = Self.event(Self.kenji, Self.invitation(invitee: "@ana:test"))
        #expect(CallMachine(invitation: others, own: Self.hanako, now: 0) == nil)
        let own = Self.event(Self.hanako, Self.invitation(invitee: nil))
        #expect(CallMachine(invitation: own, own: Self.hanako, now: 0) == nil)
    }

    @Test func ownOtherDevicesStopTheRinging() throws {
        let phone = CallParty(userID: "@hanako:test", partyID: "HANAKO2")
        var answered = try ringing()
        #expect(
            answered.receive(Self.event(phone, .answer(sdp: Self.sdp("phone"), CallStreams())), now: 1)
                == [.ended(.answeredElsewhere)])
        var declined = try ringing()
        #expect(declined.receive(Self.event(phone, .reject), now: 1) == [.ended(.declinedElsewhere)])
    }

    @Test func anotherAnswerWasSelected() throws {
        var machine = try accepted()
        #expect(machine.receive(Self.event(Self.kenji, .selectAnswer(partyID: "HANAKO1")), now: 7) == [])
        #expect(
            machine.receive(Self.event(Self.kenji, .selectAnswer(partyID: "HANAKO2")), now: 7)
                == [.ended(.answeredElsewhere)])
    }

    @Test func whoLeavesTheRoomEndsTheCall() throws {
        var machine = talking()
        #expect(machine.left("@ana:test") == [])
        #expect(machine.left("@kenji:test") == [.ended(.hungUpByOther)])
        var ringing = try ringing()
        #expect(ringing.left("@kenji:test") == [.ended(.missed)])
    }
}
