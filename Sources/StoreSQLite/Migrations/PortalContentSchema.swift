extension SQLiteMigration {
    /// Version 16. What the portal's boards, applications and instructions keep besides their rooms.
    static let portalContent = SQLiteMigration(
        version: 16,
        script: """
            CREATE TABLE announcements(
                id TEXT PRIMARY KEY,
                room TEXT NOT NULL,
                author TEXT NOT NULL,
                content BLOB NOT NULL,
                created INTEGER NOT NULL,
                due INTEGER,
                event_id TEXT,
                is_withdrawn INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX announcements_due ON announcements(due) WHERE due IS NOT NULL;
            CREATE INDEX announcements_created ON announcements(created);

            CREATE TABLE applications(
                room TEXT PRIMARY KEY,
                program TEXT NOT NULL,
                input TEXT NOT NULL,
                timeout INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            -- Numbers are not given out again: programs know submissions by them. State 0 waits for its program.
            CREATE TABLE submissions(
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                room TEXT NOT NULL,
                user TEXT NOT NULL,
                id TEXT NOT NULL,
                body BLOB NOT NULL,
                created INTEGER NOT NULL,
                state INTEGER NOT NULL,
                attempts INTEGER NOT NULL,
                due INTEGER NOT NULL,
                answer BLOB
            ) STRICT;
            CREATE UNIQUE INDEX submissions_id ON submissions(room, user, id);
            CREATE INDEX submissions_waiting ON submissions(due) WHERE state = 0;
            CREATE INDEX submissions_room ON submissions(room, number);

            CREATE TABLE instructions(
                id TEXT NOT NULL,
                user TEXT NOT NULL,
                content BLOB NOT NULL,
                sent INTEGER NOT NULL,
                outcome TEXT,
                detail TEXT,
                answered INTEGER,
                PRIMARY KEY (id, user)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX instructions_sent ON instructions(sent);
            """)
}
