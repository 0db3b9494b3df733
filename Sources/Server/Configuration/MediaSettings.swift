/// What members may upload, and who can download it.
package struct MediaSettings: Sendable, Equatable {
    /// Bytes of one file.
    package var maximumUploadBytes = 100 * 1024 * 1024
    /// Whether the older download paths work without a token. Clients of before 2024 ask so.
    package var allowsAnonymousDownloads = false

    package init() {}
}
