import SQLite

extension Migration {
    /// What of the portal is kept beside its rooms. Points of a series are the server's history and what came since.
    static let portal = Migration(
        version: 2,
        script: """
            CREATE TABLE submission (
                room_id TEXT NOT NULL, submission_id TEXT NOT NULL, created INTEGER NOT NULL, fields BLOB NOT NULL,
                state TEXT NOT NULL,
                PRIMARY KEY (room_id, submission_id)
            ) WITHOUT ROWID;

            CREATE TABLE series_point (
                room_id TEXT NOT NULL, name TEXT NOT NULL, timestamp INTEGER NOT NULL, value REAL NOT NULL,
                PRIMARY KEY (room_id, name, timestamp)
            ) WITHOUT ROWID;

            CREATE TABLE dismissed (event_id TEXT PRIMARY KEY) WITHOUT ROWID;

            CREATE TABLE instruction (
                instruction_id TEXT PRIMARY KEY, received INTEGER NOT NULL, content BLOB NOT NULL,
                outcome TEXT, detail TEXT, is_reported INTEGER NOT NULL DEFAULT 0
            ) WITHOUT ROWID;
            """)
}
