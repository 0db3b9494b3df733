import HTTP
import JSON
import MatrixAPI
import Store
import Synchronization
import Testing

@testable import Server

@Suite("Profiles")
struct ProfileTests {
    private static func path(_ member: TestMember, _ field: String = "") -> String {
        "/_matrix/client/v3/profile/\(member.user)" + (field.isEmpty ? "" : "/\(field)")
    }

    /// Remembers what presence would be told.
    private final class Watch: ProfileObserver {
        private let seen = Mutex<[MemberProfile]>([])
        var profiles: [MemberProfile] { seen.withLock { $0 } }
        func profileChanged(of user: UserID, to profile: MemberProfile) { seen.withLock { $0.append(profile) } }
    }

    @Test("fields are set, read by anybody, removed")
    func fields() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            #expect(await kenji.put(Self.path(kenji, "displayname"), #"{"displayname":"Kenji T."}"#).text == "{}")
            let picture = #"{"avatar_url":"mxc://mado.test/picture"}"#
            #expect(await kenji.put(Self.path(kenji, "avatar_url"), picture).text == "{}")
            #expect(await kenji.put(Self.path(kenji, "m.tz"), #"{"m.tz":"Asia/Tokyo"}"#).text == "{}")
            #expect(
                await kenji.put(Self.path(kenji, "org.example.desk"), #"{"org.example.desk":{"n":4}}"#).status == 200)
            let whole = """
                {"avatar_url":"mxc://mado.test/picture","displayname":"Kenji T.","m.tz":"Asia/Tokyo",\
                "org.example.desk":{"n":4}}
                """
            #expect(await maria.get(Self.path(kenji)).text == whole)
            #expect(await server.request(.get, Self.path(kenji)).text == whole)
            #expect(await maria.get(Self.path(kenji, "avatar_url")).text == picture)
            #expect(await kenji.delete(Self.path(kenji, "m.tz")).text == "{}")
            #expect(await kenji.delete(Self.path(kenji, "m.tz")).text == "{}")
            let gone = await maria.get(Self.path(kenji, "m.tz"))
            #expect(gone.status == 404)
            #expect(gone.error == "M_NOT_FOUND")
            // An empty name is none.
            #expect(await kenji.put(Self.path(kenji, "displayname"), #"{"displayname":""}"#).status == 200)
            #expect(await maria.get(Self.path(kenji, "displayname")).status == 404)
            #expect(await maria.get("/_matrix/client/v3/profile/@nobody:mado.test").error == "M_NOT_FOUND")
            #expect(await maria.get("/_matrix/client/v3/profile/nobody").error == "M_INVALID_PARAM")
        }
    }

    @Test("the portal's own member has a name without an account")
    func portal() async throws {
        try await RouteHarness.run { server in
            let maria = try await server.member("maria")
            let portal = try #require(UserID("@mado:mado.test"))
            #expect(await maria.get("/_matrix/client/v3/profile/@mado:mado.test").error == "M_NOT_FOUND")
            try await server.journal.write {
                try $0.store.setProfileField("displayname", of: portal, json: Array(#""Mado""#.utf8))
            }
            #expect(await maria.get("/_matrix/client/v3/profile/@mado:mado.test").text == #"{"displayname":"Mado"}"#)
        }
    }

    @Test(
        "what can't be set",
        arguments: [
            ("displayname", "{}", "M_MISSING_PARAM"), ("displayname", #"{"displayname":4}"#, "M_BAD_JSON"),
            ("avatar_url", #"{"avatar_url":"https://example.org/a.png"}"#, "M_INVALID_PARAM"),
            ("name", #"{"name":"a"}"#, "M_INVALID_PARAM"), ("Org.Example", #"{"Org.Example":1}"#, "M_INVALID_PARAM"),
            ("org..example", #"{"org..example":1}"#, "M_INVALID_PARAM"),
            ("org.1example", #"{"org.1example":1}"#, "M_INVALID_PARAM"),
            ("a." + String(repeating: "b", count: 254), "{}", "M_MISSING_PARAM"),
            (
                "a." + String(repeating: "b", count: 254), #"{"a.\#(String(repeating: "b", count: 254))":1}"#,
                "M_KEY_TOO_LARGE"
            ),
            (
                "displayname", #"{"displayname":"\#(String(repeating: "a", count: 257))"}"#, "M_INVALID_PARAM"
            ),
            ("org.example", #"{"org.example":"\#(String(repeating: "a", count: 66_000))"}"#, "M_PROFILE_TOO_LARGE"),
        ])
    func refused(field: String, body: String, error: String) async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let answer = await kenji.put(Self.path(kenji, field), body)
            #expect(answer.status == 400)
            #expect(answer.error == error)
        }
    }

    @Test("another's profile is not one's own to change")
    func others() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            for answer in [
                await maria.put(Self.path(kenji, "displayname"), #"{"displayname":"fool"}"#),
                await maria.delete(Self.path(kenji, "displayname")),
            ] {
                #expect(answer.status == 403)
                #expect(answer.error == "M_FORBIDDEN")
            }
            let anonymous = await server.request(
                .put, Self.path(kenji, "displayname"), body: #"{"displayname":"fool"}"#)
            #expect(anonymous.error == "M_MISSING_TOKEN")
            #expect(await maria.get(Self.path(kenji, "displayname"))["displayname"]?.string == "kenji")
        }
    }

    @Test("a new name goes into every joined room, and to presence; other fields do not")
    func propagation() async throws {
        try await RouteHarness.run { server in
            let watch = Watch()
            server.profiles.addObserver(watch)
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            var rooms: [RoomID] = []
            for _ in 1...60 { rooms.append(try await server.room(maria, kenji)) }
            let left = try await server.room(maria)
            #expect(await kenji.put(Self.path(kenji, "displayname"), #"{"displayname":"Kenji T."}"#).status == 200)
            for room in rooms {
                let member = try await server.journal.room(room)?.stateEvent("m.room.member", kenji.user.string)
                #expect(member?.content["displayname"]?.string == "Kenji T.")
                #expect(member?.membership == .join)
                #expect(member?.sender == kenji.user)
            }
            #expect(try await server.journal.room(left)?.membership(of: kenji.user) == nil)
            #expect(watch.profiles == [MemberProfile(displayName: "Kenji T.", avatarURL: nil)])
            let position = server.journal.position
            #expect(await kenji.put(Self.path(kenji, "m.tz"), #"{"m.tz":"Asia/Tokyo"}"#).status == 200)
            #expect(await kenji.put(Self.path(kenji, "displayname"), #"{"displayname":"Kenji T."}"#).status == 200)
            #expect(server.journal.position == position)
            #expect(watch.profiles.count == 1)
        }
    }

    @Test("changes at the same time: all rooms end with the profile as it is")
    func concurrentChanges() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            var rooms: [RoomID] = []
            for _ in 1...12 { rooms.append(try await server.room(kenji)) }
            await withTaskGroup(of: Void.self) { group in
                for number in 1...8 {
                    group.addTask {
                        _ = await kenji.put(Self.path(kenji, "displayname"), #"{"displayname":"Name \#(number)"}"#)
                    }
                }
            }
            let name = await kenji.get(Self.path(kenji, "displayname"))["displayname"]?.string
            #expect(name?.hasPrefix("Name ") == true)
            for room in rooms {
                let member = try await server.journal.room(room)?.stateEvent("m.room.member", kenji.user.string)
                #expect(member?.content["displayname"]?.string == name)
            }
        }
    }
}
