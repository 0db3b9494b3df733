extension SQLiteMigration {
    /// Version 4. What members told the administrators of. Numbers are not given out again.
    static let reports = SQLiteMigration(
        version: 4,
        script: """
            CREATE TABLE reports(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                reporter TEXT NOT NULL,
                user TEXT,
                room TEXT,
                event TEXT,
                reason TEXT NOT NULL,
                created INTEGER NOT NULL
            ) STRICT;
            """)
}
