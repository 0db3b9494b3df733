extension SQLiteMigration {
    /// Version 11. How far application services were told, and their directories of rooms.
    static let applicationServices = SQLiteMigration(
        version: 11,
        script: """
            CREATE TABLE application_services(
                id TEXT PRIMARY KEY,
                created INTEGER NOT NULL,
                position INTEGER NOT NULL,
                number INTEGER NOT NULL,
                pending_through INTEGER,
                pending_body BLOB
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE network_rooms(
                network TEXT NOT NULL,
                service TEXT NOT NULL,
                room TEXT NOT NULL,
                PRIMARY KEY (network, service, room)
            ) STRICT, WITHOUT ROWID;
            """)
}
