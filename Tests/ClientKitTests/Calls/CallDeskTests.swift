import Testing

@testable import ClientKit

/// What ends calls that nobody hangs up.
@Suite(.timeLimit(.minutes(1))) @MainActor struct CallDeskTests {
    private func desk() throws -> TalkingDesk { try TalkingDesk { throw TransportError.cut } }

    @Test func aSessionThatIsEndedElsewhereEndsItsCall() async throws {
        let desk = try desk()
        desk.account.connectionChanged(ConnectionReport(state: .loggedOut(soft: true)))
        #expect(desk.desk.current === desk.call)
        desk.account.connectionChanged(ConnectionReport(state: .loggedOut(soft: false)))
        while desk.desk.current != nil { await Task.yield() }
        #expect(desk.call.phase == .ended(.hungUp))
        #expect(desk.media.isClosed)
    }

    @Test func whoLeavesTheRoomLeavesItsConference() throws {
        let desk = try desk()
        let call = Call(
            account: desk.account, roomID: desk.call.roomID, id: "conference", kind: .voice, isIncoming: false,
            isGroup: true)
        let client = try #require(desk.account.parts?.client)
        call.conference = Conference(
            owner: desk.account.userID, roomID: call.roomID, client: client, clock: desk.clock)
        desk.desk.current = call
        desk.desk.left("@kenji:test", roomID: call.roomID, desk.account)
        #expect(!call.isEnded)
        desk.desk.left(desk.account.userID, roomID: call.roomID, desk.account)
        #expect(call.phase == .ended(.hungUp))
        #expect(desk.desk.current == nil)
    }
}
