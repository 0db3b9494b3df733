extension SQLiteMigration {
    /// Version 9. Changes of a device list that only one member learns: what they signed of somebody else's keys.
    static let deviceListAudience = SQLiteMigration(
        version: 9, script: "ALTER TABLE device_list_changes ADD COLUMN only_for TEXT")
}
