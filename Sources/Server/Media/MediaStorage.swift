import Glibc
package import MatrixAPI
package import Store

/// Where the bytes of media are kept, found by what they are. All functions block: never on a loop.
package protocol MediaStorage: Sendable {
    /// A place for bytes whose digest is not known yet.
    /// - Throws: `MediaStorageError`.
    func receive() throws(MediaStorageError) -> any IncomingContent

    /// Keeps what was received under its digest, durably. What is there already stays: it is the same.
    /// - Throws: `MediaStorageError`.
    func keep(_ incoming: any IncomingContent) throws(MediaStorageError)

    func contains(_ digest: ContentDigest) -> Bool

    /// nil when it is not there.
    /// - Throws: `MediaStorageError`.
    func open(_ digest: ContentDigest) throws(MediaStorageError) -> StoredFile?

    /// Removes the bytes and the thumbnails made of them. Does nothing when they are not there.
    func remove(_ digest: ContentDigest)

    /// The digests of what was kept before `time`, in seconds since 1970; for finding what nothing refers to.
    func digests(keptBefore time: Int64) -> [ContentDigest]

    /// A thumbnail made before; empty when one could not be made. nil when it was not tried.
    /// - Throws: `MediaStorageError`.
    func openThumbnail(_ size: ThumbnailSize, of digest: ContentDigest) throws(MediaStorageError) -> StoredFile?

    /// Keeps a thumbnail: what `write` puts into a new file, or nothing when it returns false, which is kept as well.
    /// - Throws: `MediaStorageError`, and what `write` throws, with nothing kept.
    func keepThumbnail(_ size: ThumbnailSize, of digest: ContentDigest, _ write: (StoredFile) throws -> Bool) throws
}

/// Bytes on their way in. Used by one thread at a time; what was not kept goes away with it.
package protocol IncomingContent: AnyObject, Sendable {
    /// - Throws: `MediaStorageError`.
    func append(_ bytes: [UInt8]) throws(MediaStorageError)
    /// The bytes so far.
    var size: Int64 { get }
    /// Their digest, once all are there.
    var digest: ContentDigest { get }
    /// Gives up what was not kept, now and not only when nobody holds the object any more. Blocks.
    func discard()
}

/// Why bytes could not be kept or read. For the administrator; clients learn what `matrixError` says.
package enum MediaStorageError: Error, CustomStringConvertible {
    /// No space is left, or only what the database should have.
    case full
    case system(SystemError)

    package var description: String {
        switch self {
        case .full: "no room for media: free some space where the data is"
        case .system(let error): error.description
        }
    }

    init(_ error: SystemError) { self = [ENOSPC, EDQUOT].contains(error.code) ? .full : .system(error) }
}

extension MediaStorageError: MatrixErrorConvertible {
    package var matrixError: MatrixError {
        switch self {
        case .full: MatrixError(507, .resourceLimitExceeded, "The server has no room for more files")
        case .system: MatrixError(500, .unknown, "Internal server error")
        }
    }
}
