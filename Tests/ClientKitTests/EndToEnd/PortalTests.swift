import JSON
import Testing

@testable import ClientKit

/// The portal of a real server in two clients.
@Suite(.serialized, .timeLimit(.minutes(2))) @MainActor struct PortalTests {
    private let pair: TestPair
    private let hanako: TestMember
    private let kenji: TestMember

    init() async throws {
        pair = try await TestPair()
        (hanako, kenji) = (pair.hanako, pair.kenji)
    }

    /// A room of the portal that Kenji writes into and Hanako joins. - Returns: its id.
    private func room(_ type: String, name: String, state: String, content: String) async throws -> String {
        let body = """
            {"preset":"public_chat","name":"\(name)","creation_content":{"type":"\(type)"},
             "initial_state":[{"type":"\(state)","state_key":"","content":\(content)}]}
            """
        let answer = try await kenji.api.send(
            "POST", ["_matrix", "client", "v3", "createRoom"], body: Array(body.utf8))
        return try answer.required("room_id")
    }

    private func send(_ content: String, _ transaction: String, in roomID: String) async throws -> String {
        try await kenji.api.sendEvent("m.room.message", transaction, Array(content.utf8), in: roomID)
    }

    @Test func aFeedIsSubscribedToReadAndLeft() async throws {
        let feed = try await room(
            "mado.feed", name: "Weather", state: "mado.feed",
            content: #"{"name":"weather","provider":"Office","kind":"text"}"#)
        func item(_ headline: String) -> String {
            #"{"msgtype":"m.notice","body":"\#(headline)","mado.item":{"id":"w1","headline":"\#(headline)","contact":"@kenji:localhost"}}"#
        }
        let first = try await send(item("Rain"), "1", in: feed)
        let portal = hanako.account.portal
        try await portal.setSubscribed(true, feed)
        try await hanako.until { portal.ticker.map(\.headline) == ["Rain"] }
        #expect(hanako.account.conversations.isEmpty)
        _ = try await send(
            #"{"msgtype":"m.notice","body":"*","m.new_content":\#(item("Snow")),"m.relates_to":{"rel_type":"m.replace","event_id":"\#(first)"}}"#,
            "2", in: feed)
        try await hanako.until { portal.ticker.map(\.headline) == ["Snow"] }
        // The provider is asked for a chat as anybody is.
        let item = try #require(portal.ticker.first)
        let conversation = try #require(try await portal.talk(about: item))
        try await kenji.until { !self.kenji.account.requests.isEmpty }
        #expect(kenji.account.requests[0].line == "Snow" && conversation.isDirect)
        // It is there without a connection, too.
        hanako.pullOut()
        try await hanako.restart()
        let again = hanako.account.portal
        #expect(again.ticker.map(\.headline) == ["Snow"])
        hanako.plugIn()
        try await hanako.until { hanako.account.connection.state.isContinuous }
        try await again.setSubscribed(false, feed)
        #expect(again.ticker.isEmpty)
        await pair.end()
    }

    @Test func anAnnouncementPutAwayIsPutAwayEverywhere() async throws {
        let board = try await room(
            "mado.board", name: "Everybody", state: "mado.board", content: #"{"audience":{"kind":"all"}}"#)
        func announcement(_ title: String, _ priority: String) -> String {
            #"{"msgtype":"m.text","body":"\#(title)","mado.announcement":{"title":"\#(title)","text":"t","priority":"\#(priority)"}}"#
        }
        let first = try await send(announcement("Canteen", "normal"), "1", in: board)
        _ = try await send(announcement("Fire", "urgent"), "2", in: board)
        let portal = hanako.account.portal
        try await portal.join(board)
        try await hanako.until { portal.shownAnnouncements.map(\.title) == ["Fire", "Canteen"] }
        let second = try TestMember()
        try await second.logIn("hanako", on: pair.server)
        let other = second.account.portal
        try await second.until { other.shownAnnouncements.count == 2 }
        portal.dismiss(try #require(portal.announcements.first { $0.id == first }))
        try await hanako.until { portal.shownAnnouncements.map(\.title) == ["Fire"] }
        try await second.until { other.shownAnnouncements.map(\.title) == ["Fire"] }
        portal.markAllSeen()
        try await hanako.restart()
        #expect(hanako.account.portal.shownAnnouncements.map(\.title) == ["Fire"])
        await second.client.close()
        await pair.end()
    }
}
