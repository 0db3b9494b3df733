import Testing

@testable import ClientKit

/// What a member switches before there are camera, microphone and connections.
@Suite(.timeLimit(.minutes(1))) @MainActor struct CallDeskEarlyTests {
    private let room: CallRoom
    private let hanako: CallDevice
    private let kenji: CallDevice

    init() throws {
        room = try CallRoom("hanako", "kenji")
        (hanako, kenji) = (room.device("hanako"), room.device("kenji"))
    }

    /// Hanako's call, once it rings at Kenji's.
    private func ring(_ prepare: @MainActor (Call) -> Void = { _ in }) async throws -> Call {
        let call = try hanako.desk.call(hanako.conversation, .video)
        // Camera and microphone are not there at once.
        #expect(call.media == nil)
        prepare(call)
        try await room.until { !kenji.desk.ringing.isEmpty }
        return call
    }

    /// Kenji takes it.
    private func take(_ call: Call, _ prepare: @MainActor (Call) -> Void = { _ in }) async throws -> Call {
        let taken = try #require(kenji.desk.ringing.first)
        kenji.desk.accept(taken, .video)
        #expect(taken.media == nil)
        prepare(taken)
        try await room.until { call.phase == .connecting && kenji.watch.peer(hanako.userID) != nil }
        room.connect(hanako, kenji)
        await room.settle()
        #expect(call.phase == .active && taken.phase == .active)
        return taken
    }

    @Test func soundThatIsOffBeforeThereIsAMicrophoneIsOffOnceThereIsOne() async throws {
        let call = try await ring { hanako.desk.setMuted(true, $0) }
        #expect(hanako.watch.media?.isMuted == true)
        #expect(kenji.desk.ringing[0].isSilent(hanako.userID))
        let taken = try await take(call) { kenji.desk.setMuted(true, $0) }
        #expect(kenji.watch.media?.isMuted == true)
        #expect(call.isSilent(kenji.userID) && taken.isSilent(hanako.userID))
        hanako.desk.setMuted(false, call)
        await room.settle()
        #expect(hanako.watch.media?.isMuted == false)
        #expect(!taken.isSilent(hanako.userID))
    }

    @Test func whatIsSwitchedWhileItRingsIsToldOnceItIsTaken() async throws {
        let call = try await ring()
        hanako.desk.setMuted(true, call)
        hanako.desk.setCamera(false, call)
        await room.settle()
        // Nobody is there yet who could be told.
        #expect(room.words == ["hanako invite"])
        let taken = try await take(call)
        #expect(taken.isSilent(hanako.userID) && !taken.showsPicture(hanako.userID))
    }

    @Test func whatIsSwitchedBackWhileItRingsIsNotTold() async throws {
        let call = try await ring()
        hanako.desk.setMuted(true, call)
        hanako.desk.setMuted(false, call)
        let taken = try await take(call)
        #expect(!taken.isSilent(hanako.userID))
        #expect(room.words == ["hanako invite", "kenji answer", "hanako select_answer"])
    }

    @Test func aCameraThatIsOffBeforeItIsOpenedStaysOff() async throws {
        let call = try await ring { hanako.desk.setCamera(false, $0) }
        #expect(hanako.watch.media?.isCameraOn == false)
        let taken = try await take(call) { kenji.desk.setCamera(false, $0) }
        #expect(kenji.watch.media?.isCameraOn == false)
        #expect(!call.showsPicture(kenji.userID) && !taken.showsPicture(hanako.userID))
        kenji.desk.setCamera(true, taken)
        await room.settle()
        #expect(call.showsPicture(kenji.userID))
    }

    @Test func aCallThatIsHeldBeforeItRingsIsHeldOnceItIsTaken() async throws {
        let call = try await ring { hanako.desk.setOnHold(true, $0) }
        #expect(hanako.watch.peer(kenji.userID)?.isSending == false)
        let taken = try await take(call)
        #expect(taken.isHeldByOther && !call.isHeldByOther)
        #expect(kenji.watch.peer(hanako.userID)?.isSending == false)
        hanako.desk.setOnHold(false, call)
        await room.settle()
        #expect(!taken.isHeldByOther)
        #expect(hanako.watch.peer(kenji.userID)?.isSending == true)
        #expect(kenji.watch.peer(hanako.userID)?.isSending == true)
    }

    @Test func aCallThatIsHeldWhileItRingsIsHeldOnceItIsTaken() async throws {
        let call = try await ring()
        hanako.desk.setOnHold(true, call)
        #expect(hanako.watch.peer(kenji.userID)?.isSending == false)
        #expect(room.words == ["hanako invite"])
        let taken = try await take(call)
        #expect(taken.isHeldByOther)
    }

    @Test func whoHoldsACallWhileTakingItHoldsIt() async throws {
        let call = try await ring()
        let taken = try await take(call) { kenji.desk.setOnHold(true, $0) }
        #expect(call.isHeldByOther && !taken.isHeldByOther)
        #expect(kenji.watch.peer(hanako.userID)?.isSending == false)
        #expect(hanako.watch.peer(kenji.userID)?.isSending == false)
    }

    @Test func whatIsHeldAndGivenBackBeforeTheAnswerIsNeverTold() async throws {
        let call = try await ring { hanako.desk.setOnHold(true, $0) }
        hanako.desk.setOnHold(false, call)
        let taken = try await take(call)
        #expect(!taken.isHeldByOther)
        #expect(hanako.watch.peer(kenji.userID)?.isSending == true)
        #expect(!room.words.contains("hanako negotiate"))
    }
}
