extension SQLiteMigration {
    /// Version 14. Feeds: which event shows which item, the values of series, and where items come from.
    static let feeds = SQLiteMigration(
        version: 14,
        script: """
            CREATE TABLE feed_items(
                room INTEGER NOT NULL,
                id TEXT NOT NULL,
                event_id TEXT NOT NULL,
                digest BLOB NOT NULL,
                updated INTEGER NOT NULL,
                PRIMARY KEY (room, id)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE series_points(
                room INTEGER NOT NULL,
                name TEXT NOT NULL,
                time INTEGER NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (room, name, time)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE providers(
                name TEXT PRIMARY KEY,
                kind TEXT NOT NULL CHECK (kind IN ('program', 'address', 'push')),
                room_id TEXT NOT NULL,
                source TEXT NOT NULL,
                interval INTEGER NOT NULL,
                is_enabled INTEGER NOT NULL,
                token_hash BLOB UNIQUE,
                failures INTEGER NOT NULL,
                last_run INTEGER NOT NULL,
                last_success INTEGER NOT NULL,
                last_error TEXT NOT NULL,
                entity_tag TEXT,
                last_modified TEXT,
                created INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE provider_runs(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                provider TEXT NOT NULL,
                started INTEGER NOT NULL,
                duration INTEGER NOT NULL,
                is_good INTEGER NOT NULL,
                text TEXT NOT NULL
            ) STRICT;
            CREATE INDEX provider_runs_provider ON provider_runs(provider);
            """)
}
