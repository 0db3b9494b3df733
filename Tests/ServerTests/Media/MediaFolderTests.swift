import Foundation
import Glibc
import HTTP
import MatrixAPI
import Store
import TestSupport
import Testing

@testable import Server

@Suite struct MediaFolderTests {
    private let user = UserID(unchecked: "@hanako:mado.test")

    @Test func whatAnEarlierServerLeftIsRemoved() throws {
        let folder = TemporaryFolder()
        _ = try MediaFolder(folder.path)
        try SystemFile.write([1, 2, 3], to: folder.path + "/incoming/left", mode: 0o600)
        _ = try MediaFolder(folder.path)
        #expect(SystemFile.names(in: folder.path + "/incoming") == [])
    }

    @Test func aFileThatIsThereIsNotTakenOver() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/file"
        try SystemFile.write([1, 2, 3], to: path, mode: 0o600)
        #expect(throws: SystemError.self) { try IncomingFile(path) }
        #expect(try SystemFile.read(path) == [1, 2, 3])
    }

    @Test func digestsReadAsTheyAreWritten() {
        let digest = ContentDigest((0..<32).map { UInt8($0 * 8) })
        #expect(ContentDigest(hexadecimal: digest.hexadecimal) == digest)
        #expect(digest.hexadecimal.hasPrefix("0008101820"))
        for text in ["", "ab", String(repeating: "g", count: 64), digest.hexadecimal + "0"] {
            #expect(ContentDigest(hexadecimal: text) == nil)
        }
    }

    /// Orphans of an upload that did not get as far as the database, and what is referred to.
    @Test func onlyWhatNothingRefersToIsCleanedUp() async throws {
        try await RouteHarness.withMedia { server, media in
            let kept = try await media.repository.add(Array("kept".utf8), .init(), by: user)
            let orphan = try media.storage.receive()
            try orphan.append(Array("orphan".utf8))
            try media.storage.keep(orphan)
            try media.storage.keepThumbnail(ThumbnailSize.all[0], of: orphan.digest) { _ in false }
            // The files are of now, the server's clock stands in the past.
            #expect(try await media.cleaning.clean() == 0)
            #expect(media.files(in: "content").count == 2)
            server.clock.set(to: Int64(time(nil) + 3602) * 1000)
            #expect(try await media.cleaning.clean() == 1)
            #expect(media.files(in: "content").count == 1)
            #expect(media.files(in: "thumbnails") == [])
            #expect(try await media.repository.download(kept.id).content.size == 4)
        }
    }

    /// The same bytes were there without a row and go away between being kept and being recorded.
    @Test func anUploadThatTheCleaningOvertakesIsKeptAgain() async throws {
        try await RouteHarness.withMedia { server, media in
            let storage = ForgetfulStorage(media.storage)
            let repository = MediaRepository(
                journal: server.journal, serverName: RouteHarness.serverName, storage: storage,
                thumbnailer: ThumbnailProcess(program: ""), clock: server.clock.clock)
            let uri = try await repository.add(Array("bytes".utf8), .init(), by: user)
            #expect(storage.timesKept == 2)
            #expect(try await repository.download(uri.id).file.read(at: 0, count: 9) == Array("bytes".utf8))
        }
    }

    @Test func aFileThatIsGoneIsNotFound() async throws {
        try await RouteHarness.withMedia { server, media in
            let hanako = try await server.member("hanako")
            let uri = try await media.repository.add(Array("gone".utf8), .init(), by: hanako.user)
            media.storage.remove(try await media.repository.download(uri.id).content.digest)
            let answer = await hanako.get("/_matrix/client/v1/media/download/mado.test/\(uri.id)")
            #expect(answer.status == 404)
        }
    }
}
