import MatrixAPI
import Store

extension SQLiteReader: MediaReading {
    func media(_ id: MediaID) throws(StoreError) -> StoredMedia? {
        let sql: SQL = "SELECT uploader, created, expires, digest, size, type, file_name FROM media WHERE id = ?"
        return try connection.first(sql, id.string) { row in
            let content = row.optionalBlob(3).map {
                StoredMedia.Content(
                    digest: ContentDigest($0), size: row.int(4), type: row.text(5), fileName: row.optionalText(6))
            }
            return StoredMedia(
                id: id, uploader: row.id(0), created: row.int(1), expires: row.int(2), content: content)
        }
    }

    func unusedMediaCount(of user: UserID, at time: Int64) throws(StoreError) -> Int {
        let sql: SQL = "SELECT count(*) FROM media WHERE uploader = ? AND digest IS NULL AND expires > ?"
        return try connection.first(sql, user, time) { Int($0.int(0)) } ?? 0
    }

    func isContentUsed(_ digest: ContentDigest) throws(StoreError) -> Bool {
        try connection.first("SELECT 1 FROM media WHERE digest = ?", digest.bytes) { _ in true } ?? false
    }
}

extension SQLiteWriter: MediaWriting {
    func insertMedia(_ media: StoredMedia) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO media(id, uploader, created, expires, digest, size, type, file_name)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        let content = media.content
        try connection.run(
            sql, media.id.string, media.uploader, media.created, media.expires, content?.digest.bytes, content?.size,
            content?.type, content?.fileName)
    }

    func setMediaContent(_ content: StoredMedia.Content, of id: MediaID) throws(StoreError) {
        let sql: SQL = """
            UPDATE media SET digest = ?, size = ?, type = ?, file_name = ? WHERE id = ? AND digest IS NULL
            """
        try connection.run(sql, content.digest.bytes, content.size, content.type, content.fileName, id.string)
    }

    func deleteUnusedMedia(expiredBefore time: Int64, limit: Int) throws(StoreError) {
        let sql: SQL = """
            DELETE FROM media WHERE id IN (
                SELECT id FROM media WHERE digest IS NULL AND expires < ? ORDER BY expires LIMIT ?)
            """
        try connection.run(sql, time, limit)
    }
}
