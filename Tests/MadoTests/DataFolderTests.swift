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

    /// As a program has that another thread starts, until it runs.
    @Test func aCopyOfTheDescriptorKeepsNoLock() throws {
        let temporary = TemporaryFolder()
        let folder = DataFolder(path: temporary.path)
        var lock: DataFolderLock? = try DataFolderLock(folder)
        #expect(lock != nil)
        let copies = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { name -> Int32? in
            let file = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)
            guard file == folder.processFile, let descriptor = Int32(name) else { return nil }
            return fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        }
        defer { for copy in copies { close(copy) } }
        #expect(!copies.isEmpty)
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
