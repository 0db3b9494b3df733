import Testing

@testable import ClientKit

/// What happens once both have agreed: ways, holding, another connection, the end; and what others try.
extension CallMachineTests {
    // MARK: Ways

    @Test func candidatesAreToldTogether() {
        var machine = CallMachine(calling: "@kenji:test", in: Self.room, callID: "call", own: Self.hanako)
        _ = machine.start()
        let first = ICECandidate(text: "candidate:1", line: 0)
        let second = ICECandidate(text: "candidate:2", line: 0)
        // Found before the invitation is out, and told after it.
        #expect(machine.found(first, now: 0) == [])
        #expect(machine.tick(1000) == [])
        _ = machine.described(Self.sdp("hanako"), streams: CallStreams(), now: 1000)
        #expect(machine.nextDeadline == 1100)
        #expect(machine.tick(1100) == [.send(.candidates([first]))])
        _ = machine.found(second, now: 1200)
        _ = machine.found(.end, now: 1300)
        #expect(machine.tick(1599) == [])
        #expect(machine.tick(1600) == [.send(.candidates([second, .end]))])
    }

    @Test func noWayIsFound() {
        var machine = calling()
        _ = machine.receive(Self.event(Self.kenji, .answer(sdp: Self.sdp("kenji"), CallStreams())), now: 5)
        var failed = machine
        #expect(failed.pathChanged(.failed, now: 9) == [.send(.hangUp(.iceFailed)), .ended(.noPath)])
        #expect(machine.tick(30_005).suffix(2) == [.send(.hangUp(.iceFailed)), .ended(.noPath)])
        var told = talking()
        #expect(told.receive(Self.event(Self.kenji, .hangUp(.iceFailed)), now: 9) == [.ended(.noPath)])
    }

    @Test func anInterruptionEndsByItself() {
        var machine = talking()
        #expect(machine.pathChanged(.disconnected, now: 1000) == [])
        #expect(machine.state == .reconnecting)
        #expect(machine.pathChanged(.connected, now: 2000) == [])
        #expect(machine.state == .connected)
        #expect(machine.tick(100_000).allSatisfy { $0 != .makeOffer })
    }

    @Test func theCallerLooksForAnotherWayFirst() throws {
        var caller = talking()
        _ = caller.pathChanged(.disconnected, now: 1000)
        #expect(caller.tick(3500).contains(.makeOffer))
        var callee = try accepted()
        _ = callee.pathChanged(.disconnected, now: 1000)
        #expect(!callee.tick(3500).contains(.makeOffer))
        #expect(callee.tick(10_000).contains(.makeOffer))
    }

