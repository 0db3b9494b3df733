import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite("Accounts")
struct AccountsTests {
    @Test("the administrator makes members, lists them, gives rights and passwords")
    func administration() async throws {
        try await RouteHarness.run(configuration: .test.with { $0.registration = .closed }) { server in
            let accounts = server.accounts
            let kenji = try await accounts.create(name: "Kenji", password: "long enough", displayName: "Kenji T.")
            try await accounts.create(name: "root", password: nil, isAdministrator: true)
            await #expect(throws: MatrixError.self) { try await accounts.create(name: "kenji", password: nil) }
            await #expect(throws: MatrixError.self) { try await accounts.create(name: "a b", password: nil) }
            await #expect(throws: MatrixError.self) { try await accounts.create(name: "new", password: "short") }
            #expect(try await accounts.list().map(\.user.string) == ["@kenji:mado.test", "@root:mado.test"])
            #expect(try await accounts.list(after: kenji, limit: 1).map(\.kind) == [.admin])
            #expect(try await accounts.account(kenji)?.kind == .member)

            let before = await server.request(.post, LoginTests.path, body: LoginTests.body("root", "long enough"))
            #expect(before.error == "M_FORBIDDEN")
            try await accounts.setPassword(of: UserID(unchecked: "@root:mado.test"), to: "long enough")
            let login = await server.request(.post, LoginTests.path, body: LoginTests.body("root", "long enough"))
            let token = try #require(login["access_token"]?.string)
            #expect(try await server.sessions.session(forToken: token).isAdministrator)
            try await accounts.setAdministrator(false, UserID(unchecked: "@root:mado.test"))
            #expect(try await !server.sessions.session(forToken: token).isAdministrator)
            await #expect(throws: MatrixError.self) {
                try await accounts.setLocked(true, UserID(unchecked: "@nobody:mado.test"))
            }
            await #expect(throws: MatrixError.self) {
                try await accounts.setPassword(of: UserID(unchecked: "@nobody:mado.test"), to: "long enough")
            }
        }
    }

    @Test("a new password by the administrator ends all sessions")
    func passwordByAdministrator() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            #expect(await kenji.get(LoginTests.whoami).status == 200)
            try await server.accounts.setPassword(of: kenji.user, to: "another password")
            #expect(await kenji.get(LoginTests.whoami).error == "M_UNKNOWN_TOKEN")
        }
    }

    @Test("a member closes the account: no rooms, no devices, no way back")
    func deactivation() async throws {
        try await RouteHarness.run { server in
            let path = "/_matrix/client/v3/account/deactivate"
            let kenji = try await server.member("kenji")
            let maria = try await server.member("maria")
            var rooms: [RoomID] = []
            for _ in 1...60 { rooms.append(try await server.room(maria, kenji)) }
            _ = await kenji.put("/_matrix/client/v3/user/\(kenji.user)/account_data/m.direct", #"{"a":1}"#)
            #expect(await kenji.post(path).status == 401)
            #expect(await kenji.get(LoginTests.whoami).status == 200)
            let answer = await kenji.post(path, "{\(kenji.proof())}")
            #expect(answer.text == #"{"id_server_unbind_result":"success"}"#)
            #expect(await kenji.get(LoginTests.whoami).error == "M_UNKNOWN_TOKEN")
            for room in rooms {
                #expect(try await server.journal.room(room)?.membership(of: kenji.user) == .leave)
                #expect(try await server.journal.room(room)?.isJoined(maria.user) == true)
            }
            let (account, devices, data, profile) = try await server.store.read { reader in
                (
                    try reader.account(kenji.user), try reader.devices(of: kenji.user),
                    try reader.accountData(of: kenji.user, room: nil), try reader.profile(of: kenji.user)
                )
            }
            #expect(account?.isDeactivated == true)
            #expect(account?.isErased == false)
            #expect(account?.passwordHash == nil)
            #expect(devices.isEmpty)
            #expect(data.count == 1)
            #expect(profile.count == 1)
            await #expect(throws: MatrixError.self) { try await server.accounts.deactivate(kenji.user) }
        }
    }

    @Test("what broke off while the rooms were left is finished by closing the account again")
    func closedAgain() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let room = try await server.room(kenji)
            try await server.journal.write { transaction in
                try Accounts.update(kenji.user, in: transaction) { $0.isDeactivated = true }
            }
            try await server.accounts.deactivate(kenji.user)
            #expect(try await server.journal.room(room)?.membership(of: kenji.user) == .leave)
            await #expect(throws: MatrixError.self) { try await server.accounts.deactivate(kenji.user) }
        }
    }

    @Test("… and has everything forgotten, if so wished")
    func erasure() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            let room = try await server.room(kenji)
            _ = await kenji.put("/_matrix/client/v3/user/\(kenji.user)/account_data/m.direct", #"{"a":1}"#)
            _ = await kenji.put("/_matrix/client/v3/user/\(kenji.user)/rooms/\(room)/tags/m.favourite", "{}")
            let answer = await kenji.post("/_matrix/client/v3/account/deactivate", #"{"erase":true,\#(kenji.proof())}"#)
            #expect(answer.status == 200)
            let (account, global, inRoom, profile) = try await server.store.read { reader in
                (
                    try reader.account(kenji.user), try reader.accountData(of: kenji.user, room: nil),
                    try reader.accountData(of: kenji.user, room: room), try reader.profile(of: kenji.user)
                )
            }
            #expect(account?.isErased == true)
            #expect(global.isEmpty)
            #expect(inRoom.isEmpty)
            #expect(profile.isEmpty)
        }
    }

    @Test("everything is there after a restart")
    func restart() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji")
            // A second set of capabilities with nothing in memory.
            let sessions = Sessions(journal: server.journal, clock: server.clock.clock)
            #expect(sessions.cachedSession(forToken: kenji.token) == nil)
            #expect(try await sessions.session(forToken: kenji.token).user == kenji.user)
            #expect(sessions.cachedSession(forToken: kenji.token)?.user == kenji.user)
        }
    }
}
