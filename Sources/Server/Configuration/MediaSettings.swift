/// What members may upload, and who can download it.
package struct MediaSettings: Sendable, Equatable {
    /// Bytes of one file.
    package var maximumUploadBytes = 100 * 1024 * 1024
    /// Whether the older download paths work without a token. Clients of before 2024 ask so.
    package var allowsAnonymousDownloads = false
    /// Bytes that one member may keep, and all together; 0 for no limit.
    package var memberQuotaBytes = 0
    package var totalQuotaBytes = 0
    /// How long what nothing names any more is kept; zero for ever.
    package var unusedLifetime = Duration.zero
    /// The same for files that the server cannot read: messages that are encrypted may name them.
    package var unreadableLifetime = Duration.zero

    package init() {}
}
