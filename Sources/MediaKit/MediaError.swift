/// Why something is not played or recorded.
package enum MediaError: Error, Sendable, Equatable {
    /// A part of GStreamer is not installed.
    case missingElement(String)
    /// There is no decoder for this format; GStreamer's words.
    case unsupported(String)
    /// The file is damaged, or cannot be fetched; GStreamer's words.
    case failed(String)
}
