import JSON
import MatrixAPI
import Store

extension SQLiteReader: SearchReading {
    /// Matches that are compared for their rank; of more than these, which only common words have, the newest.
    private static let mostRanked = 2_000
    /// Words that a word's beginning may stand for, each looked for by its name.
    private static let mostContinuations = 64

    func indexedPosition() throws(StoreError) -> Int64 {
        try connection.first("SELECT position FROM search.event_search_state") { $0.int(0) } ?? 0
    }

    func search(_ search: TextSearch, through: Int64, limit: Int) throws(StoreError) -> [Int64] {
        guard let query = try matchQuery(search) else { return [] }
        let sql: SQL = """
            SELECT rowid FROM search.event_search WHERE event_search MATCH ?1 AND rowid <= ?2 ORDER BY rowid DESC LIMIT ?3
            """
        return try connection.all(sql, query, through, max(0, limit)) { $0.int(0) }
    }

    func searchByRank(_ search: TextSearch, offset: Int, limit: Int)
        throws(StoreError) -> [(position: Int64, rank: Double)]
    {
        guard let query = try matchQuery(search) else { return [] }
        let sql: SQL = """
            SELECT rowid, body, name, topic FROM search.event_search WHERE event_search MATCH ? ORDER BY rowid DESC LIMIT ?
            """
        let keys = search.keys
        let newest = try connection.all(sql, query, Self.mostRanked) { row in
            // An event has one of them.
            let body = keys.contains(.body) ? row.optionalText(1) : nil
            let name = keys.contains(.name) ? row.optionalText(2) : nil
            let topic = keys.contains(.topic) ? row.optionalText(3) : nil
            return (position: row.int(0), text: body ?? name ?? topic ?? "")
        }
        let ranks = TextRanking(search.words).ranks(of: newest.map(\.text))
        // Of equal ones the newer, which comes first here; sorting is stable in what it does, but does not promise it.
        let best = newest.indices.sorted { (-ranks[$0], $0) < (-ranks[$1], $1) }
        return best.dropFirst(max(0, offset)).prefix(max(0, limit)).map { (newest[$0].position, ranks[$0]) }
    }

    func searchCount(_ search: TextSearch, limit: Int) throws(StoreError) -> Int {
        guard let query = try matchQuery(search) else { return 0 }
        let sql: SQL = "SELECT count(*) FROM (SELECT 1 FROM search.event_search WHERE event_search MATCH ?1 LIMIT ?2)"
        return try connection.first(sql, query, max(0, limit)) { Int($0.int(0)) } ?? 0
    }

    /// In FTS5's language; nil when it could find nothing. Tokens hold letters and digits only, so that nothing of a
    /// term is taken for an operator.
    private func matchQuery(_ search: TextSearch) throws(StoreError) -> String? {
        guard !search.words.isEmpty, !search.keys.isEmpty, !search.rooms.isEmpty else { return nil }
        let rooms = try connection.all(
            "SELECT number FROM rooms WHERE room_id IN (SELECT value FROM json_each(?))", search.roomList
        ) { "\"\($0.int(0))\"" }
        guard !rooms.isEmpty else { return nil }
        var words: [String] = []
        for word in search.words { words.append(try phrases(for: word)) }
        return """
            ({\(search.columns.joined(separator: " "))} : (\(words.joined(separator: " AND ")))) \
            AND {room} : (\(rooms.joined(separator: " OR ")))
            """
    }

    private func phrases(for word: SearchWord) throws(StoreError) -> String {
        func phrase(_ tokens: [String]) -> String { "\"\(tokens.joined(separator: " "))\"" }
        guard word.isPrefix, let last = word.tokens.last else { return phrase(word.tokens) }
        guard let continuations = try continuations(of: last) else { return phrase(word.tokens) + " *" }
        let earlier = word.tokens.dropLast()
        let phrases = continuations.isEmpty ? [phrase(word.tokens)] : continuations.map { phrase(earlier + [$0]) }
        return "(\(phrases.joined(separator: " OR ")))"
    }

    /// The words of the index that begin with a token. FTS5 itself would gather all places of all of these before it tells
    /// the first, which takes long for one that everybody writes.
    /// - Returns: nil when there are too many to be named, or letters that the index keeps in another form.
    private func continuations(of token: String) throws(StoreError) -> [String]? {
        guard token.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        var found: [String] = []
        // The table has a row for each place of a word: what is asked for is the first row of each.
        var from = token
        while let word = try connection.first(
            "SELECT term FROM search.event_search_words WHERE term >= ? LIMIT 1", from, row: { $0.text(0) }),
            word.hasPrefix(token)
        {
            guard found.count < Self.mostContinuations else { return nil }
            found.append(word)
            from = word + "\u{1}"
        }
        return found
    }
}

extension SQLiteReader {
    func wordRemovals(limit: Int) throws(StoreError) -> [Int64] {
        try connection.all("SELECT position FROM word_removals ORDER BY position LIMIT ?", max(0, limit)) { $0.int(0) }
    }
}

extension SQLiteWriter: SearchWriting {
    func deleteWordRemovals(_ positions: [Int64]) throws(StoreError) {
        for position in positions { try connection.run("DELETE FROM word_removals WHERE position = ?", position) }
    }
}

extension TextSearch {
    fileprivate var columns: [String] {
        SearchKey.allCases.filter(keys.contains).map { key in
            switch key {
            case .body: "body"
            case .name: "name"
            case .topic: "topic"
            }
        }
    }

    /// A JSON array, as one bound value.
    fileprivate var roomList: String {
        String(decoding: JSONWriter.array { list in for room in rooms { list.value(room.string) } }, as: UTF8.self)
    }
}
