import Glibc
import HTTP
import JSON
import Server
import Store

/// Sends files to the server's media, each once.
final class FileSender {
    struct Sent {
        let uri: String
        let type: String
        let sha256: String
        let size: Int64
        let title: String
    }

    private let client: AdminClient
    /// What the channel has already, by digest.
    private var known: [String: String] = [:]
    private(set) var sent = 0

    /// - Parameter known: the channel's present programme.
    init(client: AdminClient, known: JSONValue?) {
        self.client = client
        for file in known?["game"]?["files"]?.array.map(Array.init) ?? [] {
            if let digest = file["sha256"]?.string, let uri = file["url"]?.string { self.known[digest] = uri }
        }
    }

    /// - Throws: `AdminError`, also when the file cannot be read.
    func send(_ path: String) throws -> Sent {
        let type = MediaTypes.type(of: path)
        let (digest, size) = try Self.digest(of: path)
        let uri: String
        if let present = known[digest] {
            uri = present
        } else {
            let name = PercentEncoding.encode(String(path.split(separator: "/").last ?? "file"))
            let answer = try client.upload("POST", "/media?filename=\(name)", type: type, file: path)
            uri = answer["content_uri"]?.string ?? ""
            known[digest] = uri
            sent += 1
        }
        return Sent(uri: uri, type: type, sha256: digest, size: size, title: Self.name(path))
    }

    /// The name of a file without folders and the part that says what it is.
    static func name(_ path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return last }
        return String(last[..<dot])
    }

    private static func digest(of path: String) throws -> (String, Int64) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw AdminError(description: SystemError("open", path: path).description) }
        defer { close(descriptor) }
        let hash = ContentHash()
        var size: Int64 = 0
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw AdminError(description: SystemError("read", path: path).description) }
            if count == 0 { return (hash.digest.hexadecimal, size) }
            hash.update(buffer[..<count])
            size += Int64(count)
        }
    }
}

/// Media types by the ends of file names.
enum MediaTypes {
    private static let types = [
        "html": "text/html", "htm": "text/html", "css": "text/css", "js": "text/javascript", "mjs": "text/javascript",
        "json": "application/json", "txt": "text/plain", "vtt": "text/vtt", "svg": "image/svg+xml",
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
        "ico": "image/x-icon", "mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "ogv": "video/ogg",
        "mkv": "video/x-matroska", "mov": "video/quicktime", "ts": "video/mp2t", "mp3": "audio/mpeg",
        "m4a": "audio/mp4", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav",
        "flac": "audio/flac", "aac": "audio/aac", "pdf": "application/pdf", "wasm": "application/wasm",
        "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "m3u8": "application/vnd.apple.mpegurl",
    ]

    static func type(of path: String) -> String {
        let end = path.split(separator: "?").first?.split(separator: "/").last?.split(separator: ".").last
        return types[end.map { $0.lowercased() } ?? ""] ?? "application/octet-stream"
    }
}
