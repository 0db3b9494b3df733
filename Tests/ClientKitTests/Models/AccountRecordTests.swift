import JSON
import Testing

@testable import ClientKit

/// What is kept of an account in the list of accounts.
@Suite struct AccountRecordTests {
    private static func record(_ modes: ConnectionMode...) -> AccountRecord {
        var record = AccountRecord(
            userID: "@hanako:x", deviceID: "D", serverName: "x", baseURL: "https://x", isMado: true)
        for mode in modes { record.mode = mode }
        return record
    }

    private static func kept(_ record: AccountRecord) throws -> AccountRecord? {
        let bytes = JSONWriter.object { object in object.array("accounts") { record.write(to: &$0) } }
        return try JSONValue.parse(bytes)["accounts"]?.array?.compactMap { AccountRecord($0) }.first
    }

    @Test(arguments: [ConnectionMode.continuous, .interval(minutes: 30), .times([540, 1020]), .offline])
    func theModeIsKept(_ mode: ConnectionMode) throws {
        let record = Self.record(mode)
        #expect(try Self.kept(record) == record)
    }

    @Test(arguments: [ConnectionMode.continuous, .interval(minutes: 30), .times([540, 1020])])
    func whatWasChosenBeforeWorkingOfflineIsKept(_ mode: ConnectionMode) throws {
        let kept = try #require(try Self.kept(Self.record(mode, .offline)))
        #expect(kept.mode == .offline && kept.onlineMode == mode)
    }

    @Test func anotherLogInTakesTheModesOver() {
        var record = Self.record()
        record.takeModes(of: Self.record(.interval(minutes: 30), .offline))
        #expect(record.mode == .offline && record.onlineMode == .interval(minutes: 30))
    }
}
