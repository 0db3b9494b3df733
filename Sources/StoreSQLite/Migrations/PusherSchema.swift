extension SQLiteMigration {
    /// Version 12. Where notifications go, and those that wait to be sent. Numbers are not given out again.
    static let pushers = SQLiteMigration(
        version: 12,
        script: """
            CREATE TABLE pushers(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                user TEXT NOT NULL,
                app_id TEXT NOT NULL,
                pushkey TEXT NOT NULL,
                kind TEXT NOT NULL,
                app_display_name TEXT NOT NULL,
                device_display_name TEXT NOT NULL,
                profile_tag TEXT,
                language TEXT NOT NULL,
                data BLOB NOT NULL,
                device TEXT,
                created INTEGER NOT NULL,
                since INTEGER NOT NULL,
                mailed INTEGER NOT NULL,
                mail_count INTEGER NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX pushers_key ON pushers(app_id, pushkey, user);
            CREATE INDEX pushers_user ON pushers(user, device);

            CREATE TABLE push_queue(
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                pusher INTEGER NOT NULL,
                position INTEGER NOT NULL,
                actions BLOB NOT NULL,
                created INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX push_queue_pusher ON push_queue(pusher, id);
            CREATE TRIGGER push_queue_ends AFTER DELETE ON pushers BEGIN
                DELETE FROM push_queue WHERE pusher = OLD.id;
            END;

            CREATE TABLE push_state(
                id INTEGER PRIMARY KEY CHECK (id = 1),
                position INTEGER NOT NULL
            ) STRICT;
            INSERT INTO push_state VALUES (1, 0);
            """)
}
