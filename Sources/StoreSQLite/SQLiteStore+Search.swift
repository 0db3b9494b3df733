import JSON
import MatrixAPI
import Store

extension SQLiteReader: SearchReading {
    /// Matches that are compared for their rank; of more than these, which only common words have, the newest.
    private static let mostRanked = 10_000

    func indexedPosition() throws(StoreError) -> Int64 {
        try connection.first("SELECT position FROM event_search_state") { $0.int(0) } ?? 0
    }

    func search(_ search: TextSearch, through: Int64, limit: Int) throws(StoreError) -> [Int64] {
        guard let query = try matchQuery(search) else { return [] }
        let sql: SQL = """
            SELECT rowid FROM event_search WHERE event_search MATCH ?1 AND rowid <= ?2 ORDER BY rowid DESC LIMIT ?3
            """
        return try connection.all(sql, query, through, max(0, limit)) { $0.int(0) }
    }

    func searchByRank(_ search: TextSearch, offset: Int, limit: Int)
        throws(StoreError) -> [(position: Int64, rank: Double)]
    {
        guard let query = try matchQuery(search) else { return [] }
        let oldest = try connection.first(
            "SELECT rowid FROM event_search WHERE event_search MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?",
            query, Self.mostRanked - 1
        ) { $0.int(0) }
        let sql: SQL = """
            SELECT rowid, rank FROM event_search WHERE event_search MATCH ?1 AND rowid >= ?2
            ORDER BY rank, rowid DESC LIMIT ?3 OFFSET ?4
            """
        // SQLite's rank is lower for better ones.
        return try connection.all(sql, query, oldest ?? 0, max(0, limit), max(0, offset)) {
            ($0.int(0), -$0.double(1))
        }
    }

    func searchCount(_ search: TextSearch, limit: Int) throws(StoreError) -> Int {
        guard let query = try matchQuery(search) else { return 0 }
        let sql: SQL = "SELECT count(*) FROM (SELECT 1 FROM event_search WHERE event_search MATCH ?1 LIMIT ?2)"
        return try connection.first(sql, query, max(0, limit)) { Int($0.int(0)) } ?? 0
    }

    /// In FTS5's language; nil when it could find nothing. Tokens hold letters and digits only, so that nothing of a
    /// term is taken for an operator.
    private func matchQuery(_ search: TextSearch) throws(StoreError) -> String? {
        guard let words = search.matchQuery else { return nil }
        let rooms = try connection.all(
            "SELECT number FROM rooms WHERE room_id IN (SELECT value FROM json_each(?))", search.roomList
        ) { "\"\($0.int(0))\"" }
        return rooms.isEmpty ? nil : "(\(words)) AND {room} : (\(rooms.joined(separator: " OR ")))"
    }
}

extension SQLiteWriter: SearchWriting {
    func index(_ texts: [SearchableText], through position: Int64) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO event_search(rowid, body, name, topic, room)
            SELECT position, ?2, ?3, ?4, room FROM events WHERE position = ?1 AND redacted_because IS NULL
            """
        for text in texts {
            try connection.run(
                sql, text.position, text.key == .body ? text.tokens : nil, text.key == .name ? text.tokens : nil,
                text.key == .topic ? text.tokens : nil)
        }
        try connection.run("UPDATE event_search_state SET position = ?", position)
    }
}

extension TextSearch {
    /// The words, without the rooms.
    fileprivate var matchQuery: String? {
        guard !words.isEmpty, !keys.isEmpty, !rooms.isEmpty else { return nil }
        let columns = SearchKey.allCases.filter(keys.contains).map { key in
            switch key {
            case .body: "body"
            case .name: "name"
            case .topic: "topic"
            }
        }
        let phrases = words.map { "\"\($0.tokens.joined(separator: " "))\"\($0.isPrefix ? " *" : "")" }
        return "{\(columns.joined(separator: " "))} : (\(phrases.joined(separator: " AND ")))"
    }

    /// A JSON array, as one bound value.
    fileprivate var roomList: String {
        String(decoding: JSONWriter.array { list in for room in rooms { list.value(room.string) } }, as: UTF8.self)
    }
}
