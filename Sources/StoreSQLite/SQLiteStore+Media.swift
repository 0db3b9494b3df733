import MatrixAPI
import Store

extension SQLiteReader: MediaReading {
    func media(_ id: MediaID) throws(StoreError) -> StoredMedia? {
        try connection.first("SELECT \(.mediaColumns) FROM media WHERE id = ?", id.string, row: StoredMedia.init)
    }

    func unusedMediaCount(of user: UserID, at time: Int64) throws(StoreError) -> Int {
        let sql: SQL = "SELECT count(*) FROM media WHERE uploader = ? AND digest IS NULL AND expires > ?"
        return try connection.first(sql, user, time) { Int($0.int(0)) } ?? 0
    }

    func isContentUsed(_ digest: ContentDigest) throws(StoreError) -> Bool {
        try connection.first("SELECT 1 FROM media WHERE digest = ?", digest.bytes) { _ in true } ?? false
    }

    func mediaUsage(of user: UserID) throws(StoreError) -> MediaUsage {
        try connection.first("SELECT files, bytes FROM media_usage WHERE uploader = ?", user, row: MediaUsage.init)
            ?? MediaUsage()
    }

    func mediaUsage() throws(StoreError) -> MediaUsage {
        try connection.first("SELECT files, bytes FROM media_total", row: MediaUsage.init) ?? MediaUsage()
    }

    func mediaUsages(after: UserID?, limit: Int) throws(StoreError) -> [(user: UserID, usage: MediaUsage)] {
        let sql: SQL = """
            SELECT files, bytes, uploader FROM media_usage WHERE uploader > ? AND files > 0 ORDER BY uploader LIMIT ?
            """
        return try connection.all(sql, after?.string ?? "", limit) { (row: borrowing SQLiteRow) in
            (user: row.id(2), usage: MediaUsage(row))
        }
    }

    func mediaWithoutEvents(
        createdBefore time: Int64, after: MediaID?, limit: Int
    ) throws(StoreError) -> [StoredMedia] {
        let sql: SQL = """
            SELECT \(.mediaColumns) FROM media
            WHERE id > ? AND created < ? AND digest IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM media_references WHERE media = media.id)
            ORDER BY id LIMIT ?
            """
        return try connection.all(sql, after?.string ?? "", time, limit, row: StoredMedia.init)
    }

    func mediaNamedOutsideEvents() throws(StoreError) -> Set<MediaID> {
        let sources: [SQL] = [
            "SELECT json FROM profile_fields WHERE instr(json, CAST('mxc://' AS BLOB)) > 0",
            "SELECT json FROM account_data WHERE instr(json, CAST('mxc://' AS BLOB)) > 0",
            "SELECT content FROM announcements WHERE due IS NOT NULL AND instr(content, CAST('mxc://' AS BLOB)) > 0",
            "SELECT body FROM submissions WHERE instr(body, CAST('mxc://' AS BLOB)) > 0",
            "SELECT content FROM delayed_events WHERE instr(content, CAST('mxc://' AS BLOB)) > 0",
        ]
        var named: Set<MediaID> = []
        for sql in sources {
            for json in try connection.all(sql, row: { $0.blob(0) }) {
                named.formUnion(ContentURI.mediaIDs(in: json[...]))
            }
        }
        return named
    }
}

extension SQL {
    static let mediaColumns: SQL = """
        id, uploader, created, expires, digest, size, type, file_name, purpose
        """
}

extension StoredMedia {
    /// A row of `mediaColumns`.
    init(_ row: borrowing SQLiteRow) {
        var content: Content?
        if let digest = row.optionalBlob(4) {
            content = Content(
                digest: ContentDigest(digest), size: row.int(5), type: row.text(6), fileName: row.optionalText(7))
        }
        self.init(
            id: MediaID(unchecked: row.text(0)), uploader: row.id(1), created: row.int(2), expires: row.int(3),
            content: content, purpose: Purpose(rawValue: row.int(8)) ?? .upload)
    }
}

extension SQLiteWriter: MediaWriting {
    func insertMedia(_ media: StoredMedia) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO media(id, uploader, created, expires, digest, size, type, file_name, purpose, is_quarantined)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                EXISTS(SELECT 1 FROM media WHERE digest = ?5 AND is_quarantined = 1))
            """
        let content = media.content
        try connection.run(
            sql, media.id.string, media.uploader, media.created, media.expires, content?.digest.bytes, content?.size,
            content?.type, content?.fileName, media.purpose.rawValue)
    }

    func setMediaContent(_ content: StoredMedia.Content, of id: MediaID) throws(StoreError) {
        let sql: SQL = """
            UPDATE media SET digest = ?1, size = ?2, type = ?3, file_name = ?4,
                is_quarantined = EXISTS(SELECT 1 FROM media WHERE digest = ?1 AND is_quarantined = 1)
            WHERE id = ?5 AND digest IS NULL
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

    func deleteMedia(_ id: MediaID) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM media WHERE id = ?", id.string) > 0
    }

    func insertMediaReferences(_ ids: [MediaID], at position: Int64) throws(StoreError) {
        for id in ids {
            try connection.run("INSERT OR IGNORE INTO media_references VALUES (?, ?)", id.string, position)
        }
    }

    func deleteMediaReferences(at position: Int64) throws(StoreError) {
        try connection.run("DELETE FROM media_references WHERE position = ?", position)
    }
}

extension MediaUsage {
    /// A row that begins with files and bytes.
    fileprivate init(_ row: borrowing SQLiteRow) { self.init(files: row.int(0), bytes: row.int(1)) }
}
