import Glibc
package import Store

/// Media in a folder of the data directory, a file each.
///
/// - `content/ab/cdef…`: by the SHA-256 in hexadecimal digits, the first two as folder.
/// - `thumbnails/ab/cdef…/320x240-scale`: an empty file says that there can be none.
/// - `incoming/…`: what is being written. Names come from us alone, so that no request leads out of the folder.
package final class MediaFolder: MediaStorage {
    /// What is left to the database on a disk that fills up, in bytes.
    private static let reserve: UInt64 = 64 << 20

    private let path: String

    /// Makes the folder, and removes what a server that ended within an upload left behind.
    /// - Parameter path: in a folder that this process has locked.
    /// - Throws: `SystemError`.
    package init(_ path: String) throws(SystemError) {
        self.path = path
        for folder in [path, path + "/content", path + "/thumbnails", path + "/incoming"] {
            try SystemFile.makeFolder(folder, mode: 0o700)
        }
        for name in SystemFile.names(in: path + "/incoming") { SystemFile.remove("\(path)/incoming/\(name)") }
    }

    // MARK: Content

    package func receive() throws(MediaStorageError) -> any IncomingContent {
        var status = statvfs()
        if statvfs(path, &status) == 0, UInt64(status.f_bavail) * UInt64(status.f_frsize) < Self.reserve { throw .full }
        return try incomingFile()
    }

    private func incomingFile() throws(MediaStorageError) -> IncomingFile {
        do throws(SystemError) {
            return try IncomingFile("\(path)/incoming/\(RandomBytes.token(12))")
        } catch { throw MediaStorageError(error) }
    }

    package func keep(_ incoming: any IncomingContent) throws(MediaStorageError) {
        guard let file = incoming as? IncomingFile else { preconditionFailure("content of another storage") }
        do throws(SystemError) {
            try file.sync()
            let target = contentPath(incoming.digest)
            try SystemFile.makeFolder(Self.folder(of: target), mode: 0o700)
            // A link and no rename: the upload has the bytes until its row is written.
            guard link(file.path, target) == 0 || errno == EEXIST else { throw SystemError("link", path: target) }
            try SystemFile.syncFolder(Self.folder(of: target))
            try SystemFile.syncFolder(path + "/content")
        } catch { throw MediaStorageError(error) }
    }

    package func contains(_ digest: ContentDigest) -> Bool { SystemFile.exists(contentPath(digest)) }

    package func open(_ digest: ContentDigest) throws(MediaStorageError) -> StoredFile? {
        try open(contentPath(digest))
    }

    package func remove(_ digest: ContentDigest) {
        SystemFile.remove(contentPath(digest))
        let thumbnails = thumbnailFolder(digest)
        for name in SystemFile.names(in: thumbnails) { SystemFile.remove("\(thumbnails)/\(name)") }
        rmdir(thumbnails)
    }

    package func digests(keptBefore time: Int64) -> [ContentDigest] {
        let root = path + "/content"
        return SystemFile.names(in: root).flatMap { folder in
            SystemFile.names(in: "\(root)/\(folder)").compactMap { name in
                guard let written = SystemFile.modificationTime("\(root)/\(folder)/\(name)"), written < time else {
                    return nil
                }
                return ContentDigest(hexadecimal: folder + name)
            }
        }
    }

    // MARK: Thumbnails

    package func openThumbnail(_ size: ThumbnailSize, of digest: ContentDigest) throws(MediaStorageError) -> StoredFile?
    {
        try open("\(thumbnailFolder(digest))/\(size)")
    }

    package func keepThumbnail(
        _ size: ThumbnailSize, of digest: ContentDigest, _ write: (StoredFile) throws -> Bool
    ) throws {
        let file = try incomingFile()
        if try !write(StoredFile(owning: dup(file.descriptor), path: file.path)) { ftruncate(file.descriptor, 0) }
        let folder = thumbnailFolder(digest)
        do throws(SystemError) {
            try SystemFile.makeFolder(folder, mode: 0o700)
            // Not synced: one that is lost is made again, and only a whole one gets its name.
            guard rename(file.path, "\(folder)/\(size)") == 0 else { throw SystemError("rename", path: folder) }
        } catch { throw MediaStorageError(error) }
    }

    // MARK: Paths

    private func contentPath(_ digest: ContentDigest) -> String { path + "/content/" + Self.divided(digest) }
    private func thumbnailFolder(_ digest: ContentDigest) -> String { path + "/thumbnails/" + Self.divided(digest) }

    private static func divided(_ digest: ContentDigest) -> String {
        let digits = digest.hexadecimal
        return "\(digits.prefix(2))/\(digits.dropFirst(2))"
    }

    private static func folder(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    private func open(_ path: String) throws(MediaStorageError) -> StoredFile? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor >= 0 { return StoredFile(owning: descriptor, path: path) }
        if errno == ENOENT { return nil }
        throw .system(SystemError("open", path: path))
    }
}

extension ContentDigest {
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// nil unless the text is 64 hexadecimal digits.
    init?(hexadecimal text: String) {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        self.init(stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }
}
