package import MatrixAPI

/// The SHA-256 of a file's bytes, by which files that are the same are kept once.
package struct ContentDigest: Hashable, Sendable {
    package let bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// What `mxc://server/id` stands for.
///
/// Source: Client-Server API, "Content repository".
package struct StoredMedia: Hashable, Sendable {
    /// What was uploaded.
    package struct Content: Hashable, Sendable {
        package let digest: ContentDigest
        /// In bytes.
        package let size: Int64
        /// The media type that the uploader gave.
        package let type: String
        package let fileName: String?

        package init(digest: ContentDigest, size: Int64, type: String, fileName: String?) {
            self.digest = digest
            self.size = size
            self.type = type
            self.fileName = fileName
        }
    }

    /// What it was taken in for.
    package enum Purpose: Int64, Sendable {
        /// A member uploaded it.
        case upload = 0
        /// The picture of a link's preview, which the server fetched.
        case preview = 1
    }

    package let id: MediaID
    package let uploader: UserID
    /// Milliseconds since 1970, UTC.
    package let created: Int64
    /// Until when something may be uploaded (milliseconds since 1970, UTC).
    package let expires: Int64
    /// nil for an identifier that was given out before the upload.
    package let content: Content?
    package let purpose: Purpose

    package init(
        id: MediaID, uploader: UserID, created: Int64, expires: Int64, content: Content?, purpose: Purpose = .upload
    ) {
        self.id = id
        self.uploader = uploader
        self.created = created
        self.expires = expires
        self.content = content
        self.purpose = purpose
    }
}

/// How much is kept.
package struct MediaUsage: Hashable, Sendable {
    package var files: Int64
    /// In bytes.
    package var bytes: Int64

    package init(files: Int64 = 0, bytes: Int64 = 0) {
        self.files = files
        self.bytes = bytes
    }
}

package protocol MediaReading {
    func media(_ id: MediaID) throws(StoreError) -> StoredMedia?
    /// Identifiers that the user got and did not yet use, and that have not expired at `time`.
    func unusedMediaCount(of user: UserID, at time: Int64) throws(StoreError) -> Int
    /// Whether anything that was uploaded has these bytes.
    func isContentUsed(_ digest: ContentDigest) throws(StoreError) -> Bool
    /// What a member uploaded; a file counts for everybody who uploaded it.
    func mediaUsage(of user: UserID) throws(StoreError) -> MediaUsage
    /// What is kept of all together; a file counts once.
    func mediaUsage() throws(StoreError) -> MediaUsage
    /// Those who uploaded something, ordered by user, behind `after`.
    func mediaUsages(after: UserID?, limit: Int) throws(StoreError) -> [(user: UserID, usage: MediaUsage)]
    /// What was uploaded before `time` and no event names, in order of identifier, behind `after`. An event that was
    /// redacted names nothing, and neither does state that was replaced.
    func mediaWithoutEvents(createdBefore time: Int64, after: MediaID?, limit: Int) throws(StoreError) -> [StoredMedia]
    /// What is named outside of events: in profiles, account data, submissions, and what is held back.
    func mediaNamedOutsideEvents() throws(StoreError) -> Set<MediaID>
}

package protocol MediaWriting {
    /// ``StoreError/constraint(_:)`` when the identifier is taken.
    func insertMedia(_ media: StoredMedia) throws(StoreError)
    /// Notes what was uploaded under an identifier. Does nothing when there is none, or it has its content.
    func setMediaContent(_ content: StoredMedia.Content, of id: MediaID) throws(StoreError)
    /// Deletes identifiers that expired before `time` without an upload, at most `limit`.
    func deleteUnusedMedia(expiredBefore time: Int64, limit: Int) throws(StoreError)
    /// Forgets one; whether it was there. Its bytes stay until they are cleaned up.
    @discardableResult
    func deleteMedia(_ id: MediaID) throws(StoreError) -> Bool
    /// Notes which media the event at `position` names.
    func insertMediaReferences(_ ids: [MediaID], at position: Int64) throws(StoreError)
    /// The event at `position` no longer counts as naming anything.
    func deleteMediaReferences(at position: Int64) throws(StoreError)
}
