import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct KeyBackupTests {
    private static let path = "/_matrix/client/v3/room_keys/"
    private static let room = "!room:mado.test".urlEncoded

    private func create(_ member: TestMember) async throws -> String {
        let answer = await member.post(Self.path + "version", #"{"algorithm":"m.a","auth_data":{"public_key":"abc"}}"#)
        return try #require(answer["version"]?.string)
    }

    private func data(
        _ text: String, first: Int = 1, forwarded: Int = 0, verified: Bool = false
    ) -> String {
        """
        {"first_message_index":\(first),"forwarded_count":\(forwarded),"is_verified":\(verified),
         "session_data":{"ciphertext":"\(text)"}}
        """
    }

    private func put(_ member: TestMember, _ version: String, _ data: String, session: String = "S") async -> TestAnswer
    {
        await member.put(Self.path + "keys/\(Self.room)/\(session)?version=\(version)", data)
    }

    private func kept(_ member: TestMember, _ version: String, session: String = "S") async -> String? {
        let answer = await member.get(Self.path + "keys/\(Self.room)/\(session)?version=\(version)")
        return answer["session_data"]?["ciphertext"]?.string
    }

    @Test func versionsComeAndGo() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            #expect(await kenji.get(Self.path + "version").outcome == "404 M_NOT_FOUND")
            #expect(await kenji.post(Self.path + "version").outcome == "400 M_MISSING_PARAM")
            let first = try await create(kenji)
            let second = try await create(kenji)
            #expect(first != second)
            let newest = await kenji.get(Self.path + "version")
            #expect(newest["version"]?.string == second)
            #expect(newest["algorithm"]?.string == "m.a")
            #expect(newest["auth_data"]?["public_key"]?.string == "abc")
            #expect(newest["count"]?.int == 0)
            #expect(newest["etag"]?.string != nil)
            #expect(await kenji.get(Self.path + "version/\(first)")["version"]?.string == first)
            #expect(await hanako.get(Self.path + "version/\(first)").outcome == "404 M_NOT_FOUND")
            for unknown in ["99", "x"] {
                #expect(await kenji.get(Self.path + "version/\(unknown)").outcome == "404 M_NOT_FOUND")
            }

            func update(_ version: String, _ body: String) async -> String {
                await kenji.put(Self.path + "version/\(version)", body).outcome
            }
            let named = #"{"algorithm":"m.a","auth_data":{"public_key":"new"},"version":"\#(second)"}"#
            #expect(await update(second, named) == "200")
            #expect(await kenji.get(Self.path + "version")["auth_data"]?["public_key"]?.string == "new")
            #expect(await update(first, named) == "400 M_INVALID_PARAM")
            #expect(await update(second, #"{"algorithm":"m.b","auth_data":{}}"#) == "400 M_INVALID_PARAM")
            #expect(await update("99", #"{"algorithm":"m.a","auth_data":{}}"#) == "404 M_NOT_FOUND")

            #expect(await kenji.delete(Self.path + "version/\(second)").text == "{}")
            #expect(await kenji.delete(Self.path + "version/\(second)").outcome == "404 M_NOT_FOUND")
            #expect(await kenji.get(Self.path + "version")["version"]?.string == first)
            let third = try await create(kenji)
            #expect(third != second, "a version is never used again")
        }
    }

    @Test func keysComeAndGo() async throws {
        try await SyncHarness.run { server in
            let (hanako, kenji) = (try await server.member("hanako"), try await server.member("kenji"))
            let version = try await create(kenji)
            let one = await put(kenji, version, data("one"))
            #expect(one["count"]?.int == 1)
            let whole = #"{"rooms":{"!other:mado.test":{"sessions":{"T":\#(data("two"))}}}}"#
            let two = await kenji.put(Self.path + "keys?version=\(version)", whole)
            #expect(two["count"]?.int == 2)
            let room = await kenji.put(
                Self.path + "keys/\(Self.room)?version=\(version)", #"{"sessions":{"U":\#(data("three"))}}"#)
            #expect(room["count"]?.int == 3)
            #expect(Set([one, two, room].map { $0["etag"]?.string }).count == 3, "each change has another tag")

            let all = await kenji.get(Self.path + "keys?version=\(version)")
            #expect(all["rooms"]?["!other:mado.test"]?["sessions"]?["T"]?.string("session_data", "ciphertext") == "two")
            #expect(all["rooms"]?["!room:mado.test"]?["sessions"]?.count == 2)
            let some = await kenji.get(Self.path + "keys/\(Self.room)?version=\(version)")
            #expect(Set(some["sessions"]?.object?.map(\.key) ?? []) == ["S", "U"])
            #expect(
                await kenji.get(Self.path + "keys/\("!no:room".urlEncoded)?version=\(version)")["sessions"]?.count == 0)
            let unknown = Self.path + "keys/\(Self.room)/X?version=\(version)"
            #expect(await kenji.get(unknown).outcome == "404 M_NOT_FOUND")
            #expect(await hanako.get(Self.path + "keys?version=\(version)").outcome == "404 M_NOT_FOUND")

            let none = await kenji.delete(unknown)
            #expect(none["etag"]?.string == room["etag"]?.string && none["count"]?.int == 3)
            let less = await kenji.delete(Self.path + "keys/\(Self.room)/S?version=\(version)")
            #expect(less["count"]?.int == 2 && less["etag"]?.string != room["etag"]?.string)
            #expect(await kenji.delete(Self.path + "keys/\(Self.room)?version=\(version)")["count"]?.int == 1)
            #expect(await kenji.delete(Self.path + "keys?version=\(version)")["count"]?.int == 0)
            #expect(await kenji.get(Self.path + "keys?version=\(version)")["rooms"]?.count == 0)
        }
    }

    @Test func onlyTheNewestVersionTakesKeys() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(await put(kenji, "1", data("one")).outcome == "404 M_NOT_FOUND")
            let old = try await create(kenji)
            _ = await put(kenji, old, data("one"))
            let new = try await create(kenji)
            let refused = await put(kenji, old, data("two", first: 0))
            #expect(refused.outcome == "403 M_WRONG_ROOM_KEYS_VERSION")
            #expect(refused["current_version"]?.string == new)
            #expect(await kept(kenji, old) == "one", "the old one can still be read")
            #expect(await kept(kenji, new) == nil)
            #expect(await kenji.get(Self.path + "keys").outcome == "400 M_MISSING_PARAM")
            #expect(await put(kenji, new, "{}").status == 400)
            let floating = data("x").replacing(#""forwarded_count":0"#, with: #""forwarded_count":"many""#)
            #expect(await put(kenji, new, floating).outcome == "400 M_BAD_JSON")
            _ = await kenji.delete(Self.path + "version/\(new)")
            #expect(await kenji.get(Self.path + "keys?version=\(new)").outcome == "404 M_NOT_FOUND")
        }
    }

    /// Verified before unverified, then from an earlier message, then forwarded less; the first of equals stays.
    @Test func theBetterOfTwoKeysIsKept() async throws {
        try await SyncHarness.run { server in
            let kenji = try await server.member("kenji")
            let version = try await create(kenji)
            var tag: String?
            for (name, key, isKept) in [
                ("a", data("a", first: 5, forwarded: 3), true), ("b", data("b", first: 6, forwarded: 0), false),
                ("c", data("c", first: 5, forwarded: 3), false), ("d", data("d", first: 5, forwarded: 2), true),
                ("e", data("e", first: 4, forwarded: 9), true),
                ("f", data("f", first: 9, forwarded: 9, verified: true), true),
                ("g", data("g", first: 0, forwarded: 0), false),
            ] {
                let answer = await put(kenji, version, key)
                #expect((await kept(kenji, version) == name) == isKept, "\(name)")
                #expect((answer["etag"]?.string != tag) == isKept, "\(name)")
                #expect(answer["count"]?.int == 1)
                tag = answer["etag"]?.string
            }
        }
    }
}
