import Store
import Synchronization

@testable import Server

/// A storage that loses what is kept for the first time before anybody asks, as when a cleaning comes between.
final class ForgetfulStorage: MediaStorage {
    private let storage: MediaFolder
    private let kept = Mutex(0)
    var timesKept: Int { kept.withLock { $0 } }

    init(_ storage: MediaFolder) { self.storage = storage }

    func receive() throws(MediaStorageError) -> any IncomingContent { try storage.receive() }

    func keep(_ incoming: any IncomingContent) throws(MediaStorageError) {
        try storage.keep(incoming)
        let isFirst = kept.withLock { kept in
            kept += 1
            return kept == 1
        }
        if isFirst { storage.remove(incoming.digest) }
    }

    func contains(_ digest: ContentDigest) -> Bool { storage.contains(digest) }
    func open(_ digest: ContentDigest) throws(MediaStorageError) -> StoredFile? { try storage.open(digest) }
    func remove(_ digest: ContentDigest) { storage.remove(digest) }
    func digests(keptBefore time: Int64) -> [ContentDigest] { storage.digests(keptBefore: time) }

    func openThumbnail(_ size: ThumbnailSize, of digest: ContentDigest) throws(MediaStorageError) -> StoredFile? {
        try storage.openThumbnail(size, of: digest)
    }

    func keepThumbnail(_ size: ThumbnailSize, of digest: ContentDigest, _ write: (StoredFile) throws -> Bool) throws {
        try storage.keepThumbnail(size, of: digest, write)
    }
}
