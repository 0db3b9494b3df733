import Glibc
import JSON

/// A second server's page on the disk, for playing alone while there is no connection. Only what has changed is fetched,
/// and nothing is kept that is not what the server's list says.
struct ArcadePageStore: Sendable {
    /// A folder of this server's own.
    let folder: String

    enum Failure: Error {
        case badList
        /// A file is not what the list says.
        case damaged(path: String)
    }

    private struct File {
        let path: String
        let url: String
        let sha256: String
    }

    /// Of all files together, in bytes.
    private static let limit: Int64 = 8 << 20
    private var list: String { folder + "/page.json" }
    private var files: String { folder + "/page" }

    /// The folder with `index.html`, and what can be played; nil when nothing whole is there.
    func kept() -> (folder: String, activities: [ArcadeActivity])? {
        guard let bytes = AtomicFile.read(list), let value = try? JSONValue.parse(bytes),
            let all = try? Self.files(value),
            all.allSatisfy({ GameStore.digest("\(files)/\($0.path)") == $0.sha256 })
        else { return nil }
        let alone = value["alone"]?.array.map { $0.compactMap { $0.string.flatMap(ArcadeActivity.init) } } ?? []
        return (files, alone)
    }

    /// Fetches what is new.
    /// - Throws: ``Failure``; what the requests throw.
    func refresh(_ client: ArcadeClient) async throws {
        let value = try await client.client.send("GET", ["api", "page"], timeout: .seconds(20))
        let all = try Self.files(value)
        try FileFolder.make(files)
        for file in all where GameStore.digest("\(files)/\(file.path)") != file.sha256 {
            let part = "\(files)/\(file.path).part"
            let request = ClientRequest(
                "GET", client.client.baseURL + "/" + file.url, destination: .file(path: part), idleTimeout: .seconds(30)
            )
            let answer = try await client.client.transport.send(request)
            guard answer.status == 200, GameStore.digest(part) == file.sha256,
                rename(part, "\(files)/\(file.path)") == 0
            else {
                unlink(part)
                throw Failure.damaged(path: file.path)
            }
        }
        try AtomicFile.write(Array(value.bytes), to: list)
    }

    private static func files(_ value: JSONValue) throws -> [File] {
        guard let list = value["files"]?.array else { throw Failure.badList }
        var size: Int64 = 0
        let files = try list.map { entry in
            guard let path = entry["path"]?.string, let url = entry["url"]?.string,
                let digest = entry["sha256"]?.string,
                isPlain(path), url.isEmpty || isPlain(url)
            else { throw Failure.badList }
            let length = entry["size"]?.int ?? 0
            guard (0...limit).contains(length) else { throw Failure.badList }
            size += length
            return File(path: path, url: url, sha256: digest)
        }
        guard size <= limit, files.contains(where: { $0.path == "index.html" }) else { throw Failure.badList }
        return files
    }

    /// A name and nothing that leads elsewhere.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
                default: false
                }
            }
    }
}
