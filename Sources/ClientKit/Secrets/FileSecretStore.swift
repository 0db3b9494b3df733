import Glibc
import JSON
import Synchronization

/// Secrets in an encrypted file, for desktops without a secret service.
///
/// The key is made from a file beside it and the machine's identifier: a copy of the folder on another machine, in a
/// backup for example, opens nothing. Who can read the user's files on this machine can read the secrets, as with every
/// program that starts without asking for a password.
package final class FileSecretStore: SecretStore {
    private static let header = Array("mado secrets 1\n".utf8)

    private let folder: String
    private let machine: [UInt8]
    private let lock = Mutex(())

    private var keyPath: String { folder + "/secrets.key" }
    private var path: String { folder + "/secrets" }

    /// - Parameter folder: exists, and is the user's own.
    package convenience init(folder: String) {
        let machine = AtomicFile.read("/etc/machine-id") ?? AtomicFile.read("/var/lib/dbus/machine-id") ?? []
        self.init(folder: folder, machine: machine)
    }

    init(folder: String, machine: [UInt8]) {
        self.folder = folder
        self.machine = machine
    }

    package func secret(_ name: String) throws -> String? {
        try lock.withLock { _ in try load()[name] }
    }

    package func setSecret(_ value: String?, for name: String) throws {
        try lock.withLock { _ in
            var secrets: [String: String]
            do throws(SecretStoreError) {
                secrets = try load()
            } catch {
                guard case .damaged = error else { throw error }
                // Nobody will ever read them again; keeping them would only keep new ones out.
                secrets = [:]
            }
            secrets[name] = value
            try save(secrets)
        }
    }

    private func load() throws(SecretStoreError) -> [String: String] {
        guard let file = try read(path) else { return [:] }
        guard file.starts(with: Self.header), let key = try key(),
            let text = SealedBox.open(
                Array(file.dropFirst(Self.header.count)), key: key, authenticating: Self.header),
            let members = try? JSONValue.parse(text).object
        else { throw .damaged(path: path) }
        var secrets: [String: String] = [:]
        for (name, value) in members { secrets[name] = value.string }
        return secrets
    }

    private func save(_ secrets: [String: String]) throws(SecretStoreError) {
        let key: [UInt8]
        if let known = try self.key() { key = known } else { key = try makeKey() }
        let text = JSONWriter.object { file in
            for (name, value) in secrets.sorted(by: { $0.key < $1.key }) { file.member(name, value) }
        }
        try write(Self.header + SealedBox.seal(text, key: key, authenticating: Self.header), to: path)
    }

    private func key() throws(SecretStoreError) -> [UInt8]? {
        guard let secret = try read(keyPath), secret.count == SealedBox.keyCount else { return nil }
        return SealedBox.derive(secret, machine)
    }

    private func makeKey() throws(SecretStoreError) -> [UInt8] {
        let secret = SealedBox.random(SealedBox.keyCount)
        try write(secret, to: keyPath)
        return SealedBox.derive(secret, machine)
    }

    private func read(_ path: String) throws(SecretStoreError) -> [UInt8]? {
        if let bytes = AtomicFile.read(path) { return bytes }
        // That it is not there is no error; anything else is, for a file that cannot be read now must not be replaced.
        guard errno == ENOENT else { throw .file(path: path, errno) }
        return nil
    }

    private func write(_ bytes: [UInt8], to path: String) throws(SecretStoreError) {
        do throws(AtomicFile.Failure) {
            // The first secret comes before the first settings.
            if let end = path.lastIndex(of: "/"), end > path.startIndex { try FileFolder.make(String(path[..<end])) }
            try AtomicFile.write(bytes, to: path)
        } catch {
            throw .file(path: path, error.errno)
        }
    }
}
