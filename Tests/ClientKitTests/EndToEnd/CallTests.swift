import Testing

@testable import ClientKit

/// Calls over a real server, with media that only say what they are told to say.
@Suite(.serialized, .timeLimit(.minutes(2))) @MainActor struct CallTests {
    /// Connections that are there as soon as both descriptions are.
    final class Media: CallMedia {
        let name: String
        var isMuted = false
        var isClosed = false
        var peers: [String: Peer] = [:]

        init(_ name: String) { self.name = name }

        var streams: CallStreams { CallStreams([name: CallStreams.Stream(audioMuted: isMuted)]) }
        func makePeer(for userID: String, relays: [String]) -> any CallPeer {
            let peer = Peer(name)
            peers[userID] = peer
            return peer
        }
        func setMuted(_ isMuted: Bool) { self.isMuted = isMuted }
        func setCamera(_ isOn: Bool) {}
        func close() { isClosed = true }
    }

    final class Peer: CallPeer {
        var onEvent: @MainActor (CallPeerEvent) -> Void = { _ in }
        var isSending = true
        var count = 0
        private let name: String

        init(_ name: String) { self.name = name }

        private func describe() {
            count += 1
            let sdp = CallMachineTests.sdp("\(name)\(count)")
            Task { onEvent(.described(sdp)) }
        }
        func makeOffer() { describe() }
        func makeAnswer(to offer: String, isFresh: Bool) {
            describe()
            Task { onEvent(.path(.connected)) }
        }
        func accept(answer: String) { Task { onEvent(.path(.connected)) } }
        func add(_ candidates: [ICECandidate]) {}
        func setSending(_ isSending: Bool) { self.isSending = isSending }
        func close() {}
    }

    private func equip(_ member: TestMember) {
        member.client.calls.makeMedia = { call in Media(call.account.userID) }
    }

    /// Two people in a direct conversation.
    private func pair() async throws -> (TestPair, hanako: ConversationModel, kenji: ConversationModel) {
        let pair = try await TestPair()
        equip(pair.hanako)
        equip(pair.kenji)
        let (asked, accepted) = try await pair.talk()
        return (pair, asked, accepted)
    }

    private func record(_ conversation: ConversationModel) -> CallRecord? {
        for item in conversation.items.reversed() { if case .call(let record) = item.content { return record } }
        return nil
    }

    private func answer(_ member: TestMember) async throws -> Call {
        let desk = member.client.calls
        await member.until { !desk.ringing.isEmpty }
        let call = desk.ringing[0]
        desk.accept(call, .video)
        await member.until { call.phase == .active }
        return call
    }

    @Test func ringAcceptMuteHoldAndHangUp() async throws {
        let (pair, asked, accepted) = try await pair()
        let call = try pair.hanako.client.calls.call(asked, .video)
        let other = try await answer(pair.kenji)
        await pair.hanako.until { call.phase == .active }
        #expect(other.kind == .video)
        pair.hanako.client.calls.setMuted(true, call)
        await pair.kenji.until { other.isSilent("@hanako:localhost") }
        pair.kenji.client.calls.setOnHold(true, other)
        await pair.hanako.until { call.isHeldByOther }
        #expect((call.media as? Media)?.peers["@kenji:localhost"]?.isSending == false)
        pair.kenji.client.calls.setOnHold(false, other)
        await pair.hanako.until { !call.isHeldByOther }
        pair.kenji.client.calls.renew(other)
        await pair.hanako.until { (call.media as? Media)?.peers["@kenji:localhost"]?.count == 2 }
        pair.hanako.client.calls.hangUp(call)
        await pair.kenji.until { other.isEnded }
        #expect(other.phase == .ended(.hungUpByOther))
        #expect(pair.kenji.client.calls.current == nil)
        await pair.kenji.until {
            if case .answered(.some)? = record(accepted)?.outcome { true } else { false }
        }
        // Call events are one entry, and no news.
        #expect(accepted.items.filter { if case .unsupported = $0.content { true } else { false } }.isEmpty)
        await pair.end()
    }

    @Test func declinedMissedAndBusy() async throws {
        let (pair, asked, accepted) = try await pair()
        let (desk, others) = (pair.hanako.client.calls, pair.kenji.client.calls)
        let first = try desk.call(asked, .voice)
        await pair.kenji.until { !others.ringing.isEmpty }
        others.decline(others.ringing[0])
        await pair.hanako.until { first.phase == .ended(.declined) }
        await pair.hanako.until { record(asked)?.outcome == .declined }

        let second = try desk.call(asked, .voice)
        await pair.kenji.until { !others.ringing.isEmpty }
        desk.hangUp(second)
        await pair.kenji.until { others.ringing.isEmpty }
        await pair.kenji.until { record(accepted)?.outcome == .missed }
        #expect(record(accepted)?.wantsCallBack == true)
        await pair.hanako.until { record(asked)?.outcome == .cancelled }

        let third = try desk.call(asked, .voice)
        await pair.kenji.until { !others.ringing.isEmpty }
        others.sayBusy(others.ringing[0])
        await pair.hanako.until { third.phase == .ended(.busy) }
        await pair.end()
    }

    @Test func aCallRingsEverywhereAndStopsWhereItIsNotTaken() async throws {
        let (pair, asked, _) = try await pair()
        let second = try TestMember()
        try await second.logIn("kenji", on: pair.server)
        equip(second)
        await second.until { second.account.conversations.count == 1 }
        let call = try pair.hanako.client.calls.call(asked, .video)
        await second.until { !second.client.calls.ringing.isEmpty }
        _ = try await answer(pair.kenji)
        await second.until { second.client.calls.ringing.isEmpty }
        await pair.hanako.until { call.phase == .active }
        #expect(second.client.calls.current == nil)
        await second.client.close()
        await pair.end()
    }

    @Test func whoCallsEachOtherTalks() async throws {
        let (pair, asked, accepted) = try await pair()
        let first = try pair.hanako.client.calls.call(asked, .video)
        let second = try pair.kenji.client.calls.call(accepted, .video)
        await pair.hanako.until { first.phase == .active }
        await pair.kenji.until { second.phase == .active }
        #expect(pair.hanako.client.calls.ringing.isEmpty)
        #expect(pair.kenji.client.calls.ringing.isEmpty)
        pair.hanako.client.calls.hangUp(first)
        await pair.kenji.until { second.isEnded }
        await pair.end()
    }

    @Test func threePeopleAreConnectedEachWithEach() async throws {
        let pair = try await TestPair()
        let ana = try TestMember()
        try await ana.register("ana", on: pair.server)
        let everybody = [pair.hanako, pair.kenji, ana]
        for member in everybody { equip(member) }
        let conversation = try await pair.hanako.account.ask(["@kenji:localhost", "@ana:localhost"], line: nil)
        for member in [pair.kenji, ana] {
            await member.until { !member.account.requests.isEmpty }
            _ = try await member.account.accept(member.account.requests[0])
        }
        await pair.hanako.until { conversation.memberCount == 3 }
        for member in everybody { await member.until { member.account.conversations.first?.members.count == 3 } }
        let call = try pair.hanako.client.calls.call(conversation, .voice)
        for member in [pair.kenji, ana] {
            await member.until { !member.client.calls.ringing.isEmpty }
            member.client.calls.accept(member.client.calls.ringing[0], .voice)
        }
        for member in everybody {
            await member.until {
                guard let current = member.client.calls.current else { return false }
                return current.present.count == 2
                    && current.present.allSatisfy { current.legs[$0]?.machine.state == .connected }
            }
        }
        // One leaves, the others go on.
        let leaving = try #require(ana.client.calls.current)
        ana.client.calls.hangUp(leaving)
        await pair.hanako.until { call.present == ["@kenji:localhost"] }
        #expect(call.phase == .active)
        await ana.client.close()
        await pair.end()
    }

    @Test func callsNeedAConnection() async throws {
        let (pair, asked, _) = try await pair()
        pair.hanako.pullOut()
        await pair.hanako.until { !pair.hanako.account.connection.state.isContinuous }
        #expect(throws: CallError.notConnected) { try pair.hanako.client.calls.call(asked, .voice) }
        await pair.end()
    }
}
