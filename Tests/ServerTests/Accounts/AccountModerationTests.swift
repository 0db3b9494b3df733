import HTTP
import JSON
import MatrixAPI
import Testing

@testable import Server

@Suite struct AccountModerationTests {
    @Test func administratorsLockAccountsOfOthers() async throws {
        try await RouteHarness.run { server in
            let admin = try await server.member("admin", isAdministrator: true)
            let kenji = try await server.member("kenji")
            let lock = { (user: UserID) in "/_matrix/client/v1/admin/lock/\(user)" }
            #expect(await kenji.put(lock(admin.user), #"{"locked":true}"#).error == "M_FORBIDDEN")
            #expect(await admin.put(lock(admin.user), #"{"locked":true}"#).error == "M_FORBIDDEN")
            #expect(await admin.put(lock(kenji.user)).error == "M_MISSING_PARAM")
            #expect(await admin.get("/_matrix/client/v1/admin/lock/@nobody:mado.test").error == "M_NOT_FOUND")
            #expect(await admin.put(lock(kenji.user), #"{"locked":true}"#)["locked"]?.bool == true)
            #expect(await admin.get(lock(kenji.user))["locked"]?.bool == true)
            #expect(await kenji.get("/_matrix/client/v3/account/whoami").error == "M_USER_LOCKED")
            #expect(await admin.put(lock(kenji.user), #"{"locked":false}"#).status == 200)
            #expect(await kenji.get("/_matrix/client/v3/account/whoami").status == 200)
            let capabilities = await admin.get("/_matrix/client/v3/capabilities")
            #expect(capabilities["capabilities"]?["m.account_moderation"]?["lock"]?.bool == true)
            let others = await kenji.get("/_matrix/client/v3/capabilities")
            #expect(others["capabilities"]?["m.account_moderation"] == nil)
        }
    }

    @Test func connectionsAreForOneselfAndAdministrators() async throws {
        try await RouteHarness.run { server in
            let admin = try await server.member("admin", isAdministrator: true)
            let kenji = try await server.member("kenji")
            let path = { (user: UserID) in "/_matrix/client/v3/admin/whois/\(user)" }
            for member in [admin, kenji] {
                let answer = await member.get(path(kenji.user))
                let sessions = answer["devices"]?[kenji.device.string]?["sessions"]
                #expect(sessions?.count == 1)
            }
            #expect(await kenji.get(path(admin.user)).error == "M_FORBIDDEN")
        }
    }
}
