import Glibc
import TestSupport
import Testing

@testable import ClientKit

struct FileSecretStoreTests {
    private let folder = TemporaryFolder()

    private func store(machine: String = "one") -> FileSecretStore {
        FileSecretStore(folder: folder.path, machine: Array(machine.utf8))
    }

    @Test func secretsAreKeptAndRemoved() throws {
        #expect(try store().secret("token") == nil)
        try store().setSecret("s3cret ü", for: "token")
        try store().setSecret("", for: "empty")
        #expect(try store().secret("token") == "s3cret ü")
        #expect(try store().secret("empty") == "")
        try store().setSecret(nil, for: "token")
        #expect(try store().secret("token") == nil)
        #expect(try store().secret("empty") == "")
    }

    @Test func theFilesAreTheUsersOwnAndHoldNothingReadable() throws {
        try store().setSecret("s3cret", for: "token")
        for name in ["secrets", "secrets.key"] {
            var status = stat()
            #expect(stat("\(folder.path)/\(name)", &status) == 0 && status.st_mode & 0o777 == 0o600)
            let text = String(decoding: folder.read(name)!, as: UTF8.self)
            #expect(!text.contains("s3cret") && !text.contains("token"))
        }
        #expect(folder.names == ["secrets", "secrets.key"])
    }

    @Test func aCopyOnAnotherMachineOpensNothing() throws {
        try store().setSecret("s3cret", for: "token")
        #expect(throws: SecretStoreError.damaged(path: folder.path + "/secrets")) {
            try store(machine: "two").secret("token")
        }
        // Logging in anew there works.
        try store(machine: "two").setSecret("new", for: "token")
        #expect(try store(machine: "two").secret("token") == "new")
    }

    @Test func everyChangedByteIsNoticed() throws {
        try store().setSecret("s3cret", for: "token")
        let file = folder.read("secrets")!
        for index in file.indices {
            var changed = file
            changed[index] ^= 1
            _ = folder.write(changed, to: "secrets")
            #expect(throws: SecretStoreError.damaged(path: folder.path + "/secrets")) { try store().secret("token") }
        }
        for count in 0..<file.count {
            _ = folder.write(Array(file[..<count]), to: "secrets")
            #expect(throws: SecretStoreError.damaged(path: folder.path + "/secrets")) { try store().secret("token") }
        }
    }

    @Test func aFolderThatCannotBeMadeIsAnError() {
        let store = FileSecretStore(folder: "/proc/nothing", machine: [])
        #expect(throws: SecretStoreError.file(path: "/proc/nothing/secrets.key", ENOENT)) {
            try store.setSecret("x", for: "y")
        }
    }

    /// Source: The Galois/Counter Mode of Operation, test case 14 (AES-256, 16 zero bytes).
    @Test func theCipherIsTheStandardsOwn() {
        let sealed = SealedBox.seal([1, 2, 3], key: [UInt8](repeating: 7, count: 32), authenticating: [9])
        #expect(sealed.count == 12 + 16 + 3)
        #expect(SealedBox.open(sealed, key: [UInt8](repeating: 7, count: 32), authenticating: [9]) == [1, 2, 3])
        #expect(SealedBox.open(sealed, key: [UInt8](repeating: 7, count: 32), authenticating: [8]) == nil)
        #expect(SealedBox.open(sealed, key: [UInt8](repeating: 8, count: 32), authenticating: [9]) == nil)
        let vector: [UInt8] =
            [UInt8](repeating: 0, count: 12)
            + [
                0xD0, 0xD1, 0xC8, 0xA7, 0x99, 0x99, 0x6B, 0xF0, 0x26, 0x5B, 0x98, 0xB5, 0xD4, 0x8A, 0xB9, 0x19,
                0xCE, 0xA7, 0x40, 0x3D, 0x4D, 0x60, 0x6B, 0x6E, 0x07, 0x4E, 0xC5, 0xD3, 0xBA, 0xF3, 0x9D, 0x18,
            ]
        let zero = [UInt8](repeating: 0, count: 16)
        #expect(SealedBox.open(vector, key: [UInt8](repeating: 0, count: 32), authenticating: []) == zero)
    }
}
