import EventLoop
import Glibc
import HTTP
import MatrixAPI
import Server

/// Pictures, films and music that people brought into a session of shared viewing, on the disk as long as the session.
///
/// A file's address holds its session and a name that nobody can guess; who has it may look, for players of browsers send
/// no token. Only what browsers show or play is taken, and it is served as that and nothing else.
final class SessionFiles: Sendable {
    /// Of one file and of all of a session, in bytes.
    static let largest: Int64 = 1 << 30
    static let largestSession: Int64 = 4 << 30

    /// By media type, the ending of the name under which it is kept.
    private static let endings = [
        "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/avif": "avif",
        "video/mp4": "mp4", "video/webm": "webm", "video/ogg": "ogv", "audio/mpeg": "mp3", "audio/mp4": "m4a",
        "audio/ogg": "ogg", "audio/webm": "weba", "audio/wav": "wav", "audio/x-wav": "wav", "audio/flac": "flac",
        "audio/x-flac": "flac", "audio/aac": "aac",
    ]

    let disk = BlockingPool(threads: 2, name: "arcade-files")
    private let folder: String

    /// - Throws: `SystemError`.
    init(folder: String) throws {
        self.folder = folder
        try SystemFile.makeFolder(folder, mode: 0o700)
    }

    // MARK: Bringing

    /// Takes in a file. - Returns: its address, relative to the arcade's.
    /// - Throws: `M_INVALID_PARAM` for what no browser shows; `M_TOO_LARGE`; what the disk says.
    func receive(_ body: RequestBody, type: String?, in session: String) async throws -> String {
        let type = String((type ?? "").lowercased().prefix { $0 != ";" }).filter { $0 != " " }
        guard let ending = Self.endings[type] else {
            throw MatrixError.invalidParam("Pictures, films and music of the kinds that browsers show are taken")
        }
        let place = "\(folder)/\(session)"
        let others = try await disk.run { () throws -> Int64 in
            try SystemFile.makeFolder(place, mode: 0o700)
            return SystemFile.names(in: place).reduce(0) { $0 + (Self.open("\(place)/\($1)")?.size ?? 0) }
        }
        let limit = min(Self.largest, Self.largestSession - others)
        guard Int64(body.announcedLength ?? 0) <= limit else { throw Self.tooLarge }
        let name = "\(RandomBytes.token(18)).\(ending)"
        let incoming = try await disk.run { try IncomingFile("\(place)/\(name).part") }
        while let part = try await body.next() {
            guard incoming.size + Int64(part.count) <= limit else { throw Self.tooLarge }
            try await disk.run { try incoming.append(part) }
        }
        try await disk.run {
            try incoming.sync()
            guard link(incoming.path, "\(place)/\(name)") == 0 else { throw SystemError("link", path: incoming.path) }
        }
        return "files/\(session)/\(name)"
    }

    private static let tooLarge = MatrixError(413, .tooLarge, "That is too large to be watched together")

    // MARK: Showing

    /// Serves `files/{session}/{name}`.
    func serve(_ request: Request) async throws -> Answer {
        let (session, name) = (request.parameter("session"), request.parameter("name"))
        let ending = name.split(separator: ".").last.map(String.init) ?? ""
        guard Self.isPlain(session), Self.isPlain(name),
            let type = Self.endings.first(where: { $0.value == ending })?.key,
            let file = try await disk.run({ [folder] in Self.open("\(folder)/\(session)/\(name)") })
        else { throw MatrixError.notFound("There is no such file") }
        let headers = HTTPHeaders([
            ("content-type", type), ("x-content-type-options", "nosniff"), ("accept-ranges", "bytes"),
            ("content-security-policy", "sandbox; default-src 'none'"), ("cache-control", "private, max-age=86400"),
            ("referrer-policy", "no-referrer"), ("etag", "\"\(name)\""),
        ])
        return .file(file, headers, for: request, disk: disk)
    }

    /// Letters, digits, `-`, `_` and single dots inside: nothing that leads elsewhere.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(".") && !name.hasSuffix(".part")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
                default: false
                }
            }
    }

    private static func open(_ path: String) -> StoredFile? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        return descriptor < 0 ? nil : StoredFile(owning: descriptor, path: path)
    }

    // MARK: Ending

    /// Takes one file back that was just received.
    func remove(_ url: String) {
        disk.submit { [folder] in SystemFile.remove("\(folder)/\(url.dropFirst("files/".count))") }
    }

    /// The session is gone, and its files go.
    func forget(_ session: String) {
        disk.submit { [folder] in
            let place = "\(folder)/\(session)"
            for name in SystemFile.names(in: place) { SystemFile.remove("\(place)/\(name)") }
            rmdir(place)
        }
    }

    /// Removes what a crash left behind.
    func forgetAll(except sessions: Set<String>) {
        for name in SystemFile.names(in: folder) where !sessions.contains(name) { forget(name) }
    }
}
