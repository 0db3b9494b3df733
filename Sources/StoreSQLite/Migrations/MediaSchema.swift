extension SQLiteMigration {
    /// Version 2. What was uploaded, and identifiers that were given out before the upload (`digest` is NULL).
    static let media = SQLiteMigration(
        version: 2,
        script: """
            CREATE TABLE media(
                id TEXT PRIMARY KEY,
                uploader TEXT NOT NULL,
                created INTEGER NOT NULL,
                expires INTEGER NOT NULL,
                digest BLOB,
                size INTEGER,
                type TEXT,
                file_name TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX media_digest ON media(digest) WHERE digest IS NOT NULL;
            CREATE INDEX media_unused ON media(uploader, expires) WHERE digest IS NULL;
            CREATE INDEX media_expiring ON media(expires) WHERE digest IS NULL;
            """)
}
