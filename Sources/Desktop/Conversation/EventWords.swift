import ClientKit
import GtkKit

/// What happened in a conversation besides messages, in words.
enum EventWords {
    /// nil for what is shown as a message; empty for what nobody needs to see.
    static func text(_ item: TimelineItem) -> String? {
        switch item.content {
        case .membership(let change, let who, let by): membership(change, who, by)
        case .roomChange(let kind, let value): room(kind, value, item.sender)
        case .call(let record) where !record.wantsCallBack || item.isOwn: Words.call(record, isOwn: item.isOwn)
        case .gap: tr("Messages that were not fetched yet")
        default: nil
        }
    }

    private static func membership(_ change: TimelineItem.MembershipKind, _ who: Person, _ by: Person) -> String {
        switch change {
        case .joined: tr("%@ is here", who.displayName)
        case .asked: tr("%1$@ asked %2$@ to come", by.displayName, who.displayName)
        case .declined: tr("%@ declined", who.displayName)
        case .withdrawn: tr("%1$@ took the request to %2$@ back", by.displayName, who.displayName)
        case .left: tr("%@ left", who.displayName)
        case .removed: tr("%1$@ removed %2$@", by.displayName, who.displayName)
        case .banned: tr("%1$@ banned %2$@", by.displayName, who.displayName)
        case .unbanned: tr("%1$@ lifted the ban of %2$@", by.displayName, who.displayName)
        case .knocked: tr("%@ asks to be let in", who.displayName)
        case .renamed: tr("%@ has a new name", who.displayName)
        case .changedAvatar: tr("%@ has a new picture", who.displayName)
        }
    }

    private static func room(_ change: TimelineItem.RoomChange, _ value: String?, _ sender: Person) -> String {
        switch change {
        case .created: tr("%@ began this conversation", sender.displayName)
        case .title: tr("%1$@ named it “%2$@”", sender.displayName, value ?? "")
        case .topic: tr("%1$@ set the topic: %2$@", sender.displayName, value ?? "")
        case .avatar: tr("%@ changed the picture", sender.displayName)
        case .encryption: tr("%@ switched on end-to-end encryption", sender.displayName)
        case .upgraded: tr("This conversation goes on elsewhere")
        case .pinned: tr("%@ changed what is pinned", sender.displayName)
        case .permissions, .joinRules, .historyVisibility, .guestAccess, .other: ""
        }
    }

    /// A message as a screen reader says it.
    static func spoken(_ item: TimelineItem) -> String {
        let who = item.isOwn ? tr("You") : item.sender.displayName
        var words = "\(who), \(LocalTime(item.timestamp).time): \(summary(item))"
        switch item.sendState {
        case .waiting: words += ", " + tr("waiting to be sent")
        case .sending: words += ", " + tr("being sent")
        case .failed(let reason): words += ", " + tr("not sent: %@", Words.failure(reason))
        case .sent: break
        }
        if !item.reactions.isEmpty {
            words += ", " + item.reactions.map { "\($0.key) \($0.count)" }.joined(separator: ", ")
        }
        return words
    }

    /// What a message is about, in a line.
    static func summary(_ item: TimelineItem) -> String {
        switch item.content {
        case .text, .notice, .emote: item.content.plainText
        case .image(_, let caption): caption ?? tr("Picture")
        case .video(_, let caption): caption ?? tr("Video")
        case .audio(let media, _): media.name ?? tr("Sound")
        case .voice: tr("Voice message")
        case .file(let media, _): media.name ?? tr("File")
        case .session(let card): card.text
        case .redacted: tr("Message removed")
        case .encrypted: tr("Encrypted message")
        case .unsupported(let type, let fallback): fallback ?? tr("A message of the kind %@", type)
        case .call(let record): Words.call(record, isOwn: item.isOwn)
        case .membership, .roomChange, .gap: text(item) ?? ""
        }
    }
}
