import SQLite
import Testing

@testable import ClientKit

/// What becomes of the portal's rooms when they come by sync.
@Suite struct PortalReaderTests {
    private func item(_ id: String, _ headline: String, _ more: String = "") -> String {
        #"{"msgtype":"m.notice","body":"\#(headline)","mado.item":{"id":"\#(id)","headline":"\#(headline)","published_ts":500\#(more)}}"#
    }

    private func feed(_ store: PortalStore) async throws -> Feed? {
        guard case .feed(let feed)? = try await store.snapshot("!feed:localhost")?.content else { return nil }
        return feed
    }

    @Test func itemsAreShownInTheirNewestVersion() async throws {
        let store = try PortalStore()
        let state = PortalStore.state("mado.feed", #"{"name":"weather","provider":"Kisho","kind":"text"}"#)
        let edit = """
            {"msgtype":"m.notice","body":"* Snow","m.new_content":\(item("w1", "Snow")),
             "m.relates_to":{"rel_type":"m.replace","event_id":"$a"}}
            """
        // Somebody else's edit changes nothing.
        let forged = edit.replacing("Snow", with: "Forged")
        try await store.receive(
            PortalStore.room(
                "!feed:localhost", type: "mado.feed", state: state,
                events: [
                    PortalStore.message("$a", item("w1", "Rain")),
                    PortalStore.message("$b", item("w2", "Wind"), at: 600),
                    PortalStore.message("$c", edit, at: 700),
                    PortalStore.message("$d", forged, at: 800, sender: "@evil:localhost"),
                ],
                accountData: #"{"type":"mado.delivery","content":{"mode":"every","every_minutes":30,"words":["rain"]}}"#
            ))
        let found = try #require(try await feed(store))
        #expect(found.title == "weather" && found.provider == "Kisho" && found.isSubscribed)
        #expect(Set(found.items.map(\.headline)) == ["Snow", "Wind"])
        #expect(found.rule.mode == .every && found.rule.everyMinutes == 30 && found.rule.words == ["rain"])
    }

    @Test func whatChangesEveryMinuteIsKeptOnce() async throws {
        let store = try PortalStore()
        func version(_ number: Int) -> String {
            let series = #","series":{"name":"N225","value":"\#(number)","ts":\#(number)}"#
            return PortalStore.message(
                "$v\(number)",
                """
                {"msgtype":"m.notice","body":"*","m.new_content":\(item("n225", "N225 \(number)", series)),
                 "m.relates_to":{"rel_type":"m.replace","event_id":"$before"}}
                """, at: Int64(number))
        }
        // The first version was long before what the sync brings.
        try await store.receive(
            PortalStore.room("!feed:localhost", type: "mado.feed", events: (1...70).map(version), token: "1"))
        var found = try #require(try await feed(store))
        #expect(found.items.map(\.headline) == ["N225 70"] && found.items.map(\.id) == ["$before"])
        let (events, points) = try await store.store.read { database in
            let events = try database.first("SELECT count(*) FROM event WHERE type = 'm.room.message'") { $0.int(0) }
            return (events, try database.points(of: "N225", in: "!feed:localhost", from: 0))
        }
        #expect(events == 1 && points.count == 70)
        // Withdrawn.
        let redaction =
            #"{"event_id":"$r","type":"m.room.redaction","redacts":"$before","sender":"@mado:localhost","content":{}}"#
        try await store.receive(
            #"{"next_batch":"2","rooms":{"join":{"!feed:localhost":{"timeline":{"events":[\#(redaction)]}}}}}"#)
        found = try #require(try await feed(store))
        #expect(found.items.isEmpty)
    }

    @Test func onlyRoomsOfPeopleAreConversations() async throws {
        let store = try PortalStore()
        try await store.receive(PortalStore.room("!feed:localhost", type: "mado.feed", token: "1"))
        try await store.receive(PortalStore.room("!talk:localhost", type: "", token: "2"))
        let types = try await store.store.read { database in
            let reader = try SummaryReader(database, owner: PortalStore.owner)
            return try ["!feed:localhost", "!talk:localhost"].map { try reader.summary($0)?.portalType }
        }
        #expect(types == [.feed, nil])
    }

    @Test func aTickerShowsWhatIsNewAndUrgentFirst() async throws {
        let store = try PortalStore()
        let series = #","series":{"name":"N225","value":"41204.5","unit":"JPY","ts":490}"#
        try await store.receive(
            PortalStore.room(
                "!feed:localhost", type: "mado.feed",
                events: [
                    PortalStore.message("$1", item("1", "Old", #","expires_ts":2000"#)),
                    PortalStore.message("$2", item("2", "41,100", series.replacing("41204.5", with: "41100"))),
                    PortalStore.message("$3", item("3", "41,204", series).replacing("500", with: "600")),
                    PortalStore.message("$4", item("4", "Typhoon", #","priority":"urgent""#)),
                    PortalStore.message("$5", #"{"msgtype":"m.text","body":"no item"}"#),
                    PortalStore.message(
                        "$6", item("6", "Link", #","link":"file:///etc/passwd","contact":"@desk:localhost""#)),
                ]))
        let found = try #require(try await feed(store))
        #expect(Ticker.items(of: [found], at: 1_999).map(\.headline) == ["Typhoon", "41,204", "Link", "Old"])
        #expect(Ticker.items(of: [found], at: 2_000).map(\.headline) == ["Typhoon", "41,204", "Link"])
        // Without an end, a week is long enough.
        #expect(Ticker.items(of: [found], at: 8 * 86_400_000).isEmpty)
        var ancient = found
        for index in ancient.items.indices { ancient.items[index].published = .min }
        #expect(Ticker.items(of: [ancient], at: 1_999).map(\.headline) == ["Old"])
        let link = try #require(found.items.first { $0.itemID == "6" })
        #expect(link.link == nil && link.contact == "@desk:localhost")
        let points = try await store.store.read { try $0.points(of: "N225", in: "!feed:localhost", from: 0) }
        #expect(points == [SeriesPoint(timestamp: 490, value: 41204.5)])
    }

    private func board(_ store: PortalStore) async throws -> [Announcement] {
        guard case .board(let board)? = try await store.snapshot("!board:localhost")?.content else { return [] }
        return board.announcements
    }

    private func announcement(_ title: String, _ more: String = "") -> String {
        #"{"msgtype":"m.text","body":"\#(title)","mado.announcement":{"title":"\#(title)","text":"t"\#(more)}}"#
    }

    @Test func announcementsAreSeenByReceiptAndPutAway() async throws {
        let store = try PortalStore()
        try await store.receive(
            PortalStore.room(
                "!board:localhost", type: "mado.board",
                events: [
                    PortalStore.message("$1", announcement("Canteen closed")),
                    PortalStore.message(
                        "$2", announcement("Leave the house", #","priority":"urgent","until_ts":5000"#)),
                    PortalStore.message("$3", announcement("Choir", #","from_ts":3000"#)),
                ], token: "1"))
        var all = try await board(store)
        #expect(all.map(\.title) == ["Canteen closed", "Leave the house", "Choir"])
        #expect(all.allSatisfy { !$0.isDismissed })
        #expect(all.map { $0.isActive(at: 2_999) } == [true, true, false])
        #expect(all.map { $0.isActive(at: 5_000) } == [true, false, true])
        try await store.store.write { try $0.dismiss("$3") }
        // Read on another device up to the second one, which is urgent and stays.
        let receipt = #"{"type":"m.receipt","content":{"$2":{"m.read":{"@hanako:localhost":{"ts":1}}}}}"#
        try await store.receive(
            #"{"next_batch":"2","rooms":{"join":{"!board:localhost":{"ephemeral":{"events":[\#(receipt)]}}}}}"#)
        all = try await board(store)
        #expect(all.map(\.isDismissed) == [true, false, true])
        // Withdrawn.
        let redaction =
            #"{"event_id":"$4","type":"m.room.redaction","redacts":"$1","sender":"@mado:localhost","content":{}}"#
        try await store.receive(
            #"{"next_batch":"3","rooms":{"join":{"!board:localhost":{"timeline":{"events":[\#(redaction)]}}}}}"#)
        #expect(try await board(store).map(\.title) == ["Leave the house", "Choir"])
    }

    @Test func programmesAndFormsAreRead() async throws {
        let store = try PortalStore()
        let programme = """
            {"id":"p","title":"Morning","kind":"video","live":true,"poster":"mxc://localhost/p",
             "sources":[{"url":"/_mado/v1/channels/x/live/index.m3u8","mimetype":"application/vnd.apple.mpegurl"}]}
            """
        try await store.receive(
            PortalStore.room(
                "!tv:localhost", type: "mado.channel",
                state: PortalStore.state("mado.channel", #"{"kind":"television","order":1}"#) + ","
                    + PortalStore.state("mado.programme", programme), token: "1"), now: 77)
        guard case .channel(let channel)? = try await store.snapshot("!tv:localhost")?.content else {
            Issue.record("no channel")
            return
        }
        #expect(channel.kind == .television && channel.received == 77)
        #expect(channel.programme?.title == "Morning" && channel.programme?.isLive == true)
        #expect(channel.programme?.sources.count == 1)
        // Nothing is on.
        try await store.receive(
            PortalStore.room(
                "!tv:localhost", type: "mado.channel", state: PortalStore.state("mado.programme", "{}"), token: "2"))
        guard case .channel(let empty)? = try await store.snapshot("!tv:localhost")?.content else {
            Issue.record("no channel")
            return
        }
        #expect(empty.programme == nil)
        let form =
            #"{"title":"Leave","version":3,"fields":[{"name":"day","type":"date","label":"Day","required":true}]}"#
        try await store.receive(
            PortalStore.room(
                "!app:localhost", type: "mado.app", state: PortalStore.state("mado.form", form), token: "3"))
        guard case .application(let application)? = try await store.snapshot("!app:localhost")?.content else {
            Issue.record("no application")
            return
        }
        #expect(application.title == "Leave" && application.form?.version == 3)
        #expect(application.form?.fields.map(\.kind) == [.date])
    }

    @Test func instructionsComeFromThePortalOnly() async throws {
        let store = try PortalStore()
        func toDevice(_ sender: String, _ id: String, _ content: String) -> String {
            #"{"next_batch":"\#(id)","to_device":{"events":[{"type":"mado.instruction","sender":"\#(sender)","content":{"instruction_id":"\#(id)",\#(content)}}]}}"#
        }
        let page = #""action":"open_page","url":"https://example.org/","sender_name":"Office""#
        try await store.receive(toDevice("@mado:localhost", "1", page))
        try await store.receive(toDevice("@mado:localhost", "1", page))
        try await store.receive(toDevice("@evil:localhost", "2", page))
        try await store.receive(toDevice("@mado:elsewhere", "3", page))
        try await store.receive(toDevice("@mado:localhost", "4", #""action":"open_page","url":"file:///etc/passwd""#))
        try await store.receive(toDevice("@mado:localhost", "5", #""action":"run_anything","program":"sh""#))
        let found = try await store.store.read { try $0.instructions(limit: 10) }
        #expect(found.map(\.id) == ["1"])
        #expect(found.first?.senderName == "Office")
        try await store.store.write { try $0.setOutcome(.refused, detail: nil, of: "1") }
        // Decided once.
        try await store.store.write { try $0.setOutcome(.done, detail: nil, of: "1") }
        let waiting = try await store.store.read { try $0.unreportedInstructions() }
        #expect(waiting.map(\.outcome) == [.refused])
    }
}
