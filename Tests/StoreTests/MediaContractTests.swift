import MatrixAPI
import Store
import Testing

/// What every engine says of media.
@Suite struct MediaContractTests {
    private let picture = StoredMedia.Content(
        digest: ContentDigest([UInt8](repeating: 7, count: 32)), size: 12, type: "image/png", fileName: "a.png")

    private func reserved(_ id: String, by user: UserID = .ana, expires: Int64) -> StoredMedia {
        StoredMedia(id: MediaID(unchecked: id), uploader: user, created: 1, expires: expires, content: nil)
    }

    @Test(arguments: StoreEngine.all)
    func anIdentifierGetsItsContentOnce(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        let id = MediaID(unchecked: "one")
        let other = StoredMedia.Content(digest: ContentDigest([1]), size: 1, type: "text/plain", fileName: nil)
        try fixture.write { (writer) throws in
            try writer.insertMedia(reserved("one", expires: 100))
            #expect(throws: StoreError.self) { try writer.insertMedia(reserved("one", expires: 100)) }
            #expect(try writer.isContentUsed(picture.digest) == false)
            try writer.setMediaContent(picture, of: id)
            try writer.setMediaContent(other, of: id)
            try writer.setMediaContent(other, of: MediaID(unchecked: "none"))
        }
        try await fixture.read { [picture] (reader) throws in
            #expect(try reader.media(id)?.content == picture)
            #expect(try reader.media(id)?.uploader == .ana)
            #expect(try reader.media(MediaID(unchecked: "none")) == nil)
            #expect(try reader.isContentUsed(picture.digest))
            #expect(try reader.isContentUsed(other.digest) == false)
        }
    }

    @Test(arguments: StoreEngine.all)
    func whatExpiredUnusedIsForgotten(engine: StoreEngine) async throws {
        let fixture = try StoreFixture(engine)
        try fixture.write { (writer) throws in
            for (id, expires) in [("a", 10), ("b", 20), ("c", 30)] as [(String, Int64)] {
                try writer.insertMedia(reserved(id, expires: expires))
            }
            try writer.insertMedia(reserved("d", by: .ben, expires: 10))
            try writer.setMediaContent(picture, of: MediaID(unchecked: "d"))
            #expect(try writer.unusedMediaCount(of: .ana, at: 10) == 2)
            #expect(try writer.unusedMediaCount(of: .ben, at: 0) == 0)
            try writer.deleteUnusedMedia(expiredBefore: 30, limit: 1)
            #expect(try writer.media(MediaID(unchecked: "a")) == nil)
            #expect(try writer.media(MediaID(unchecked: "b")) != nil)
            try writer.deleteUnusedMedia(expiredBefore: 30, limit: 9)
        }
        try await fixture.read { (reader) throws in
            let left = try ["a", "b", "c", "d"].filter { try reader.media(MediaID(unchecked: $0)) != nil }
            #expect(left == ["c", "d"])
        }
    }
}
