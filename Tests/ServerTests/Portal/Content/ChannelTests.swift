import EventLoop
import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct ChannelTests {
    private static func filmText(_ title: String) -> String {
        #"{"id":"\#(title)","title":"\#(title)","kind":"video","live":false,"#
            + #""sources":[{"url":"mxc://mado.test/a","mimetype":"video/mp4"}]}"#
    }

    private static func film(_ title: String) -> JSONValue { json(filmText(title)) }

    private func present(_ content: PortalContent, _ room: RoomID) async throws -> JSONValue {
        try await content.portal.room(room, ofType: .channel).content(Channels.programmeType)
    }

    @Test func anAdministratorMakesAndFillsAChannel() async throws {
        try await PortalContent.run { content in
            let server = content.server
            let made = await server.request(.post, "/channels", body: #"{"kind":"television","name":"One","order":2}"#)
            let room = try #require(made["room_id"]?.string)
            let again = await server.request(.post, "/channels", body: #"{"kind":"radio","name":"One"}"#)
            #expect(again.error == "M_INVALID_PARAM")
            #expect(await server.request(.post, "/channels", body: #"{"kind":"film","name":"x"}"#).status == 400)
            for order in [-1, 1_000_000, 9_007_199_254_740_991] {
                let body = #"{"kind":"radio","name":"x","order":\#(order)}"#
                #expect(await server.request(.post, "/channels", body: body).error == "M_INVALID_PARAM")
            }
            let put = await server.request(
                .put, "/channels/One/programme", body: Self.filmText("A"))
            #expect(put.status == 200)
            let hanako = try await server.member("hanako")
            #expect(await hanako.post("/_matrix/client/v3/join/\(room)").status == 200)
            let portal = await hanako.get("/_mado/v1/portal")
            let entry = try #require(portal["rooms"]?.array?.first { $0["name"]?.string == "One" })
            #expect(entry["kind"]?.string == "television")
            #expect(entry["programme"]?["title"]?.string == "A")
            // Members watch: nothing else.
            let state = await hanako.put("/_matrix/client/v3/rooms/\(room)/state/mado.programme/")
            #expect(state.error == "M_FORBIDDEN")
            let message = await hanako.put(
                "/_matrix/client/v3/rooms/\(room)/send/m.room.message/1", #"{"msgtype":"m.text","body":"x"}"#)
            #expect(message.error == "M_FORBIDDEN")
            #expect(await server.request(.put, "/channels/One/programme", body: "{}").status == 200)
            #expect(await server.request(.delete, "/channels/One").status == 200)
            #expect(await server.request(.get, "/channels")["channels"]?.count == 0)
        }
    }

    @Test(
        arguments: [
            #"{"title":"x","kind":"video","sources":[]}"#,
            #"{"id":"a","title":"x","kind":"film"}"#,
            #"{"id":"a","title":"x","kind":"video"}"#,
            #"{"id":"a","title":"x","kind":"video","sources":[]}"#,
            #"{"id":"a","title":"x","kind":"video","sources":[{"url":"file:///etc/passwd","mimetype":"video/mp4"}]}"#,
            #"{"id":"a","title":"x","kind":"video","sources":[{"url":"http://a/b","mimetype":"video/mp4"}]}"#,
            #"{"id":"a","title":"x","kind":"video","sources":[{"url":"/_mado/v1/../x","mimetype":"video/mp4"}]}"#,
            #"{"id":"a","title":"x","kind":"page","page":{"url":"javascript:alert(1)"}}"#,
            #"{"id":"a","title":"x","kind":"chart","series":[{"room_id":"x","name":"y"}]}"#,
            #"{"id":"a","title":"x","kind":"pictures","items":[{"url":"https://x/y","mimetype":"image/png"}]}"#,
            #"{"id":"a","title":"x","kind":"game","game":{"version":"1","entry":"index.html","files":[]}}"#,
            #"{"id":"a","title":"x","kind":"game","game":{"version":"1","entry":"a","files":[{"path":"../a","url":"mxc://a/b","sha256":"00","size":1,"mimetype":"text/html"}]}}"#,
            #"[]"#,
        ])
    func whatIsNoProgrammeIsRefused(text: String) throws {
        #expect(throws: MatrixError.self) { try ProgrammeRules.check(json(text)) }
    }

    @Test(
        arguments: [
            "{}",
            #"{"id":"a","title":"x","kind":"audio","items":[{"url":"mxc://a/b","title":"s","mimetype":"audio/ogg"}]}"#,
            #"{"id":"a","title":"x","kind":"chart","series":[{"room_id":"!a:b","name":"N225"}],"window_ms":1000}"#,
            #"{"id":"a","title":"x","kind":"page","page":{"url":"https://example.org/"}}"#,
            #"{"id":"a","title":"x","kind":"video","live":true,"sources":[{"url":"/_mado/v1/channels/%21a/live/index.m3u8","mimetype":"application/vnd.apple.mpegurl"}]}"#,
        ])
    func whatIsOneIsTaken(text: String) throws { try ProgrammeRules.check(json(text)) }

    @Test func theScheduleSwitches() async throws {
        try await PortalContent.run { content in
            let clock = content.server.clock
            let room = try await content.channels.make(.init(kind: .television, name: "One"))
            let start = clock.now + 60_000
            let schedule = """
                {"programmes":[
                  {"id":"news","from_ts":\(start),"until_ts":\(start + 30_000),"repeat":"daily","programme":\(Self.filmText("News"))},
                  {"id":"film","from_ts":\(start + 10_000),"until_ts":\(start + 20_000),"programme":\(Self.filmText("Film"))}]}
                """
            try await content.channels.setSchedule(json(schedule), on: room)
            #expect(try await present(content, room).count == 0)

            func at(_ offset: Int64) async throws -> String? {
                clock.set(to: start + offset)
                try await content.channels.applySchedules()
                return try await present(content, room)["title"]?.string
            }
            #expect(try await at(-1) == nil)
            #expect(try await at(0) == "News")
            #expect(try await present(content, room)["until_ts"]?.int == start + 30_000)
            // What began last is on, and what was on before goes on behind it.
            #expect(try await at(10_000) == "Film")
            #expect(try await at(20_000) == "News")
            #expect(try await at(29_999) == "News")
            #expect(try await at(30_000) == nil)
            #expect(try await at(86_400_000) == "News")
            // By hand: it stays until the schedule begins something.
            clock.advance(by: .seconds(5))
            try await content.channels.setProgramme(Self.film("Special"), on: room)
            #expect(try await at(86_400_000 + 29_000) == "Special")
            #expect(try await at(86_400_000 + 40_000) == "Special")
            #expect(try await at(2 * 86_400_000) == "News")
            // Another schedule counts at once.
            clock.advance(by: .seconds(1))
            let other = #"{"programmes":[{"id":"x","from_ts":0,"programme":\#(Self.filmText("Always"))}]}"#
            try await content.channels.setSchedule(json(other), on: room)
            #expect(try await present(content, room)["title"]?.string == "Always")
            try await content.channels.setSchedule(.emptyObject, on: room)
            #expect(try await present(content, room).count == 0)
        }
    }

    @Test func theTimerOfTheLoopSwitches() async throws {
        try await PortalContent.run { content in
            let server = content.server
            let hanako = try await server.member("hanako")
            let room = try await content.channels.make(.init(kind: .television, name: "One"))
            #expect(await hanako.post("/_matrix/client/v3/join/\(room)").status == 200)
            let start = server.clock.now + 30_000
            try await content.channels.setSchedule(
                json(#"{"programmes":[{"id":"a","from_ts":\#(start),"programme":\#(Self.filmText("A"))}]}"#), on: room)
            let since = try #require(await hanako.get("/_matrix/client/v3/sync")["next_batch"]?.string)
            // A client that waits learns of it when the time has come.
            let waiting = server.begin(
                .get, "/_matrix/client/v3/sync?since=\(since)&timeout=3600000", token: hanako.token)
            server.clock.advance(by: .seconds(30))
            await server.drivenClock.advance(by: .seconds(30))
            let answer = await waiting.whole()
            #expect(answer.text.contains(#""title":"A""#))
        }
    }

    @Test(
        arguments: [
            #"{"programmes":{}}"#, #"{"programmes":[{"id":"a"}]}"#,
            #"{"programmes":[{"id":"a","from_ts":5,"until_ts":5,"programme":{}}]}"#,
            #"{"programmes":[{"id":"a","from_ts":5,"programme":{}}]}"#,
            #"{"programmes":[{"id":"a","from_ts":0,"until_ts":86400001,"repeat":"daily","programme":{"id":"a","title":"x","kind":"page","page":{"url":"https://a/"}}}]}"#,
            #"{"programmes":[{"id":"a","from_ts":0,"repeat":"hourly","programme":{"id":"a","title":"x","kind":"page","page":{"url":"https://a/"}}}]}"#,
        ])
    func whatIsNoScheduleIsRefused(text: String) {
        #expect(throws: MatrixError.self) { try ChannelSchedule(json(text)) }
    }

    @Test func aProgrammeOfAnotherKindIsRefused() async throws {
        try await PortalContent.run { content in
            let room = try await content.channels.make(.init(kind: .radio, name: "R"))
            await #expect(throws: MatrixError.self) {
                try await content.channels.setProgramme(Self.film("A"), on: room)
            }
        }
    }
}

@Suite struct LiveChannelTests {
    private let path = "/_mado/v1/channels/"

    @Test func piecesGoFromTheFeederToThoseInTheChannel() async throws {
        try await PortalContent.run { content in
            let server = content.server
            let room = try await content.channels.make(.init(kind: .television, name: "One"))
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            #expect(await hanako.post("/_matrix/client/v3/join/\(room)").status == 200)
            let base = path + "\(room)/live/"
            func feed(_ name: String, _ text: String) async -> TestAnswer {
                await server.begin(.put, "/channels/One/live/\(name)?title=Match", bytes: Array(text.utf8)).whole()
            }
            #expect(await feed("s1.ts", "one").status == 200)
            #expect(try await content.portal.room(room, ofType: .channel).content(Channels.programmeType).count == 0)
            #expect(await feed("index.m3u8", "#EXTM3U").status == 200)
            let programme = try await content.portal.room(room, ofType: .channel).content(Channels.programmeType)
            #expect(programme["title"]?.string == "Match")
            #expect(programme["live"]?.bool == true)
            let source = try #require(programme["sources"]?.array?.first { _ in true }?["url"]?.string)
            #expect(await hanako.get(source).text == "#EXTM3U")

            let playlist = await hanako.get(base + "index.m3u8")
            #expect(playlist.headers.first(named: "content-type") == "application/vnd.apple.mpegurl")
            #expect(playlist.headers.first(named: "cache-control") == "private, no-cache")
            let tag = try #require(playlist.headers.first(named: "etag"))
            #expect(await hanako.get(base + "index.m3u8", headers: [("if-none-match", tag)]).status == 304)
            let segment = await hanako.get(base + "s1.ts", headers: [("range", "bytes=1-")])
            #expect(segment.status == 206)
            #expect(segment.text == "ne")
            #expect(segment.headers.first(named: "content-type") == "video/mp2t")
            #expect(segment.headers.first(named: "cache-control")?.contains("immutable") == true)
            #expect(await hanako.get(base + "s2.ts").status == 404)
            // Neither strangers nor members who are not in the channel, and no member feeds it.
            #expect(await server.request(.get, base + "s1.ts").status == 401)
            #expect(await kenji.get(base + "s1.ts").error == "M_FORBIDDEN")
            #expect(await hanako.put(base + "s2.ts", "x").error == "M_FORBIDDEN")
            for name in ["..%2Fx.ts", "x.html", ".ts", "a%20b.ts", String(repeating: "a", count: 70) + ".ts"] {
                #expect(await feed(name, "x").error == "M_INVALID_PARAM", "\(name)")
            }
            // Its administrators do, over the clients' port.
            try await content.roles.add(Portal.administratorRole, to: hanako.user)
            let put = await server.begin(.put, base + "s2.ts", token: hanako.token, bytes: Array("two".utf8)).whole()
            #expect(put.status == 200)
            #expect(await hanako.get(base + "s2.ts").text == "two")
            #expect(await hanako.delete(path + "\(room)/live").status == 200)
            #expect(await hanako.get(base + "s2.ts").status == 404)
            #expect(try await content.portal.room(room, ofType: .channel).content(Channels.programmeType).count == 0)
        }
    }

    @Test func playlistsAndHeadersOfBeforeGoToo() throws {
        var settings = LiveStreams.Settings()
        settings.maximumKept = 2
        settings.maximumStreamBytes = 25
        let streams = LiveStreams(settings: settings, clock: TestClock().clock)
        let room = RoomID(unchecked: "!a:mado.test")
        try streams.put([1], "index.m3u8", on: room)
        for number in 1...3 {
            try streams.put([1], "h\(number).mp4", on: room)
            try streams.put([1], "v\(number).m3u8", on: room)
        }
        // The same again counts once, and as the newest.
        try streams.put([2], "h2.mp4", on: room)
        func present(_ names: String...) -> [Bool] { names.map { streams.file($0, on: room) != nil } }
        #expect(present("h1.mp4", "h2.mp4", "h3.mp4") == [false, true, true])
        #expect(present("v1.m3u8", "v2.m3u8", "v3.m3u8") == [false, true, true])
        try streams.put([1], "h4.mp4", on: room)
        #expect(present("h2.mp4", "h3.mp4", "h4.mp4") == [true, false, true])
        // They have their share of the bytes as well.
        try streams.put([UInt8](repeating: 1, count: 24), "h5.mp4", on: room)
        #expect(present("index.m3u8", "h2.mp4", "h4.mp4", "h5.mp4", "v3.m3u8") == [true, false, false, true, false])
    }

    @Test func onlyTheNewestAreKept() throws {
        var settings = LiveStreams.Settings()
        settings.maximumFiles = 3
        settings.maximumFileBytes = 10
        settings.maximumStreamBytes = 25
        let clock = TestClock()
        let streams = LiveStreams(settings: settings, clock: clock.clock)
        let room = RoomID(unchecked: "!a:mado.test")
        try streams.put([1], "index.m3u8", on: room)
        for number in 1...5 { try streams.put([UInt8](repeating: 1, count: 4), "s\(number).ts", on: room) }
        #expect((1...5).map { streams.file("s\($0).ts", on: room) != nil } == [false, false, true, true, true])
        #expect(streams.file("index.m3u8", on: room) != nil)
        for number in 6...8 { try streams.put([UInt8](repeating: 1, count: 10), "s\(number).ts", on: room) }
        #expect((6...8).map { streams.file("s\($0).ts", on: room) != nil } == [false, true, true])
        #expect(throws: MatrixError.self) { try streams.put([UInt8](repeating: 1, count: 11), "s9.ts", on: room) }
        clock.advance(by: .seconds(31))
        #expect(streams.endIdle() == [room])
        #expect(streams.file("index.m3u8", on: room) == nil)
    }

    @Test func aStreamWhoseFeederHasGoneIsOver() async throws {
        try await PortalContent.run { content in
            let room = try await content.channels.make(.init(kind: .television, name: "One"))
            try await content.live.put([1], "index.m3u8", on: room, title: nil)
            try await content.live.endIdle()
            #expect(try await content.portal.room(room, ofType: .channel).content(Channels.programmeType).count > 0)
            content.server.clock.advance(by: .seconds(31))
            try await content.live.endIdle()
            #expect(try await content.portal.room(room, ofType: .channel).content(Channels.programmeType).count == 0)
        }
    }
}