    @Test func anotherConnectionIsOfferedAndTaken() {
        var machine = talking()
        #expect(machine.renew(1000) == [.makeOffer])
        // The one that is there goes on.
        #expect(machine.state == .connected)
        // Ways that are told now are not the new one's.
        #expect(machine.receive(Self.event(Self.kenji, .candidates([.end])), now: 1001) == [])
        let offer = machine.described(Self.sdp("hanako2"), streams: CallStreams(), now: 1100)
        #expect(
            offer == [.send(.negotiate(isOffer: true, sdp: Self.sdp("hanako2"), lifetime: 20_000, CallStreams()))])
        let answer = CallEvent.Content.negotiate(
            isOffer: false, sdp: Self.sdp("kenji2"), lifetime: 20_000, CallStreams())
        #expect(machine.receive(Self.event(Self.kenji, answer), now: 1200) == [.accept(answer: Self.sdp("kenji2"))])
        // The same answer once more finds nothing that waits for it.
        #expect(machine.receive(Self.event(Self.kenji, answer), now: 1201) == [])
        #expect(machine.renewed() == [])
        #expect(machine.state == .connected)
        #expect(machine.tick(100_000).allSatisfy { $0 != .makeOffer })
        #expect(machine.nextDeadline == nil)
    }

    @Test func aWayThatWorksOutlivesAServerThatTellsNothing() {
        var machine = talking()
        #expect(machine.renew(1000) == [.makeOffer])
        _ = machine.described(Self.sdp("hanako2"), streams: CallStreams(), now: 1100)
        // It is tried again, and the call never ends for that.
        for round in 1...10 {
            // From when the last offer was sent.
            let now = 1100 + 20_000 * Int64(round)
            #expect(machine.tick(now - 1).allSatisfy { $0 != .makeOffer && $0 != .dropOffer })
            #expect(machine.tick(now).suffix(2) == [.dropOffer, .makeOffer])
            #expect(machine.state == .connected)
        }
    }

    @Test func whatFoundNoWayIsTriedAgainWhereItIsNeeded() {
        var machine = talking()
        let answer = CallEvent.Content.negotiate(
            isOffer: false, sdp: Self.sdp("kenji2"), lifetime: 20_000, CallStreams())
        _ = machine.renew(1000)
        _ = machine.described(Self.sdp("hanako2"), streams: CallStreams(), now: 1100)
        _ = machine.receive(Self.event(Self.kenji, answer), now: 2000)
        #expect(machine.notRenewed(now: 9000) == [])
        #expect(machine.state == .connected)
        #expect(machine.tick(22_000).last == .makeOffer)
        // Not where the way before works again.
        var broken = talking()
        _ = broken.pathChanged(.disconnected, now: 1000)
        #expect(broken.tick(3500).last == .makeOffer)
        _ = broken.described(Self.sdp("hanako2"), streams: CallStreams(), now: 3600)
        _ = broken.pathChanged(.connected, now: 4000)
        #expect(broken.tick(23_600).last == .dropOffer)
        #expect(broken.nextDeadline == nil)
    }

    @Test func anotherConnectionWaitsForWhatIsAgreedOn() {
        var machine = talking()
        _ = machine.setOnHold(true, now: 100)
        #expect(machine.renew(200) == [])
        let answer = CallEvent.Content.negotiate(
            isOffer: false, sdp: Self.sdp("kenji", direction: "inactive"), lifetime: 20_000, CallStreams())
        #expect(machine.receive(Self.event(Self.kenji, answer), now: 300) == [])
        #expect(machine.tick(300).last == .makeOffer)
    }

    @Test func aWayThatBreaksWhileAnotherIsOfferedIsNotForgotten() {
        var machine = talking()
        _ = machine.setOnHold(true, now: 100)
        _ = machine.pathChanged(.disconnected, now: 200)
        #expect(!machine.tick(2700).contains(.makeOffer))
        // Nobody has answered: at the latest then.
        #expect(machine.tick(22_700).contains(.makeOffer))
    }

    @Test func theOtherSideOffersAnotherConnection() throws {
        var machine = try accepted()
        let offer = CallEvent.Content.negotiate(
            isOffer: true, sdp: Self.sdp("kenji2"), lifetime: 20_000, CallStreams())
        #expect(
            machine.receive(Self.event(Self.kenji, offer), now: 10)
                == [.makeAnswer(to: Self.sdp("kenji2"), isFresh: true)])
        #expect(
            machine.described(Self.sdp("hanako2"), streams: CallStreams(), now: 20)
                == [.send(.negotiate(isOffer: false, sdp: Self.sdp("hanako2"), lifetime: 20_000, CallStreams()))])
    }

    @Test func whoWasCalledGivesWayWhenBothOffer() throws {
        let offer = CallEvent.Content.negotiate(
            isOffer: true, sdp: Self.sdp("kenji2"), lifetime: 20_000, CallStreams())
        var caller = talking()
        _ = caller.renew(1000)
        #expect(caller.receive(Self.event(Self.kenji, offer), now: 1001) == [])
        var callee = try accepted()
        _ = callee.renew(1000)
        #expect(
            callee.receive(Self.event(Self.kenji, offer), now: 1001)
                == [.makeAnswer(to: Self.sdp("kenji2"), isFresh: true)])
    }

    @Test func lostForGood() {
        var machine = talking()
        _ = machine.pathChanged(.failed, now: 1000)
        #expect(machine.tick(46_000).suffix(2) == [.send(.hangUp(.iceTimeout)), .ended(.lost)])
    }

    @Test func answersThatLeadNowhereDoNotKeepIt() {
        var machine = talking()
        _ = machine.pathChanged(.disconnected, now: 1000)
        var (now, offers): (Int64, Int) = (1000, 0)
        let answer = CallEvent.Content.negotiate(
            isOffer: false, sdp: Self.sdp("kenji2"), lifetime: 20_000, CallStreams())
        while machine.end == nil, now < 300_000, let due = machine.nextDeadline {
            now = due
            for action in machine.tick(now) where action == .makeOffer {
                offers += 1
                _ = machine.described(Self.sdp("hanako\(offers)"), streams: CallStreams(), now: now)
                #expect(
                    machine.receive(Self.event(Self.kenji, answer), now: now) == [.accept(answer: Self.sdp("kenji2"))])
            }
        }
        #expect(machine.end == .lost)
        #expect(offers > 1)
        #expect(now <= 1000 + CallMachine.Timing.reconnecting + CallMachine.Timing.negotiation)
    }

    @Test func anAnswerThatIsNeverMadeIsWaitedForNoLonger() throws {
        var machine = try accepted()
        let offer = CallEvent.Content.negotiate(
            isOffer: true, sdp: Self.sdp("kenji2"), lifetime: 20_000, CallStreams())
        _ = machine.receive(Self.event(Self.kenji, offer), now: 10)
        #expect(machine.renew(100) == [])
        #expect(!machine.tick(20_009).contains(.makeOffer))
        #expect(machine.tick(20_010).contains(.makeOffer))
    }

    // MARK: Holding

    @Test func holdingChangesDirectionsOnly() {
        var machine = talking()
        let actions = machine.setOnHold(true, now: 100)
        guard actions.count == 2, case .send(.negotiate(true, let sdp, _, _)) = actions[1] else {
            Issue.record("no offer: \(actions)")
            return
        }
        #expect(actions[0] == .setSending(false))
        #expect(SessionDescription(sdp).holds)
        #expect(SessionDescription(sdp).identity == SessionDescription(Self.sdp("hanako")).identity)
        #expect(sdp.contains("o=- 1 2 IN"))
        let answer = CallEvent.Content.negotiate(
            isOffer: false, sdp: Self.sdp("kenji", direction: "inactive"), lifetime: 20_000, CallStreams())
        #expect(machine.receive(Self.event(Self.kenji, answer), now: 200) == [])
        let back = machine.setOnHold(false, now: 300)
        guard back.count == 2, case .send(.negotiate(true, let again, _, _)) = back[1] else {
            Issue.record("no offer: \(back)")
            return
        }
        #expect(back[0] == .setSending(true))
        #expect(again.contains("a=sendrecv"))
        #expect(again.contains("o=- 1 3 IN"))
    }

    /// Whether the last of the actions offers the directions of a call that is held.
    private func offersHold(_ actions: [CallMachine.Action]) -> Bool? {
        guard case .send(.negotiate(true, let sdp, _, _)) = actions.last else { return nil }
        return SessionDescription(sdp).holds
    }

    @Test func heldBeforeItIsAnswered() throws {
        var caller = calling()
        #expect(caller.setOnHold(true, now: 1) == [.setSending(false)])
        let answered = caller.receive(
            Self.event(Self.kenji, .answer(sdp: Self.sdp("kenji"), CallStreams())), now: 5)
        #expect(answered.count == 3)
        #expect(offersHold(answered) == true)
        var callee = try ringing()
        #expect(callee.accept() == [.makeAnswer(to: Self.sdp("kenji"), isFresh: true)])
        #expect(callee.setOnHold(true, now: 1) == [.setSending(false)])
        let described = callee.described(Self.sdp("hanako"), streams: CallStreams(), now: 5)
        #expect(described.first == .send(.answer(sdp: Self.sdp("hanako"), CallStreams())))
        #expect(offersHold(described) == true)
    }

    @Test func whoComesToACallThatIsHeldIsHeld() throws {
        var called = CallMachine(calling: "@kenji:test", in: Self.room, callID: "call", own: Self.hanako)
        _ = called.setOnHold(true, now: 0)
        #expect(called.start() == [.setSending(false), .makeOffer])
        var calling = try ringing()
        #expect(calling.setOnHold(true, now: 0) == [])
        #expect(calling.accept() == [.setSending(false), .makeAnswer(to: Self.sdp("kenji"), isFresh: true)])
    }

    @Test func heldWhileAnotherConnectionIsOffered() {
        var machine = talking()
        _ = machine.renew(1000)
        #expect(machine.setOnHold(true, now: 1001) == [.setSending(false)])
        _ = machine.described(Self.sdp("hanako2"), streams: CallStreams(), now: 1100)
        let answer = CallEvent.Content.negotiate(
            isOffer: false, sdp: Self.sdp("kenji2"), lifetime: 20_000, CallStreams())
        let actions = machine.receive(Self.event(Self.kenji, answer), now: 1200)
        #expect(actions.first == .accept(answer: Self.sdp("kenji2")))
        #expect(offersHold(actions) == true)
    }

    @Test func aConnectionThatIsMadeAnewIsHeldAgain() throws {
        var machine = try accepted()
        _ = machine.setOnHold(true, now: 10)
        _ = machine.receive(
            Self.event(
                Self.kenji,
                .negotiate(
                    isOffer: false, sdp: Self.sdp("kenji", direction: "inactive"), lifetime: 20_000, CallStreams())),
            now: 20)
        let offer = CallEvent.Content.negotiate(
            isOffer: true, sdp: Self.sdp("kenji2"), lifetime: 20_000, CallStreams())
        #expect(
            machine.receive(Self.event(Self.kenji, offer), now: 30)
                == [.makeAnswer(to: Self.sdp("kenji2"), isFresh: true)])
        let actions = machine.described(Self.sdp("hanako2"), streams: CallStreams(), now: 40)
        #expect(
            actions.first
                == .send(.negotiate(isOffer: false, sdp: Self.sdp("hanako2"), lifetime: 20_000, CallStreams())))
        #expect(offersHold(actions) == true)
    }

    @Test func holdingThatGaveWayIsToldAgain() throws {
        var machine = try accepted()
        _ = machine.setOnHold(true, now: 10)
        // The caller holds as well, and does not hear the other one's offer.
        let hold = CallEvent.Content.negotiate(
            isOffer: true, sdp: Self.sdp("kenji", direction: "inactive"), lifetime: 20_000, CallStreams())
        let actions = machine.receive(Self.event(Self.kenji, hold), now: 11)
        #expect(actions.count == 3)
        guard actions.count == 3, case .send(.negotiate(false, _, _, _)) = actions[1] else {
            Issue.record("no answer: \(actions)")
            return
        }
        #expect(offersHold(actions) == true)
    }

    @Test func whatNobodyAnsweredIsNotWhatIsHeld() {
        var machine = talking()
        _ = machine.pathChanged(.disconnected, now: 1000)
        #expect(machine.tick(3500).last == .makeOffer)
        _ = machine.described(Self.sdp("hanako2"), streams: CallStreams(), now: 3600)
        _ = machine.pathChanged(.connected, now: 4000)
        #expect(machine.tick(23_600).last == .dropOffer)
        let actions = machine.setOnHold(true, now: 24_000)
        #expect(offersHold(actions) == true)
        guard case .send(.negotiate(true, let sdp, _, _)) = actions.last else { return }
        #expect(SessionDescription(sdp).identity == SessionDescription(Self.sdp("hanako")).identity)
    }

    @Test func beingHeld() throws {
        var machine = try accepted()
        let hold = CallEvent.Content.negotiate(
            isOffer: true, sdp: Self.sdp("kenji", direction: "inactive"), lifetime: 20_000, CallStreams())
        let actions = machine.receive(Self.event(Self.kenji, hold), now: 10)
        #expect(actions.first == .setSending(false))
        guard case .send(.negotiate(false, let sdp, _, _)) = actions.last else {
            Issue.record("no answer: \(actions)")
            return
        }
        #expect(sdp.contains("a=inactive"))
        #expect(machine.isHeldByOther)
        let on = CallEvent.Content.negotiate(
            isOffer: true, sdp: Self.sdp("kenji"), lifetime: 20_000, CallStreams())
        #expect(machine.receive(Self.event(Self.kenji, on), now: 20).first == .setSending(true))
        #expect(!machine.isHeldByOther)
    }

    @Test func whereBothHeldPicturesComeWithTheLastAnswer() {
        var machine = talking()
        let told = { (isOffer: Bool, direction: String) in
            Self.event(
                Self.kenji,
                .negotiate(
                    isOffer: isOffer, sdp: Self.sdp("kenji", direction: direction), lifetime: 20_000, CallStreams()))
        }
        _ = machine.receive(told(true, "inactive"), now: 10)
        _ = machine.setOnHold(true, now: 20)
        _ = machine.receive(told(false, "inactive"), now: 30)
        // The other side goes on, and sends nothing yet, for it is held.
        _ = machine.receive(told(true, "recvonly"), now: 40)
        #expect(!machine.hasRemoteVideo)
        #expect(machine.setOnHold(false, now: 50).first == .setSending(true))
        _ = machine.receive(told(false, "sendrecv"), now: 60)
        #expect(machine.hasRemoteVideo)
    }

    @Test func whatIsSwitchedOffIsTold() {
        var machine = talking()
        let streams = CallStreams(["s": CallStreams.Stream(audioMuted: true)])
        #expect(machine.tell(streams) == [.send(.streamsChanged(streams))])
        _ = machine.receive(Self.event(Self.kenji, .streamsChanged(streams)), now: 1)
        #expect(machine.remoteStreams == streams)
    }

    // MARK: What others try

    @Test func foreignersChangeNothing() throws {
        let contents: [CallEvent.Content] = [
            .answer(sdp: Self.sdp("evil"), CallStreams()), .reject, .hangUp(.userHangUp), .candidates([.end]),
            .negotiate(isOffer: true, sdp: Self.sdp("evil"), lifetime: 1000, CallStreams()),
            .selectAnswer(partyID: "STRANGER"), .streamsChanged(CallStreams([:])), Self.invitation(),
        ]
        for content in contents {
            for machine in [calling(), talking(), try ringing(), try accepted()] {
                var changed = machine
                #expect(changed.receive(Self.event(Self.stranger, content), now: 20) == [])
                #expect(changed.state == machine.state)
                #expect(changed.remote == machine.remote)
                // The right person in the wrong room, and another call.
                #expect(changed.receive(Self.event(Self.kenji, content, room: "!other:test"), now: 20) == [])
                #expect(changed.receive(Self.event(Self.kenji, content, callID: "other"), now: 20) == [])
                #expect(changed.state == machine.state)
            }
            // Another device of the one who is in the call.
            var talking = talking()
            #expect(talking.receive(Self.event(Self.kenjisPhone, content), now: 20) == [])
        }
    }

    @Test func oldOffersAreOver() throws {
        var machine = try accepted()
        let offer = CallEvent.Content.negotiate(
            isOffer: true, sdp: Self.sdp("kenji2"), lifetime: 20_000, CallStreams())
        #expect(machine.receive(Self.event(Self.kenji, offer, age: 20_000), now: 10) == [])
    }

    @Test func nothingLeavesTheEnd() {
        var machine = talking()
        #expect(machine.hangUp() == [.send(.hangUp(.userHangUp)), .ended(.hungUp)])
        #expect(machine.hangUp() == [])
        #expect(machine.accept() == [])
        #expect(machine.renew(1) == [])
        #expect(machine.pathChanged(.connected, now: 1) == [])
        #expect(machine.receive(Self.event(Self.kenji, .hangUp(.userHangUp)), now: 1) == [])
        #expect(machine.tick(1_000_000) == [])
        #expect(machine.end == .hungUp)
    }
}
