extension SQLiteMigration {
    /// Version 1. Rooms have a small number inside, for compact indexes. The index of a table with a rowid ends with
    /// it, so that `events(room)` is in order of position. JSON is a BLOB: bytes that go out as they came in.
    static let initialSchema = SQLiteMigration(
        version: 1,
        script: """
            \(journalAndRooms)
            \(events)
            \(clientState)
            \(accounts)
            \(endToEnd)
            """)

    private static let journalAndRooms: SQL = """
        CREATE TABLE journal(
            id INTEGER PRIMARY KEY CHECK (id = 1),
            last_position INTEGER NOT NULL
        ) STRICT;
        INSERT INTO journal VALUES (1, 0);

        CREATE TABLE server_secrets(name TEXT PRIMARY KEY, secret BLOB NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE rooms(
            number INTEGER PRIMARY KEY,
            room_id TEXT NOT NULL UNIQUE,
            version TEXT NOT NULL,
            creator TEXT NOT NULL,
            created INTEGER NOT NULL,
            is_public INTEGER NOT NULL,
            joined_members INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX rooms_directory ON rooms(joined_members DESC, room_id) WHERE is_public = 1;

        CREATE TABLE room_aliases(
            alias TEXT PRIMARY KEY,
            room INTEGER NOT NULL,
            creator TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX room_aliases_room ON room_aliases(room);

        CREATE TABLE memberships(
            user TEXT NOT NULL,
            room INTEGER NOT NULL,
            membership TEXT NOT NULL CHECK (membership IN ('invite', 'join', 'knock', 'leave', 'ban')),
            position INTEGER NOT NULL,
            sender TEXT NOT NULL,
            is_direct INTEGER NOT NULL,
            is_forgotten INTEGER NOT NULL,
            PRIMARY KEY (user, room)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX memberships_room ON memberships(room, membership, user);
        """

    private static let events: SQL = """
        CREATE TABLE events(
            position INTEGER PRIMARY KEY,
            room INTEGER NOT NULL,
            event_id TEXT NOT NULL,
            type TEXT NOT NULL,
            state_key TEXT,
            sender TEXT NOT NULL,
            timestamp INTEGER NOT NULL,
            content_start INTEGER NOT NULL,
            content_end INTEGER NOT NULL,
            replaces INTEGER,
            transaction_device TEXT,
            transaction_id TEXT,
            relates_to TEXT,
            relation_type TEXT,
            json BLOB NOT NULL,
            redacted_because BLOB
        ) STRICT;
        CREATE UNIQUE INDEX events_event_id ON events(event_id);
        CREATE INDEX events_room ON events(room);
        CREATE INDEX events_state ON events(room, type, state_key) WHERE state_key IS NOT NULL;
        CREATE INDEX events_state_changes ON events(room) WHERE state_key IS NOT NULL;
        CREATE INDEX events_relations ON events(relates_to) WHERE relates_to IS NOT NULL;
        CREATE INDEX events_threads ON events(room, relates_to) WHERE relation_type = 'm.thread';
        """

    private static let clientState: SQL = """
        -- The order of ids is the order of age. Found through an index in memory.
        CREATE TABLE transactions(
            id INTEGER PRIMARY KEY,
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            scope TEXT NOT NULL,
            identifier TEXT NOT NULL,
            event_id TEXT,
            response BLOB,
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE receipts(
            room INTEGER NOT NULL,
            user TEXT NOT NULL,
            type TEXT NOT NULL,
            thread TEXT NOT NULL,
            event_id TEXT NOT NULL,
            event_position INTEGER NOT NULL,
            timestamp INTEGER NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (room, user, type, thread)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX receipts_changes ON receipts(room, position);

        -- Room 0 is global.
        CREATE TABLE account_data(
            id INTEGER PRIMARY KEY,
            user TEXT NOT NULL,
            room INTEGER NOT NULL,
            type TEXT NOT NULL,
            json BLOB NOT NULL,
            position INTEGER NOT NULL,
            is_deleted INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX account_data_key ON account_data(user, room, type);
        CREATE INDEX account_data_changes ON account_data(user, position);

        CREATE TABLE to_device(
            id INTEGER PRIMARY KEY,
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            position INTEGER NOT NULL,
            sender TEXT NOT NULL,
            type TEXT NOT NULL,
            json BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX to_device_device ON to_device(user, device, position);

        CREATE TABLE device_list_changes(
            position INTEGER NOT NULL,
            user TEXT NOT NULL,
            PRIMARY KEY (position, user)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE presence(
            user TEXT PRIMARY KEY,
            presence TEXT NOT NULL,
            status_message TEXT,
            last_active INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE filters(
            user TEXT NOT NULL,
            id INTEGER NOT NULL,
            json BLOB NOT NULL,
            PRIMARY KEY (user, id)
        ) STRICT, WITHOUT ROWID;
        """

