import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct MediaQuotaTests {
    @Test func aMemberKeepsNoMoreThanTheQuota() async throws {
        try await RouteHarness.withMedia {
            $0.memberQuota = 10
        } _: { server, media in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            #expect(await hanako.upload(Array("123456".utf8)).status == 200)
            let refused = await hanako.upload(Array("12345".utf8))
            #expect(refused.status == 403)
            #expect(refused.error == "M_FORBIDDEN")
            // Without a length it is found out at the end, and nothing stays.
            #expect(await hanako.upload(Array("12345".utf8), isChunked: true).error == "M_FORBIDDEN")
            #expect(media.files(in: "incoming") == [])
            let made = await hanako.post("/_matrix/media/v1/create")
            let id = try #require(made["content_uri"]?.string).dropFirst("mxc://".count)
            let put = await hanako.upload(Array("12345".utf8), to: "/_matrix/media/v3/upload/\(id)", method: .put)
            #expect(put.error == "M_FORBIDDEN")
            #expect(await hanako.upload(Array("1234".utf8)).status == 200)
            #expect(await kenji.upload(Array("12345".utf8)).status == 200)
            #expect(
                try await server.store.read { try $0.mediaUsage(of: hanako.user) } == MediaUsage(files: 2, bytes: 10))
        }
    }

    @Test func whatNoNumberHoldsIsTooMuch() async throws {
        for maximum in [Int64.max, 100] {
            try await RouteHarness.withMedia {
                $0.maximumUpload = maximum
                $0.memberQuota = 10
                $0.totalQuota = 10
            } _: { server, _ in
                let hanako = try await server.member("hanako")
                #expect(await hanako.upload(Array("1".utf8)).status == 200)
                let refused = await server.begin(
                    .post, "/_matrix/media/v3/upload", token: hanako.token,
                    headers: [("transfer-encoding", "chunked"), ("content-length", String(Int64.max))],
                    bytes: Array("1".utf8)
                ).whole()
                #expect(refused.error == (maximum == .max ? "M_FORBIDDEN" : "M_TOO_LARGE"))
            }
        }
    }

    @Test func allTogetherToo() async throws {
        try await RouteHarness.withMedia {
            $0.totalQuota = 10
        } _: { server, _ in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            #expect(await hanako.upload(Array("123456".utf8)).status == 200)
            let refused = await kenji.upload(Array("abcde".utf8))
            #expect(refused.status == 507)
            #expect(refused.error == "M_RESOURCE_LIMIT_EXCEEDED")
            // The whole counts the same bytes once.
            _ = await kenji.upload(Array("1234".utf8))
            #expect(try await server.store.read { try $0.mediaUsage() } == MediaUsage(files: 2, bytes: 10))
        }
    }
}

@Suite struct MediaPurgeTests {
    private func ages(_ unused: Duration, unreadable: Duration? = nil) -> MediaCleaning.Retention {
        var retention = MediaCleaning.Retention()
        retention.unused = unused
        retention.unreadable = unreadable
        return retention
    }

    private func exists(_ path: String, _ member: TestMember) async -> Bool {
        await member.get("/_matrix/client/v1/media/download/\(path)").status == 200
    }

