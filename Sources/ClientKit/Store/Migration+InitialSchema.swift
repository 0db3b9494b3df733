import SQLite

extension Migration {
    /// Positions order the events of a room: what came by sync lies in runs that are far apart, so that what is fetched
    /// later finds its place between them. A gap stands before the event at its position.
    static let initialSchema = Migration(
        version: 1,
        script: """
            CREATE TABLE value (name TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;

            CREATE TABLE room (
                id INTEGER PRIMARY KEY,
                room_id TEXT NOT NULL UNIQUE,
                membership TEXT NOT NULL,
                since INTEGER NOT NULL DEFAULT 0,
                joined_count INTEGER,
                invited_count INTEGER,
                unread INTEGER NOT NULL DEFAULT 0,
                highlights INTEGER NOT NULL DEFAULT 0
            );

            CREATE TABLE state (
                room INTEGER NOT NULL, type TEXT NOT NULL, state_key TEXT NOT NULL,
                sender TEXT NOT NULL, content BLOB NOT NULL,
                PRIMARY KEY (room, type, state_key)
            ) WITHOUT ROWID;

            CREATE TABLE member (
                room INTEGER NOT NULL, user_id TEXT NOT NULL,
                membership TEXT NOT NULL, display_name TEXT, avatar TEXT, sender TEXT NOT NULL,
                reason TEXT, is_direct INTEGER NOT NULL, timestamp INTEGER NOT NULL,
                PRIMARY KEY (room, user_id)
            ) WITHOUT ROWID;
            CREATE INDEX member_user ON member (user_id, timestamp);

            CREATE TABLE event (
                id INTEGER PRIMARY KEY,
                room INTEGER NOT NULL, position INTEGER NOT NULL,
                event_id TEXT NOT NULL UNIQUE,
                type TEXT NOT NULL, sender TEXT NOT NULL, timestamp INTEGER NOT NULL,
                transaction_id TEXT, thread TEXT, is_shown INTEGER NOT NULL, json BLOB NOT NULL
            );
            CREATE UNIQUE INDEX event_position ON event (room, position);
            CREATE INDEX event_shown ON event (room, position) WHERE is_shown;
            CREATE INDEX event_thread ON event (room, thread, position) WHERE thread IS NOT NULL;
            CREATE INDEX event_time ON event (room, timestamp);
            CREATE INDEX event_transaction ON event (transaction_id) WHERE transaction_id IS NOT NULL;

            CREATE TABLE gap (
                room INTEGER NOT NULL, position INTEGER NOT NULL, token TEXT NOT NULL,
                PRIMARY KEY (room, position)
            ) WITHOUT ROWID;

            CREATE TABLE relation (
                event_id TEXT PRIMARY KEY, room INTEGER NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL,
                sender TEXT NOT NULL, key TEXT, timestamp INTEGER NOT NULL, content BLOB NOT NULL
            ) WITHOUT ROWID;
            CREATE INDEX relation_target ON relation (room, target, timestamp);

            CREATE TABLE receipt (
                room INTEGER NOT NULL, user_id TEXT NOT NULL, kind TEXT NOT NULL, thread TEXT NOT NULL,
                event_id TEXT NOT NULL, timestamp INTEGER NOT NULL,
                PRIMARY KEY (room, user_id, kind, thread)
            ) WITHOUT ROWID;

            CREATE TABLE account_data (
                room_id TEXT NOT NULL, type TEXT NOT NULL, content BLOB NOT NULL,
                PRIMARY KEY (room_id, type)
            ) WITHOUT ROWID;

            CREATE TABLE person (
                user_id TEXT PRIMARY KEY, display_name TEXT, avatar TEXT,
                availability TEXT, message TEXT, last_active INTEGER, connects_every INTEGER,
                next_connection INTEGER, in_call INTEGER NOT NULL DEFAULT 0
            ) WITHOUT ROWID;

            CREATE TABLE draft (
                room_id TEXT PRIMARY KEY, text TEXT NOT NULL, reply_to TEXT, editing TEXT
            ) WITHOUT ROWID;

            CREATE TABLE outbox (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                room_id TEXT NOT NULL,
                transaction_id TEXT NOT NULL UNIQUE,
                kind TEXT NOT NULL,
                entry BLOB NOT NULL,
                target TEXT,
                file TEXT,
                upload TEXT,
                event_id TEXT,
                failure TEXT,
                is_attempted INTEGER NOT NULL DEFAULT 0,
                timestamp INTEGER NOT NULL
            );
            CREATE INDEX outbox_room ON outbox (room_id, id);

            CREATE TABLE media (
                uri TEXT NOT NULL, size INTEGER NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL,
                used INTEGER NOT NULL,
                PRIMARY KEY (uri, size)
            ) WITHOUT ROWID;
            CREATE INDEX media_used ON media (used);

            CREATE VIRTUAL TABLE message USING fts5 (body, tokenize = 'trigram');
            """)
}
