extension SQLiteMigration {
    /// Version 13. Members' addresses of mail, proofs that were asked for, and invites by mail.
    static let contactAddresses = SQLiteMigration(
        version: 13,
        script: """
            CREATE TABLE contact_addresses(
                address TEXT PRIMARY KEY,
                user TEXT NOT NULL,
                validated INTEGER NOT NULL,
                added INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX contact_addresses_user ON contact_addresses(user, added);

            CREATE TABLE address_proofs(
                id TEXT PRIMARY KEY,
                secret BLOB NOT NULL,
                address TEXT NOT NULL,
                purpose TEXT NOT NULL,
                token BLOB,
                attempt INTEGER NOT NULL,
                expires INTEGER NOT NULL,
                validated INTEGER,
                next_link TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX address_proofs_address ON address_proofs(address, purpose);
            CREATE INDEX address_proofs_expires ON address_proofs(expires);

            CREATE TABLE mail_invites(
                token TEXT PRIMARY KEY,
                room TEXT NOT NULL,
                inviter TEXT NOT NULL,
                address TEXT NOT NULL,
                created INTEGER NOT NULL,
                is_sent INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX mail_invites_address ON mail_invites(address);
            CREATE INDEX mail_invites_unsent ON mail_invites(created) WHERE is_sent = 0;
            """)
}
