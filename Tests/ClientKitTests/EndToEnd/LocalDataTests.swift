import Foundation
import SQLite
import Testing

@testable import ClientKit

/// What is on the disk stays there.
@Suite(.serialized, .timeLimit(.minutes(2))) @MainActor struct LocalDataTests {
    @Test func aNewerProgramsStoreIsLeftAloneAndSaysWhy() async throws {
        let server = try await MadoProcess()
        let hanako = try TestMember()
        try await hanako.register("hanako", on: server)
        let path = hanako.accountFolder + "/store.sqlite"
        await hanako.client.close()
        try setVersion(99, of: path)
        let before = AtomicFile.read(path)
        let error = await #expect(throws: LocalStoreError.self) { try await hanako.restart() }
        #expect(error == .newer(found: 99, supported: Migration.all.last?.version ?? 0))
        #expect("\(try #require(error))".contains("a newer version of Mado has written it"))
        #expect(hanako.client.accounts.map(\.userID) == ["@hanako:localhost"])
        guard case .offline(_, .store(let reason), nil) = hanako.account.connection.state else {
            Issue.record("\(hanako.account.connection.state)")
            return
        }
        #expect(reason.contains("a newer version of Mado has written it"))
        #expect(AtomicFile.read(path) == before)
        await hanako.client.close()
    }

    /// As a program does that is newer than this one.
    private func setVersion(_ version: Int, of path: String) throws {
        let newer = Migration(version: version, script: "CREATE TABLE unheard_of (id INTEGER PRIMARY KEY)")
        _ = try Database(path: path, migrations: Migration.all + [newer])
    }

    @Test func makingRoomForMediaTakesNothingThatWasEntered() async throws {
        let pair = try await TestPair()
        let (hanako, kenji) = (pair.hanako, pair.kenji)
        let (asked, accepted) = try await pair.talk()
        let original = hanako.folders.data + "/original"
        try AtomicFile.write(Array(repeating: 7, count: 700_000), to: original)
        for number in 1...3 {
            asked.send(file: original, mimeType: "text/plain", name: "\(number).txt", kind: .file)
        }
        let names = ["1.txt", "2.txt", "3.txt"]
        try await kenji.until { accepted.items.suffix(3).map(\.content.plainText) == names }
        let media = accepted.items.suffix(3).compactMap { item -> MediaReference? in
            if case .file(let media, _) = item.content { return media }
            return nil
        }
        try #require(media.count == 3)
        kenji.client.settings.storeLimitMegabytes = 1
        let first = try await kenji.account.media(media[0], size: nil)
        // What is asked for is fetched, and nothing is sent.
        kenji.account.mode = .offline
        try await kenji.until { !kenji.account.isConnected }
        accepted.setDraft(Draft(text: "half a thou"))
        for number in 4...6 {
            accepted.send(file: original, mimeType: "text/plain", name: "\(number).txt", kind: .file)
        }
        try await kenji.until { kenji.account.waitingToSend == 3 }
        for reference in media.dropFirst() { _ = try await kenji.account.media(reference, size: nil) }
        #expect(access(first, F_OK) != 0)
        #expect(cacheSize(of: kenji) <= 1 << 20)
        // Larger than all that may be kept, it is there for the one who asked, and counted.
        kenji.client.settings.storeLimitMegabytes = 0
        let last = try await kenji.account.media(media[0], size: nil)
        #expect(access(last, F_OK) == 0)
        #expect(cacheSize(of: kenji) == 700_000)
        #expect(accepted.draft == Draft(text: "half a thou"))
        kenji.account.mode = .continuous
        try await hanako.until { asked.items.suffix(3).map(\.content.plainText) == ["4.txt", "5.txt", "6.txt"] }
        try await kenji.until { kenji.account.waitingToSend == 0 }
        try await kenji.restart()
        #expect(kenji.account.conversation(asked.roomID)?.draft == Draft(text: "half a thou"))
        await pair.end()
    }

    /// Bytes.
    private func cacheSize(of member: TestMember) -> Int {
        let folder = member.folders.cache + "/" + member.account.record.fileName
        return FileFolder.names(in: folder).reduce(0) { $0 + (AtomicFile.read("\(folder)/\($1)")?.count ?? 0) }
    }
}
