import Testing

@testable import ClientKit

/// Calls by a real server, without sound and pictures. Kenji has two devices.
@Suite(.serialized, .timeLimit(.minutes(5))) @MainActor struct CallTests {
    private let pair: TestPair
    private let hanako: TestMember
    private let kenji: TestMember
    private let phone: TestMember
    /// Kenji's conversation with Hanako on each device, and hers.
    private let hanakos: ConversationModel
    private let kenjis: ConversationModel
    private let phones: ConversationModel
    private let ears: (hanako: CallWatch, kenji: CallWatch, phone: CallWatch)

    init() async throws {
        pair = try await TestPair()
        (hanako, kenji) = (pair.hanako, pair.kenji)
        (hanakos, kenjis) = try await pair.talk()
        phone = try TestMember()
        try await phone.logIn("kenji", on: pair.server)
        let roomID = hanakos.roomID
        phones = try #require(phone.account.conversation(roomID))
        await phones.open()
        ears = (
            CallWatch(hanako.client.calls, name: "hanako"), CallWatch(kenji.client.calls, name: "kenji"),
            CallWatch(phone.client.calls, name: "phone")
        )
    }

    private func end() async {
        await phone.client.close()
        await pair.end()
    }

    /// Hanako's call, once it rings on both devices.
    private func ring() async throws -> Call {
        let call = try hanako.client.calls.call(hanakos, .voice)
        for ear in [ears.kenji, ears.phone] { try await ear.until { ear.desk.ringing.count == 1 } }
        return call
    }

    /// Kenji takes it on his computer.
    private func talk() async throws -> (Call, Call) {
        let call = try await ring()
        let taken = ears.kenji.desk.ringing[0]
        ears.kenji.desk.accept(taken, .voice)
        try await ears.hanako.until { call.phase == .connecting }
        try await ears.phone.until { !ears.phone.ends.isEmpty }
        ears.hanako.peer(kenji.account.userID)?.connect()
        ears.kenji.peer(hanako.account.userID)?.connect()
        #expect(call.phase == .active && taken.phase == .active)
        return (call, taken)
    }

    /// What the conversations say of the call, once they say it.
    private func until(_ outcome: CallRecord.Outcome, _ member: TestMember, _ conversation: ConversationModel)
        async throws
    {
        try await member.until { conversation.callOutcome == outcome }
    }

    @Test func whatTheCallerGivesUpIsMissedOnAllDevices() async throws {
        let call = try await ring()
        hanako.client.calls.hangUp(call)
        for ear in [ears.kenji, ears.phone] { try await ear.until { ear.ends == [.missed] } }
        try await until(.missed, kenji, kenjis)
        try await until(.missed, phone, phones)
        try await until(.cancelled, hanako, hanakos)
        #expect(kenjis.callRecord?.wantsCallBack == true && phones.callRecord?.wantsCallBack == true)
        await end()
    }

    @Test func whatIsAnsweredOnOneDeviceIsMissedOnNone() async throws {
        let (call, _) = try await talk()
        #expect(ears.phone.ends == [.answeredElsewhere])
        #expect(ears.phone.desk.ringing.isEmpty)
        hanako.client.calls.hangUp(call)
        try await ears.kenji.until { ears.kenji.ends == [.hungUpByOther] }
        for (member, conversation) in [(hanako, hanakos), (kenji, kenjis), (phone, phones)] {
            try await member.until { conversation.callOutcome.isOver }
            #expect(conversation.callRecord?.wantsCallBack == false)
        }
        await end()
    }

    @Test func whatIsDeclinedOnOneDeviceIsMissedOnNone() async throws {
        let call = try await ring()
        ears.phone.desk.decline(ears.phone.desk.ringing[0])
        try await ears.kenji.until { ears.kenji.ends == [.declinedElsewhere] }
        try await ears.hanako.until { call.phase == .ended(.declined) }
        for (member, conversation) in [(hanako, hanakos), (kenji, kenjis), (phone, phones)] {
            try await until(.declined, member, conversation)
        }
        await end()
    }

    @Test func whoLogsOutOfACallHasHungUp() async throws {
        let (call, taken) = try await talk()
        let account = kenji.account
        await kenji.client.logOut(account)
        #expect(taken.phase == .ended(.hungUp))
        #expect(ears.kenji.desk.all.isEmpty)
        try await ears.hanako.until { call.isEnded }
        #expect(call.phase == .ended(.hungUpByOther))
        await end()
    }

    @Test func whoseProgramEndsHasHungUpAndNotDeclined() async throws {
        // What rings goes on ringing on the other device.
        let call = try await ring()
        await phone.client.close()
        #expect(ears.phone.ends == [.replaced])
        #expect(call.phase == .calling)
        let taken = try #require(ears.kenji.desk.ringing.first)
        ears.kenji.desk.accept(taken, .voice)
        try await ears.hanako.until { call.phase == .connecting }
        await hanako.client.close()
        #expect(call.phase == .ended(.hungUp))
        try await ears.kenji.until { taken.isEnded }
        #expect(taken.phase == .ended(.hungUpByOther))
        await kenji.client.close()
    }
}

extension ConversationModel {
    /// Of the newest call.
    fileprivate var callRecord: CallRecord? {
        for item in items.reversed() {
            if case .call(let record) = item.content { return record }
        }
        return nil
    }

    fileprivate var callOutcome: CallRecord.Outcome? { callRecord?.outcome }
}

extension CallRecord.Outcome? {
    /// Whether both have talked, and do no more.
    fileprivate var isOver: Bool {
        if case .answered(.some) = self { return true }
        return false
    }
}
