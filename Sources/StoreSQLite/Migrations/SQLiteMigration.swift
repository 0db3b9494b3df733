/// A step from one version of the schema to the next. Once released it never changes: databases exist that took it.
struct SQLiteMigration: Sendable {
    /// The version that it leads to: 1 for the first, without gaps.
    let version: Int
    let script: SQL

    /// All migrations, in order.
    static let all: [SQLiteMigration] = [
        .initialSchema, .media, .search, .reports, .delayedEvents, .mediaUsage, .roles, .moderation,
        .deviceListAudience, .secondServers, .applicationServices, .pushers, .contactAddresses, .feeds, .deliveries,
        .portalContent, .searchByRoom, .searchWords, .searchBeside,
    ]
}
