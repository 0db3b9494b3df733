import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

/// Whose device lists a client has to look at again: the same from memory, from the store, and from `/keys/changes`.
@Suite struct DeviceListTests {
    private func names(_ lists: JSONValue?, _ member: String) -> Set<String> {
        Set(lists?[member]?.array?.compactMap { $0.string.map { String($0.dropFirst().prefix { $0 != ":" }) } } ?? [])
    }

    private func expectLists(
        of member: TestMember, since token: String, changed: Set<String> = [], left: Set<String> = [],
        _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let inMemory = await member.sync(since: token)
        let direct = await member.get("/_matrix/client/v3/keys/changes?from=\(token)&to=\(inMemory.token)")
        member.server.journal.log.forgetAll(before: member.server.journal.position)
        let fromStore = await member.sync(since: token)
        for lists in [inMemory["device_lists"], fromStore["device_lists"], direct.body] {
            #expect(names(lists, "changed") == changed, comment, sourceLocation: sourceLocation)
            #expect(names(lists, "left") == left, comment, sourceLocation: sourceLocation)
        }
    }

    @Test func newKeysAndDevicesConcernThoseWhoShareARoom() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let ana = try await server.member("ana")
            _ = try await server.room(hanako, kenji)
            var (hers, anas) = (await hanako.firstToken(), await ana.firstToken())
            let poll = hanako.poll(since: hers)
            try await kenji.uploadDeviceKeys(SigningKey(1))
            #expect(names(await poll.whole()["device_lists"], "changed") == ["kenji"])
            await expectLists(of: hanako, since: hers, changed: ["kenji"])
            await expectLists(of: ana, since: anas)
            await expectLists(of: kenji, since: hers, changed: ["kenji"], "one's own other devices learn it")

            (hers, anas) = (await hanako.firstToken(), await ana.firstToken())
            try await kenji.uploadDeviceKeys(SigningKey(1))
            await expectLists(of: hanako, since: hers, "the same keys again are no news")
            let phone = try await server.logIn("kenji")
            try await phone.uploadDeviceKeys(SigningKey(2))
            await expectLists(of: hanako, since: hers, changed: ["kenji"])
            hers = await hanako.firstToken()
            #expect(await phone.post("/_matrix/client/v3/logout").status == 200)
            await expectLists(of: hanako, since: hers, changed: ["kenji"], "the device is gone")
            #expect(await hanako.query(kenji)["device_keys"]?[kenji.user.string]?.count == 1)
        }
    }

    @Test func joiningAnEncryptedRoomAndLeavingTheLastShared() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let ana = try await server.member("ana")
            let (open, closed) = (try await server.room(hanako), try await server.room(hanako))
            await hanako.makeEncrypted(closed)
            var (hers, his) = (await hanako.firstToken(), await kenji.firstToken())
            _ = await kenji.join(open.string)
            await expectLists(of: hanako, since: hers, "nothing is encrypted there")
            (hers, his) = (await hanako.firstToken(), await kenji.firstToken())
            _ = await kenji.join(closed.string)
            await expectLists(of: hanako, since: hers, changed: ["kenji"])
            await expectLists(of: kenji, since: his, changed: ["hanako"])

            (hers, his) = (await hanako.firstToken(), await kenji.firstToken())
            _ = await kenji.put("/_matrix/client/v3/profile/\(kenji.user)/displayname", #"{"displayname":"K"}"#)
            await expectLists(of: hanako, since: hers, "a name is no device")
            _ = await kenji.leave(closed.string)
            await expectLists(of: hanako, since: hers, "they share another room")
            _ = await kenji.leave(open.string)
            await expectLists(of: hanako, since: hers, left: ["kenji"])
            await expectLists(of: kenji, since: his, left: ["hanako"])

            let token = await ana.firstToken()
            _ = await ana.join(closed.string)
            _ = await ana.leave(closed.string)
            await expectLists(of: ana, since: token, "met and parted in between")
        }
    }

    @Test func twoWhoLeaveAtOncePart() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            _ = await hanako.leave(room.string)
            _ = await kenji.leave(room.string)
            await expectLists(of: kenji, since: token, left: ["hanako"])
        }
    }

    @Test func aRoomThatBecomesEncryptedBringsItsMembers() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let room = try await server.room(hanako, kenji)
            let token = await kenji.firstToken()
            await hanako.makeEncrypted(room)
            await expectLists(of: kenji, since: token, changed: ["hanako"])
        }
    }

    @Test func changesWantTwoTokens() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let path = "/_matrix/client/v3/keys/changes"
            #expect(await kenji.get(path).outcome == "400 M_MISSING_PARAM")
            #expect(await kenji.get(path + "?from=s1_1_1").outcome == "400 M_MISSING_PARAM")
            #expect(await kenji.get(path + "?from=x&to=s1_1_1").outcome == "400 M_INVALID_PARAM")
        }
    }
}
