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
}
