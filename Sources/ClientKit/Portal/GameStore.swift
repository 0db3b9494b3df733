internal import COpenSSL
import Glibc

/// Games on the disk: each file once under its digest, put together in a folder of the game's own. Only what has changed
/// is fetched; nothing is played that is not what the programme says.
struct GameStore: Sendable {
    let folder: String
    let client: MatrixClient

    enum Failure: Error {
        /// A file is not what the programme says.
        case damaged(path: String)
        case tooLarge
        case cannotKeep
    }

    /// A whole game, in bytes.
    private static let limit: Int64 = 512 << 20

    private var files: String { folder + "/files" }

    /// The game's folder; what is missing is fetched.
    func open(_ game: GameBundle, of roomID: String) async throws -> String {
        // Each before all: a sum of what anybody may claim could overflow.
        guard game.files.allSatisfy({ (0...Self.limit).contains($0.size) }),
            game.files.reduce(0, { $0 + $1.size }) <= Self.limit
        else { throw Failure.tooLarge }
        try FileFolder.make(files)
        for file in game.files where access(files + "/" + file.sha256, R_OK) != 0 {
            let part = files + "/" + file.sha256 + ".part"
            try await client.download(file.url, size: nil, to: part)
            guard Self.digest(part) == file.sha256 else {
                unlink(part)
                throw Failure.damaged(path: file.path)
            }
            guard rename(part, files + "/" + file.sha256) == 0 else { throw Failure.cannotKeep }
        }
        return try place(game, roomID)
    }

    /// Whether it can be played without a connection.
    func isWhole(_ game: GameBundle) -> Bool {
        game.files.allSatisfy { access(files + "/" + $0.sha256, R_OK) == 0 }
    }

    /// Links the files to where the game looks for them.
    private func place(_ game: GameBundle, _ roomID: String) throws -> String {
        let place = folder + "/" + FileName.hashed(roomID)
        FileFolder.remove(place)
        try FileFolder.make(place)
        for file in game.files {
            let path = place + "/" + file.path
            if let slash = path.lastIndex(of: "/") { try FileFolder.make(String(path[..<slash])) }
            guard link(files + "/" + file.sha256, path) == 0 else { throw Failure.cannotKeep }
        }
        return place
    }

    /// SHA-256 in hexadecimal digits; nil when it cannot be read.
    static func digest(_ path: String) -> String? {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0, let context = EVP_MD_CTX_new() else { return nil }
        defer {
            close(file)
            EVP_MD_CTX_free(context)
        }
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(file, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            EVP_DigestUpdate(context, part, count)
        }
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
