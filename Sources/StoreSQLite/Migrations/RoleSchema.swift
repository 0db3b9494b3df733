extension SQLiteMigration {
    /// Version 7. What members are to the portal.
    static let roles = SQLiteMigration(
        version: 7,
        script: """
            CREATE TABLE member_roles(
                user TEXT NOT NULL,
                role TEXT NOT NULL,
                PRIMARY KEY (user, role)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX member_roles_role ON member_roles(role, user);
            """)
}
