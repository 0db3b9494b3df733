import Glibc

/// Media on the disk: fetched once, then there, also without connection, until others were used more recently.
struct MediaStore: Sendable {
    private let engine: AccountEngine

    init(_ engine: AccountEngine) { self.engine = engine }

    /// The path of a file, fetched if it is not there.
    /// - Parameter size: of a thumbnail in pixels.
    func path(_ reference: MediaReference, size: Int?) async throws -> String {
        if reference.uri.hasPrefix("file://") { return String(reference.uri.dropFirst("file://".count)) }
        let now = engine.clock.now().wall
        let key = size ?? 0
        if let known = try await engine.store.read({ try $0.mediaPath(reference.uri, size: key, now: now) }) {
            if access(known, R_OK) == 0 { return known }
            try await engine.store.write { try $0.removeMedia(reference.uri, size: key) }
        }
        let path = try location(of: reference.uri, size: key)
        try await engine.client.download(reference.uri, size: size, to: path)
        try await keep(reference.uri, size: key, path: path)
        return path
    }

    /// An own file that was uploaded need not be fetched.
    func adopt(_ source: String, as uri: String) async {
        guard let path = try? location(of: uri, size: 0), link(source, path) == 0 || errno == EEXIST else { return }
        try? await keep(uri, size: 0, path: path)
    }

    private func keep(_ uri: String, size: Int, path: String) async throws {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        let (now, limit, bytes) = (engine.clock.now().wall, engine.storeLimit, Int64(status.st_size))
        let evicted = try await engine.store.write { database in
            try database.addMedia(uri, size: size, path: path, bytes: bytes, now: now)
            return try database.evictMedia(limit: limit, except: path)
        }
        for old in evicted { unlink(old) }
    }

    /// The server's and the medium's name, as file names that nothing can lead elsewhere with.
    private func location(of uri: String, size: Int) throws -> String {
        guard let (server, id) = MatrixClient.parts(of: uri) else {
            throw ClientError.notAFile(uri: uri)
        }
        func safe(_ name: String) -> String {
            String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
        }
        let name = "\(safe(server))_\(safe(id))".prefix(180)
        return "\(engine.mediaFolder)/\(name)_\(String(Self.digest(uri), radix: 16))_\(size)"
    }

    /// Tells addresses apart that look the same as file names (FNV-1a).
    private static func digest(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