    private static let accounts: SQL = """
        -- directory_name and search_text are folded; the second is localpart and display name, a line each.
        CREATE TABLE accounts(
            user TEXT PRIMARY KEY,
            password_hash TEXT,
            kind TEXT NOT NULL CHECK (kind IN ('member', 'guest', 'admin')),
            created INTEGER NOT NULL,
            is_deactivated INTEGER NOT NULL,
            is_locked INTEGER NOT NULL,
            is_erased INTEGER NOT NULL,
            directory_name TEXT NOT NULL,
            search_text TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX accounts_directory ON accounts(directory_name, user, search_text)
            WHERE is_deactivated = 0 AND kind <> 'guest';
        CREATE INDEX accounts_kind ON accounts(kind) WHERE is_deactivated = 0;

        CREATE TABLE profile_fields(
            user TEXT NOT NULL,
            key TEXT NOT NULL,
            json BLOB NOT NULL,
            PRIMARY KEY (user, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE devices(
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            display_name TEXT,
            last_seen_address TEXT,
            last_seen INTEGER,
            created INTEGER NOT NULL,
            PRIMARY KEY (user, device)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE access_tokens(
            hash BLOB PRIMARY KEY,
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            expires INTEGER,
            created INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX access_tokens_device ON access_tokens(user, device);

        CREATE TABLE refresh_tokens(
            hash BLOB PRIMARY KEY,
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            access_hash BLOB NOT NULL,
            is_used INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX refresh_tokens_device ON refresh_tokens(user, device);

        CREATE TABLE registration_tokens(
            token TEXT PRIMARY KEY,
            uses_allowed INTEGER,
            pending INTEGER NOT NULL,
            completed INTEGER NOT NULL,
            expires INTEGER
        ) STRICT, WITHOUT ROWID;
        """

    private static let endToEnd: SQL = """
        CREATE TABLE device_keys(
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            json BLOB NOT NULL,
            PRIMARY KEY (user, device)
        ) STRICT, WITHOUT ROWID;

        -- The order of ids is the order of upload.
        CREATE TABLE one_time_keys(
            id INTEGER PRIMARY KEY,
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            algorithm TEXT NOT NULL,
            key_id TEXT NOT NULL,
            json BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX one_time_keys_key ON one_time_keys(user, device, algorithm, key_id);

        CREATE TABLE fallback_keys(
            user TEXT NOT NULL,
            device TEXT NOT NULL,
            algorithm TEXT NOT NULL,
            key_id TEXT NOT NULL,
            json BLOB NOT NULL,
            is_used INTEGER NOT NULL,
            PRIMARY KEY (user, device, algorithm)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE cross_signing_keys(
            user TEXT NOT NULL,
            usage TEXT NOT NULL,
            json BLOB NOT NULL,
            PRIMARY KEY (user, usage)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE key_signatures(
            target_user TEXT NOT NULL,
            target_key TEXT NOT NULL,
            signer TEXT NOT NULL,
            signer_key_id TEXT NOT NULL,
            signature TEXT NOT NULL,
            PRIMARY KEY (target_user, target_key, signer, signer_key_id)
        ) STRICT, WITHOUT ROWID;

        -- A deleted version stays as a row, so that its number is not given out again.
        CREATE TABLE key_backup_versions(
            user TEXT NOT NULL,
            version INTEGER NOT NULL,
            algorithm TEXT NOT NULL,
            auth_data BLOB NOT NULL,
            etag INTEGER NOT NULL,
            count INTEGER NOT NULL,
            is_deleted INTEGER NOT NULL,
            PRIMARY KEY (user, version)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE key_backup_sessions(
            user TEXT NOT NULL,
            version INTEGER NOT NULL,
            room TEXT NOT NULL,
            session TEXT NOT NULL,
            json BLOB NOT NULL,
            PRIMARY KEY (user, version, room, session)
        ) STRICT, WITHOUT ROWID;
        """
}
