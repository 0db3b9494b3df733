extension SQLiteMigration {
    /// Version 15. When members want to learn of feeds' items, and up to where they were given them.
    static let deliveries = SQLiteMigration(
        version: 15,
        script: """
            CREATE TABLE deliveries(
                room INTEGER NOT NULL,
                user TEXT NOT NULL,
                rule BLOB NOT NULL,
                PRIMARY KEY (room, user)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE delivery_marks(
                user TEXT NOT NULL,
                room INTEGER NOT NULL,
                position INTEGER NOT NULL,
                before INTEGER NOT NULL,
                through INTEGER NOT NULL,
                is_held INTEGER NOT NULL,
                time INTEGER NOT NULL,
                PRIMARY KEY (user, room, position)
            ) STRICT, WITHOUT ROWID;
            """)
}
