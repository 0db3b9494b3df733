import EventLoop
package import MatrixAPI
package import Store
import Synchronization

/// Files that members upload and others download, and pictures made smaller.
///
/// Bytes go straight between connection and disk. Whoever is logged in and knows an identifier can download; it cannot be
/// guessed.
///
/// Source: Client-Server API, "Content repository".
package final class MediaRepository: Sendable {
    package struct Settings: Sendable {
        /// Bytes of one file.
        package var maximumUpload: Int64 = 100 << 20
        /// Whether the older paths serve without a token.
        package var allowsAnonymous = false
        /// How long an identifier waits for its upload.
        package var unusedLifetime = Duration.seconds(24 * 3600)
        /// Identifiers that a member may have waiting.
        package var maximumUnused = 20
        /// What one member may keep, and all together, in bytes; nil without a limit.
        package var memberQuota: Int64?
        package var totalQuota: Int64?
        package init() {}
    }

    let journal: Journal
    let serverName: String
    package let settings: Settings
    let storage: any MediaStorage
    let arrivals = MediaArrivals()
    private let clock: WallClock
    private let thumbnailer: ThumbnailProcess
    let disk = BlockingPool(threads: 4, name: "media")
    private let pictures = BlockingPool(threads: 2, name: "thumbnails")

    package init(
        journal: Journal, serverName: String, storage: any MediaStorage, thumbnailer: ThumbnailProcess,
        settings: Settings = Settings(), clock: WallClock = .system
    ) {
        self.journal = journal
        self.serverName = serverName
        self.storage = storage
        self.thumbnailer = thumbnailer
        self.settings = settings
        self.clock = clock
    }

    // MARK: Uploading

    /// What an uploader says of a file.
    package struct Description: Sendable {
        package var type = "application/octet-stream"
        package var fileName: String?

        package init(type: String? = nil, fileName: String? = nil) {
            if let type, !type.isEmpty { self.type = type }
            self.fileName = fileName
        }
    }

    /// Gives out an identifier for an upload that follows.
    /// - Returns: the identifier, and until when it can be used, in milliseconds since 1970.
    /// - Throws: `M_LIMIT_EXCEEDED` when the member has too many that wait.
    package func reserve(for user: UserID) async throws -> (id: MediaID, expires: Int64) {
        let id = Self.newID()
        let settings = settings
        return try await journal.write { transaction in
            let now = transaction.now
            guard try transaction.store.unusedMediaCount(of: user, at: now) < settings.maximumUnused else {
                throw MatrixError.limitExceeded(retryAfter: .seconds(60))
            }
            let expires = now + settings.unusedLifetime.milliseconds
            try transaction.store.insertMedia(
                StoredMedia(id: id, uploader: user, created: now, expires: expires, content: nil))
            return (id, expires)
        }
    }

    /// Takes in a file under a new identifier.
    /// - Throws: `M_TOO_LARGE`, `MediaStorageError`; `HTTPBodyError` when the body breaks off.
    package func upload(_ body: RequestBody, _ description: Description, by user: UserID) async throws -> MediaID {
        let id = Self.newID()
        try checkAnnounced(body, settings.maximumUpload)
        try await journal.store.read { [self] in try checkQuotas(of: user, Int64(body.announcedLength ?? 0), $0) }
        try await receive(body, description) { [self] content, transaction in
            try checkQuotas(of: user, content.size, transaction.store)
            try transaction.store.insertMedia(
                StoredMedia(id: id, uploader: user, created: transaction.now, expires: 0, content: content))
        }
        return id
    }

    /// Takes in a file under an identifier that was given out before.
    /// - Throws: as `upload`; `M_NOT_FOUND`, `M_FORBIDDEN`, `M_CANNOT_OVERWRITE_MEDIA` for the identifier.
    package func upload(
        _ body: RequestBody, _ description: Description, to id: MediaID, by user: UserID
    ) async throws {
        try checkAnnounced(body, settings.maximumUpload)
        // Asked before the body is read, and again when it is there.
        try await journal.store.read { [self] reader in
            try Self.checkReserved(id, by: user, at: clock.now, reader)
            try checkQuotas(of: user, Int64(body.announcedLength ?? 0), reader)
        }
        try await receive(body, description) { [self] content, transaction in
            try Self.checkReserved(id, by: user, at: transaction.now, transaction.store)
            try checkQuotas(of: user, content.size, transaction.store)
            try transaction.store.setMediaContent(content, of: id)
        }
        arrivals.arrived(id)
    }

    /// Takes in a file that is in memory: the server's own, for which no quota counts.
    package func add(
        _ bytes: [UInt8], _ description: Description, by user: UserID, for purpose: StoredMedia.Purpose = .upload
    ) async throws -> ContentURI {
        let id = Self.newID()
        let incoming = try await disk.run { [storage] in
            let incoming = try storage.receive()
            try incoming.append(bytes)
            return incoming
        }
        try await finish(incoming, description) { content, transaction in
            try transaction.store.insertMedia(
                StoredMedia(
                    id: id, uploader: user, created: transaction.now, expires: 0, content: content, purpose: purpose))
        }
        return ContentURI(server: serverName, id: id)
    }

    /// Takes in a file of the administrator's, under a new identifier; no quota and no limit counts.
    package func add(_ body: RequestBody, _ description: Description, by user: UserID) async throws -> ContentURI {
        let id = Self.newID()
        try await receive(body, description, maximum: .max) { content, transaction in
            try transaction.store.insertMedia(
                StoredMedia(id: id, uploader: user, created: transaction.now, expires: 0, content: content))
        }
        return ContentURI(server: serverName, id: id)
    }

    private typealias Recording = @Sendable (StoredMedia.Content, JournalTransaction) throws -> Void

    private static func checkReserved(
        _ id: MediaID, by user: UserID, at time: Int64, _ reader: any StoreReader
    ) throws {
        guard let media = try reader.media(id) else { throw MatrixError.notFound("There is no such media") }
        guard media.uploader == user else {
            throw MatrixError.forbidden("The identifier was given to somebody else")
        }
        guard media.content == nil else {
            throw MatrixError(409, "M_CANNOT_OVERWRITE_MEDIA", "Something was uploaded already")
        }
        guard media.expires > time else { throw MatrixError.notFound("The identifier has expired") }
    }

    private func receive(
        _ body: RequestBody, _ description: Description, maximum: Int64? = nil, _ record: @escaping Recording
    ) async throws {
        let maximum = maximum ?? settings.maximumUpload
        try checkAnnounced(body, maximum)
        let incoming = try await disk.run { [storage] in try storage.receive() }
        do {
            while let part = try await body.next() {
                guard incoming.size + Int64(part.count) <= maximum else { throw tooLarge }
                try await disk.run { try incoming.append(part) }
            }
            try await finish(incoming, description, record)
        } catch {
            try? await disk.run { incoming.discard() }
            throw error
        }
    }

    private func checkAnnounced(_ body: RequestBody, _ maximum: Int64) throws {
        if let length = body.announcedLength, length > maximum { throw tooLarge }
    }

    private var tooLarge: MatrixError {
        MatrixError(413, .tooLarge, "A file has at most \(settings.maximumUpload) bytes")
    }

    /// - Throws: `M_FORBIDDEN`, as the specification has it, when the member would keep too much;
    ///   `M_RESOURCE_LIMIT_EXCEEDED` when all together would.
    private func checkQuotas(of user: UserID, _ more: Int64, _ reader: any StoreReader) throws {
        if let quota = settings.memberQuota, try more > quota - reader.mediaUsage(of: user).bytes {
            throw MatrixError.forbidden("You may keep \(quota) bytes on this server, and have no room for this file")
        }
        if let quota = settings.totalQuota, try more > quota - reader.mediaUsage().bytes {
            throw MatrixError(507, .resourceLimitExceeded, "The server keeps no more files")
        }
    }

    private func finish(
        _ incoming: any IncomingContent, _ description: Description, _ record: @escaping Recording
    ) async throws {
        let content = StoredMedia.Content(
            digest: incoming.digest, size: incoming.size, type: description.type, fileName: description.fileName)
        while true {
            try await disk.run { [storage] in try storage.keep(incoming) }
            let isKept = try await journal.write { [storage] transaction in
                // The same bytes may have been there without a row, and have been cleaned up since `keep`. That is
                // done on this thread too.
                guard storage.contains(content.digest) else { return false }
                try record(content, transaction)
                return true
            }
            if isKept { break }
        }
        try? await disk.run { incoming.discard() }
    }

    private static func newID() -> MediaID { MediaID(unchecked: RandomBytes.token(18)) }

    // MARK: Downloading

    /// Something that was uploaded, with its open file.
    package struct Download: Sendable {
        package let content: StoredMedia.Content
        package let file: StoredFile
    }

    /// What was uploaded under an identifier.
    /// - Throws: `M_NOT_FOUND`; `M_NOT_YET_UPLOADED` for an identifier that waits for its upload.
    package func download(_ id: MediaID) async throws -> Download {
        let media = try await journal.store.read { try $0.isQuarantined(id) ? nil : $0.media(id) }
        guard let media else { throw MatrixError.notFound("There is no such media") }
        guard let content = media.content else {
            guard media.expires > clock.now else { throw MatrixError.notFound("Nothing was uploaded") }
            throw MatrixError(504, .notYetUploaded, "Nothing has been uploaded yet")
        }
        guard let file = try await disk.run({ [storage] in try storage.open(content.digest) }) else {
            throw MatrixError.notFound("The file is gone")
        }
        return Download(content: content, file: file)
    }

    /// A picture made smaller, as PNG or JPEG.
    /// - Throws: as `download`; `M_UNKNOWN` (400) when it is no picture that can be decoded, `M_TOO_LARGE` (413).
    package func thumbnail(_ id: MediaID, _ size: ThumbnailSize) async throws -> StoredFile {
        let source = try await download(id)
        guard source.content.size <= ThumbnailProcess.maximumContent else { throw Self.tooLargeToThumbnail }
        let digest = source.content.digest
        let known = try await disk.run { [storage] in try storage.openThumbnail(size, of: digest) }
        if let known { return try Self.checked(known) }
        return try await pictures.run { [storage, thumbnailer] in
            // Somebody else may have asked for it meanwhile.
            if let known = try storage.openThumbnail(size, of: digest) { return try Self.checked(known) }
            try storage.keepThumbnail(size, of: digest) { output in
                guard PictureFormat(of: source.file) != nil else { return false }
                switch thumbnailer.run(source.file, size, into: output) {
                case .made: return true
                case .unsuitable: return false
                case .tooLarge: throw Self.tooLargeToThumbnail
                case .unavailable(let reason): throw ThumbnailError.unavailable(reason)
                }
            }
            guard let made = try storage.openThumbnail(size, of: digest) else { throw Self.unsuitable }
            return try Self.checked(made)
        }
    }

    private static func checked(_ thumbnail: StoredFile) throws -> StoredFile {
        guard thumbnail.size > 0 else { throw unsuitable }
        return thumbnail
    }

    private static let unsuitable = MatrixError(400, .unknown, "No thumbnail can be made of this")
    private static let tooLargeToThumbnail = MatrixError(413, .tooLarge, "Too large to make a thumbnail of")
}

/// Why there is no thumbnail although there could be one. For the administrator.
enum ThumbnailError: Error, CustomStringConvertible {
    case unavailable(String)

    var description: String {
        switch self {
        case .unavailable(let reason): "thumbnails cannot be made: \(reason)"
        }
    }
}
