import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Synchronization
import Testing

@testable import Server

@Suite("Devices")
struct DeviceTests {
    private static let path = "/_matrix/client/v3/devices"

    /// Remembers what ended, and what changed in whose device list.
    private final class Watch: SessionObserver, JournalObserver {
        private let seen = Mutex<(ended: [String], changed: [UserID])>(([], []))
        var ended: [String] { seen.withLock { $0.ended } }
        var changed: [UserID] { seen.withLock { $0.changed } }

        func sessionsEnded(of user: UserID, devices: Set<DeviceID>?) {
            let devices = devices.map { $0.sorted().map(\.string).joined(separator: ",") } ?? "*"
            seen.withLock { $0.ended.append("\(user.localpart) \(devices)") }
        }

        func published(_ publication: Publication) {
            for change in publication.changes {
                if case .deviceList(let user) = change.kind { seen.withLock { $0.changed.append(user) } }
            }
        }
    }

    @Test("listed, looked at, named")
    func naming() async throws {
        try await RouteHarness.run { server in
            let kenji = try await server.member("kenji", device: "DESK")
            _ = try await server.logIn("kenji", device: "ATTIC")
            let named = await kenji.put(Self.path + "/DESK", #"{"display_name":"desk at home"}"#)
            #expect(named.text == "{}")
            #expect(await kenji.put(Self.path + "/DESK", "{}").status == 200)
            let list = await kenji.get(Self.path)
            #expect(list["devices"]?.array?.compactMap { $0["device_id"]?.string } == ["ATTIC", "DESK"])
            let device = await kenji.get(Self.path + "/DESK")
            #expect(device["display_name"]?.string == "desk at home")
            #expect(device["last_seen_ip"]?.string == "192.0.2.1")
            #expect(device["last_seen_ts"]?.int == server.clock.now)
            for answer in [
                await kenji.get(Self.path + "/NOWHERE"),
                await kenji.put(Self.path + "/NOWHERE", #"{"display_name":"a"}"#),
                await kenji.put(Self.path + "/NOWHERE", "{}"),
            ] {
                #expect(answer.status == 404)
                #expect(answer.error == "M_NOT_FOUND")
            }
            let long = String(repeating: "a", count: 256)
            #expect(await kenji.put(Self.path + "/DESK", #"{"display_name":"\#(long)"}"#).error == "M_INVALID_PARAM")
        }
    }

    @Test("a deleted device loses its token and keys; others learn it; what waits for it ends")
    func deletion() async throws {
        try await RouteHarness.run { server in
            let watch = Watch()
            server.sessions.addObserver(watch)
            server.journal.addObserver(watch)
            let kenji = try await server.member("kenji", device: "PHONE")
            let desk = try await server.logIn("kenji", device: "DESK")
            let keys = Array(#"{"device_id":"DESK"}"#.utf8)
            try await server.journal.write {
                try $0.store.setDeviceKeys(keys, of: kenji.user, device: DeviceID(unchecked: "DESK"))
            }
            #expect(await desk.get(LoginTests.whoami).status == 200)
            let before = server.journal.position
            #expect(await kenji.delete(Self.path + "/DESK", "{\(kenji.proof())}").status == 200)
            #expect(await desk.get(LoginTests.whoami).error == "M_UNKNOWN_TOKEN")
            #expect(watch.ended == ["kenji DESK"])
            #expect(watch.changed == [kenji.user])
            let after = server.journal.position
            let (left, changed) = try await server.store.read { reader in
                (
                    try reader.deviceKeys(of: kenji.user).count,
                    try reader.usersWithChangedDevices(after: before, through: after, seenBy: kenji.user)
                )
            }
            #expect(left == 0)
            #expect(changed == [kenji.user])
            // Deleting it once more is no change.
            #expect(await kenji.delete(Self.path + "/DESK", "{\(kenji.proof())}").status == 200)
            #expect(watch.changed == [kenji.user])
        }
    }

    @Test("several at once")
    func deleteDevices() async throws {
        try await RouteHarness.run { server in
            let watch = Watch()
            server.sessions.addObserver(watch)
            server.journal.addObserver(watch)
            let kenji = try await server.member("kenji", device: "PHONE")
            for device in ["A", "B", "C"] { _ = try await server.logIn("kenji", device: device) }
            let answer = await kenji.post(
                "/_matrix/client/v3/delete_devices", #"{"devices":["A","B","NOWHERE"],\#(kenji.proof())}"#)
            #expect(answer.status == 200)
            #expect(try await server.store.read { try $0.devices(of: kenji.user).map(\.id.string) } == ["C", "PHONE"])
            #expect(watch.ended == ["kenji A,B"])
            #expect(watch.changed == [kenji.user])
            let malformed = await kenji.post(
                "/_matrix/client/v3/delete_devices", #"{"devices":"A",\#(kenji.proof())}"#)
            #expect(malformed.error == "M_BAD_JSON")
            let missing = await kenji.post("/_matrix/client/v3/delete_devices", "{\(kenji.proof())}")
            #expect(missing.error == "M_MISSING_PARAM")
        }
    }

    @Test("another password ends the other devices, or none if so wished")
    func passwordChange() async throws {
        try await RouteHarness.run { server in
            let path = "/_matrix/client/v3/account/password"
            let kenji = try await server.member("kenji", device: "PHONE")
            let desk = try await server.logIn("kenji", device: "DESK")
            #expect(await kenji.post(path, #"{"new_password":"short"}"#).error == "M_WEAK_PASSWORD")
            let kept = await kenji.post(
                path, #"{"new_password":"second password","logout_devices":false,\#(kenji.proof())}"#)
            #expect(kept.status == 200)
            #expect(await desk.get(LoginTests.whoami).status == 200)
            let old = await kenji.post(path, #"{"new_password":"third password",\#(kenji.proof())}"#)
            #expect(old.status == 401)
            let ended = await kenji.post(
                path, #"{"new_password":"third password",\#(kenji.proof(password: "second password"))}"#)
            #expect(ended.status == 200)
            #expect(await desk.get(LoginTests.whoami).error == "M_UNKNOWN_TOKEN")
            #expect(await kenji.get(LoginTests.whoami).status == 200)
            let login = await server.request(.post, LoginTests.path, body: LoginTests.body("kenji", "third password"))
            #expect(login.status == 200)
        }
    }

    @Test("the new password has to be said with the proof: it is not kept")
    func newPasswordIsNotRemembered() async throws {
        try await RouteHarness.run { server in
            let path = "/_matrix/client/v3/account/password"
            let kenji = try await server.member("kenji")
            let asked = await kenji.post(path, #"{"new_password":"second password"}"#)
            let session = try #require(asked["session"]?.string)
            #expect(await kenji.post(path, "{\(kenji.proof(session: session))}").error == "M_MISSING_PARAM")
        }
    }
}
