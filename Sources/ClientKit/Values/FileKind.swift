/// As what a file is sent.
package enum FileKind: String, Sendable, Equatable, CaseIterable {
    case image, video, audio
    /// A recorded voice message.
    case voice
    case file
}
