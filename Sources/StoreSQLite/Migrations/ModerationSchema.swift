extension SQLiteMigration {
    /// Version 8. What administrators decide about accounts, rooms and media; the rooms in which they write to members;
    /// devices that wait to be taken up by another one.
    static let moderation = SQLiteMigration(
        version: 8,
        script: """
            ALTER TABLE accounts ADD COLUMN is_suspended INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE rooms ADD COLUMN is_closed INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE media ADD COLUMN is_quarantined INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX media_uploader ON media(uploader, id) WHERE digest IS NOT NULL;

            CREATE TABLE notice_rooms(user TEXT PRIMARY KEY, room TEXT NOT NULL) STRICT, WITHOUT ROWID;

            CREATE TABLE dehydrated_devices(
                user TEXT PRIMARY KEY,
                device TEXT NOT NULL,
                data BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
            """)
}
