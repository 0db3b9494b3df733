import Foundation
import Glibc
import TestSupport
import Testing

@testable import mado

@Suite struct DataFolderTests {
    @Test func oneAtATime() throws {
        let temporary = TemporaryFolder()
        let folder = DataFolder(path: temporary.path)
        #expect(folder.holder() == nil)
        var lock: DataFolderLock? = try DataFolderLock(folder)
        #expect(lock != nil)
        #expect(folder.holder() == getpid())
        #expect(throws: DataFolderError.self) { try DataFolderLock(folder) }
        lock = nil
        #expect(folder.holder() == nil)
        #expect(throws: Never.self) { try DataFolderLock(folder) }
    }

    @Test func theFolderIsClosedToOthersAndKeepsItsName() throws {
        let temporary = TemporaryFolder()
        let folder = DataFolder(path: temporary.path + "/deep/data")
        #expect(folder.serverName == nil)
        try folder.prepare(serverName: "example.org:8448")
        #expect(folder.serverName == "example.org:8448")
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        #expect(throws: Never.self) { try folder.prepare(serverName: "example.org:8448") }
    }
}
