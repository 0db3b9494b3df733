extension SQLiteMigration {
    /// Version 10. Second servers, and what members let them know.
    static let secondServers = SQLiteMigration(
        version: 10,
        script: """
            CREATE TABLE second_servers(
                name TEXT PRIMARY KEY,
                title TEXT NOT NULL,
                url TEXT NOT NULL,
                upstream TEXT,
                token_hash BLOB NOT NULL UNIQUE,
                created INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE session_consents(
                server TEXT NOT NULL,
                user TEXT NOT NULL,
                is_refused INTEGER NOT NULL,
                proven_until INTEGER NOT NULL,
                PRIMARY KEY (server, user)
            ) STRICT, WITHOUT ROWID;
            """)
}
