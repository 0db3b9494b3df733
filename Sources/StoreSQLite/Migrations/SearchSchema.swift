extension SQLiteMigration {
    /// Version 3. The words of events by position, room as its number. Filled behind the events, not with them: a send
    /// does not wait for it.
    static let search = SQLiteMigration(
        version: 3,
        script: """
            CREATE VIRTUAL TABLE event_search USING fts5(
                body, name, topic, room UNINDEXED, tokenize = 'unicode61 remove_diacritics 2');
            CREATE TABLE event_search_state(
                id INTEGER PRIMARY KEY CHECK (id = 1),
                position INTEGER NOT NULL
            ) STRICT;
            INSERT INTO event_search_state VALUES (1, 0);
            """)

    /// Version 17. A room's number is a word too, so that a search goes through what is in the member's rooms instead of
    /// through what is found on the whole server; it counts nothing for the rank. The index is filled anew, behind the events.
    static let searchByRoom = SQLiteMigration(
        version: 17,
        script: """
            DROP TABLE event_search;
            CREATE VIRTUAL TABLE event_search USING fts5(
                body, name, topic, room, tokenize = 'unicode61 remove_diacritics 2');
            INSERT INTO event_search(event_search, rank) VALUES ('rank', 'bm25(1.0, 1.0, 1.0, 0.0)');
            UPDATE event_search_state SET position = 0;
            """)

    /// Version 18. The words themselves, in order, to find those that begin with what was typed.
    static let searchWords = SQLiteMigration(
        version: 18,
        script: "CREATE VIRTUAL TABLE event_search_words USING fts5vocab(event_search, instance);")

    /// Version 19. The words are in a database of their own; here is only which of them are to be taken out of it.
    static let searchBeside = SQLiteMigration(
        version: 19,
        script: """
            DROP TABLE event_search_words;
            DROP TABLE event_search;
            DROP TABLE event_search_state;
            CREATE TABLE word_removals(position INTEGER PRIMARY KEY) STRICT;
            """)
}
