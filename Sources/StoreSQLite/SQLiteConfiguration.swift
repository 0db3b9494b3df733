/// How the SQLite store works. The defaults suit one server on one machine.
package struct SQLiteConfiguration: Sendable {
    /// Reader threads, each with a connection of its own.
    package var readers = 4
    /// Memory for pages that a connection has read, in KiB, for each connection.
    package var cacheSize = 2048
    /// The same for the writer, which touches an index page for nearly every row.
    package var writerCacheSize = 16_384
    /// Pages of 4 KiB in the write-ahead log from which they are moved into the database file.
    package var checkpointPages = 2000
    /// Pages in the write-ahead log from which the writer has to wait until all are moved, so that the log does not
    /// grow without end under load that never pauses.
    package var maximumLogPages = 8000
    /// How long a call waits for a lock before ``StoreError/locked(_:)``.
    package var busyTimeout: Duration = .seconds(10)
    /// The largest size of the database file in pages of 4 KiB; nil for no limit.
    package var maximumPages: Int?

    package init() {}
}
