/// Why something is not played or recorded.
package enum MediaError: Error, Sendable, Equatable {
    /// A part of GStreamer is not installed.
    case missingElement(String)
    /// No decoder for this format, or the file is damaged; GStreamer's words.
    case failed(String)
}