    @Test func whatIsNamedStays() async throws {
        try await RouteHarness.withMedia { server, media in
            let hanako = try await server.member("hanako")
            let room = try await server.room(hanako)
            var files: [String] = []
            for name in ["message", "avatar", "data", "state", "unused", "secret"] {
                let type = name == "secret" ? "application/octet-stream" : "image/png"
                files.append(try await hanako.uploaded(Array(name.utf8), type: type))
            }
            let rooms = Rooms(journal: server.journal, serverName: RouteHarness.serverName, clock: server.clock.clock)
            let event = try await rooms.send(
                "m.room.message",
                json(
                    #"{"msgtype":"m.image","body":"x","info":{"thumbnail_url":"mxc://\#(files[0])"},"url":"mxc://x/y"}"#
                ),
                to: room, by: hanako.user)
            try await server.profiles.set("avatar_url", to: .string("mxc://" + files[1]), of: hanako.user)
            let data = "/_matrix/client/v3/user/\(hanako.user)/account_data/im.emotes"
            #expect(await hanako.put(data, #"{"a":"mxc://\#(files[2])"}"#).status == 200)
            let key = StateKey("m.room.avatar")
            _ = try await rooms.setState(key, json(#"{"url":"mxc://\#(files[3])"}"#), in: room, by: hanako.user)

            #expect(try await media.cleaning.purge(ages(.seconds(60)), of: nil).ids == [])
            server.clock.advance(by: .seconds(61))
            let trial = try await media.cleaning.purge(ages(.seconds(60)), of: nil, isTrial: true)
            #expect(trial.usage == MediaUsage(files: 1, bytes: 6))
            #expect(try await media.cleaning.purge(ages(.seconds(60)), of: nil) == trial)
            #expect(await exists(files[4], hanako) == false)
            for file in files[0...3] + files[5...5] { #expect(await exists(file, hanako)) }

            // A message that is redacted, and state that is replaced, name nothing any more.
            _ = try await rooms.redact(event, in: room, by: hanako.user)
            _ = try await rooms.setState(key, json(#"{"url":"mxc://mado.test/other"}"#), in: room, by: hanako.user)
            try await server.profiles.set("avatar_url", to: .string("mxc://mado.test/other"), of: hanako.user)
            #expect(await hanako.put(data, "{}").status == 200)
            let purged = try await media.cleaning.purge(ages(.seconds(60), unreadable: .seconds(60)), of: nil)
            #expect(purged.usage.files == 5)
            #expect(try await server.store.read { try $0.mediaUsage(of: hanako.user).bytes } == 0)
        }
    }

    @Test func onlyOneMembersFilesAndNoneWhereNothingIsSet() async throws {
        try await RouteHarness.withMedia { server, media in
            let hanako = try await server.member("hanako")
            let kenji = try await server.member("kenji")
            let hers = try await hanako.uploaded(Array("a".utf8))
            let his = try await kenji.uploaded(Array("b".utf8))
            server.clock.advance(by: .seconds(86_400 * 400))
            try await media.cleaning.clean()
            #expect(await exists(hers, hanako))
            try await media.cleaning.purge(ages(.seconds(1)), of: kenji.user)
            #expect(await exists(hers, hanako))
            #expect(await exists(his, hanako) == false)
        }
    }

    @Test func theAdministratorsEndpoints() async throws {
        try await RouteHarness.withMedia(
            limits: [:],
            adding: { parts, media, routes in
                MediaAdministration(
                    journal: parts.journal, cleaning: media.cleaning, serverName: RouteHarness.serverName,
                    settings: media.repository.settings
                ).addRoutes(to: &routes)
            }, { settings in settings.memberQuota = 100 }
        ) { server, _ in
            let hanako = try await server.member("hanako")
            _ = try await hanako.uploaded(Array("abc".utf8))
            let usage = await server.request(.get, "/media/usage")
            #expect(usage["total"]?["bytes"]?.int == 3)
            let first = try #require(usage["members"]?.array?.first { _ in true })
            #expect(first["user_id"]?.string == hanako.user.string)
            #expect(first["files"]?.int == 1)
            #expect(first["quota"]?.int == 100)
            server.clock.advance(by: .seconds(10))
            let body = #"{"unused_ms":1000,"member":"hanako","dry_run":true}"#
            #expect(await server.request(.post, "/media/purge", body: body)["files"]?.int == 1)
            let wrong = await server.request(.post, "/media/purge", body: #"{"unused_ms":-1}"#)
            #expect(wrong.error == "M_INVALID_PARAM")
            #expect(await server.request(.post, "/media/purge", body: #"{"unused_ms":1000}"#)["bytes"]?.int == 3)
            #expect(await server.request(.get, "/media/usage")["total"]?["files"]?.int == 0)
        }
    }
}

@Suite struct MediaReferenceTests {
    @Test(arguments: [
        (#"{"url":"mxc://mado.test/abc_-1"}"#, ["abc_-1"]),
        (#"{"a":"mxc://a/b","b":["see mxc://c/d and mxc://e/f#x"]}"#, ["b", "d", "f"]),
        (#"{"a":"mxc:/x","b":"xc://a/b","c":"mxc://","d":"mxc://a","e":"mxc://a/"}"#, []),
        (#"["mxc://a","mxc://a/b"]"#, ["b"]),
        ("", []), ("mxc://", []), ("mxc://a/b", ["b"]),
    ])
    func mediaOfATextAreFound(text: String, ids: [String]) {
        #expect(ContentURI.mediaIDs(in: Array(text.utf8)[...]).map(\.string) == ids)
    }
}
