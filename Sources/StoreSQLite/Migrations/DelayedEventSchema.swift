extension SQLiteMigration {
    /// Version 5. Events that are sent at a time to come.
    static let delayedEvents = SQLiteMigration(
        version: 5,
        script: """
            CREATE TABLE delayed_events(
                id TEXT PRIMARY KEY,
                sender TEXT NOT NULL,
                room TEXT NOT NULL,
                type TEXT NOT NULL,
                state_key TEXT,
                content BLOB NOT NULL,
                delay INTEGER NOT NULL,
                started INTEGER NOT NULL,
                due INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX delayed_events_due ON delayed_events(due);
            CREATE INDEX delayed_events_sender ON delayed_events(sender, due);
            CREATE INDEX delayed_events_state ON delayed_events(room, type, state_key) WHERE state_key IS NOT NULL;
            """)
}
