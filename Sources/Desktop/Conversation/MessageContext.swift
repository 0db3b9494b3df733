import ClientKit
import GtkKit

/// What the rows of a conversation share.
@MainActor final class MessageContext {
    let conversation: ConversationModel
    let pictures: PictureCache
    /// Positions of items by key, kept by the timeline.
    var position: @MainActor (String) -> Int? = { _ in nil }
    var items: @MainActor () -> [TimelineItem]
    /// The person wants to do something with a message.
    var onAction: @MainActor (MessageAction, TimelineItem) -> Void = { _, _ in }
    /// An event that is referred to should be brought into view.
    var onJump: @MainActor (String) -> Void = { _ in }
    /// Shows a picture or film in the Stage.
    var onStage: @MainActor (TimelineItem) -> Void = { _ in }
    /// Follows a second server's card.
    var onSession: @MainActor (SessionCard, TimelineItem) -> Void = { _, _ in }
    /// Whether the rows belong to a thread, where replies to its root say nothing.
    var isThread = false
    let voice: VoicePlayback

    init(conversation: ConversationModel, pictures: PictureCache, voice: VoicePlayback) {
        self.conversation = conversation
        self.pictures = pictures
        self.voice = voice
        items = { [weak conversation] in conversation?.items ?? [] }
    }
}

/// What can be done with a message.
enum MessageAction: Equatable, Sendable {
    case reply, thread, edit, copy, redact, withdraw, retry, save, open, editWaiting
    case react(String)
    case callBack(CallKind)
    case pickReaction
}
