import ClientKit
import GtkKit

extension TimelineItem {
    /// Whether it follows another of the same person closely enough to stand in one group with it.
    func isGrouped(after other: TimelineItem?) -> Bool {
        guard let other, EventWords.text(other) == nil, EventWords.text(self) == nil else { return false }
        return other.sender.userID == sender.userID && timestamp - other.timestamp < 5 * 60_000
            && LocalTime(timestamp).isSameDay(as: LocalTime(other.timestamp))
    }

    var isPicture: Bool {
        switch content {
        case .image, .video: true
        default: false
        }
    }
    var isLargeEmoji: Bool {
        if case .text(let plain, _) = content { return plain.isOnlyEmoji && reply == nil }
        return false
    }
    var isFailed: Bool {
        if case .failed = sendState { return true }
        return false
    }
    var isWaiting: Bool {
        switch sendState {
        case .waiting, .sending: true
        default: false
        }
    }
    /// The media it carries.
    var media: MediaReference? {
        switch content {
        case .image(let media, _), .video(let media, _), .audio(let media, _), .voice(let media, _),
            .file(let media, _):
            media
        default: nil
        }
    }
    /// What is edited: text, or the caption of a file.
    var editableText: String {
        switch content {
        case .text(let plain, _): plain
        case .image(_, let caption), .video(_, let caption), .audio(_, let caption), .voice(_, let caption),
            .file(_, let caption):
            caption ?? ""
        default: ""
        }
    }
    /// Whether its sender can change its text.
    var isEditable: Bool {
        switch content {
        case .text, .image, .video, .audio, .file: isOwn
        default: false
        }
    }
    /// What is copied and quoted.
    var plainText: String {
        switch content {
        case .text(let plain, _), .notice(let plain, _), .emote(let plain, _): plain
        case .image(let media, let caption), .video(let media, let caption): caption ?? media.name ?? ""
        case .audio(let media, let caption), .voice(let media, let caption), .file(let media, let caption):
            caption ?? media.name ?? ""
        case .session(let card): card.text
        default: ""
        }
    }
}
