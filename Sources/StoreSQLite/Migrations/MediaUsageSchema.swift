extension SQLiteMigration {
    /// Version 6. How much members keep, and which events name what was uploaded.
    ///
    /// Triggers count, so that no way of changing a row forgets to. The total counts bytes that several uploaded once.
    static let mediaUsage = SQLiteMigration(version: 6, script: "\(usage) \(references)")

    private static let usage: SQL = """
        ALTER TABLE media ADD COLUMN purpose INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE media_usage(
            uploader TEXT PRIMARY KEY,
            files INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE media_total(
            id INTEGER PRIMARY KEY CHECK (id = 1),
            files INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        ) STRICT;
        INSERT INTO media_usage
            SELECT uploader, count(*), sum(size) FROM media WHERE digest IS NOT NULL GROUP BY uploader;
        INSERT INTO media_total
            SELECT 1, count(*), coalesce(sum(size), 0)
            FROM (SELECT max(size) AS size FROM media WHERE digest IS NOT NULL GROUP BY digest);

        CREATE TRIGGER media_inserted AFTER INSERT ON media WHEN new.digest IS NOT NULL BEGIN
            INSERT INTO media_usage VALUES (new.uploader, 1, new.size)
                ON CONFLICT DO UPDATE SET files = files + 1, bytes = bytes + excluded.bytes;
            UPDATE media_total SET files = files + 1, bytes = bytes + new.size
                WHERE NOT EXISTS (SELECT 1 FROM media WHERE digest = new.digest AND id <> new.id);
        END;
        CREATE TRIGGER media_filled AFTER UPDATE OF digest ON media
            WHEN old.digest IS NULL AND new.digest IS NOT NULL
        BEGIN
            INSERT INTO media_usage VALUES (new.uploader, 1, new.size)
                ON CONFLICT DO UPDATE SET files = files + 1, bytes = bytes + excluded.bytes;
            UPDATE media_total SET files = files + 1, bytes = bytes + new.size
                WHERE NOT EXISTS (SELECT 1 FROM media WHERE digest = new.digest AND id <> new.id);
        END;
        CREATE TRIGGER media_deleted AFTER DELETE ON media WHEN old.digest IS NOT NULL BEGIN
            UPDATE media_usage SET files = files - 1, bytes = bytes - old.size WHERE uploader = old.uploader;
            UPDATE media_total SET files = files - 1, bytes = bytes - old.size
                WHERE NOT EXISTS (SELECT 1 FROM media WHERE digest = old.digest);
        END;
        """

    /// Events of before the table are searched here; those that come are when they are appended. Identifiers have 24
    /// characters.
    private static let references: SQL = """
        CREATE TABLE media_references(
            media TEXT NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (media, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX media_references_position ON media_references(position);
        INSERT OR IGNORE INTO media_references
            WITH RECURSIVE found(position, rest) AS (
                SELECT position, substr(text, instr(text, 'mxc://') + 6)
                FROM (SELECT position, CAST(json AS TEXT) AS text FROM events WHERE redacted_because IS NULL)
                WHERE instr(text, 'mxc://') > 0
                UNION ALL
                SELECT position, substr(rest, instr(rest, 'mxc://') + 6) FROM found WHERE instr(rest, 'mxc://') > 0
            )
            SELECT substr(rest, instr(rest, '/') + 1, 24), position FROM found WHERE instr(rest, '/') > 0;
        DELETE FROM media_references WHERE position IN (SELECT replaces FROM events WHERE replaces IS NOT NULL);
        """
}
