import JSON
import MatrixAPI

extension TimelineReader {
    /// What an event shows. What a sender has got wrong makes the item poorer, never an error.
    mutating func content(of event: ReceivedEvent, edited: JSONValue?) throws -> TimelineItem.Content {
        if event.isRedacted, event.type != "m.room.member" { return .redacted }
        if event.stateKey != nil { return try stateContent(of: event) }
        let content = edited ?? event.content
        switch event.type {
        case "m.room.message":
            // Servers that prune without saying so leave nothing behind.
            if content.count == 0 { return .redacted }
            return Self.messageContent(content)
        case "m.room.encrypted": return .encrypted
        case "m.call.invite": return try callContent(of: event, now: SystemConnectionClock().now().wall)
        case "m.sticker": return .image(MediaReference(content: content), caption: nil)
        default: return .unsupported(type: event.type, fallback: content["body"]?.string)
        }
    }

    /// Source: Client-Server API, "m.room.message msgtypes".
    static func messageContent(_ content: JSONValue) -> TimelineItem.Content {
        let body = content["body"]?.string ?? ""
        let isReply = content["m.relates_to"]?["m.in_reply_to"] != nil
        let plain = MessageText.withoutReplyFallback(body, isReply: isReply)
        let isHTML = content["format"]?.string == "org.matrix.custom.html"
        let html = isHTML ? content["formatted_body"]?.string : nil
        func caption() -> String? {
            guard let name = content["filename"]?.string, name != body, !body.isEmpty else { return nil }
            return body
        }
        if let card = SessionCard(content: content) { return .session(card) }
        switch content["msgtype"]?.string {
        case "m.text": return .text(plain: plain, html: html)
        case "m.notice": return .notice(plain: plain, html: html)
        case "m.emote": return .emote(plain: plain, html: html)
        case "m.image": return .image(MediaReference(content: content), caption: caption())
        case "m.video": return .video(MediaReference(content: content), caption: caption())
        case "m.file": return .file(MediaReference(content: content), caption: caption())
        case "m.audio":
            let isVoice = content["org.matrix.msc3245.voice"] != nil || content["m.voice"] != nil
            let media = MediaReference(content: content)
            return isVoice ? .voice(media, caption: caption()) : .audio(media, caption: caption())
        case "m.location": return .text(plain: plain, html: nil)
        case let other: return .unsupported(type: other ?? "m.room.message", fallback: body.isEmpty ? nil : body)
        }
    }

    private mutating func stateContent(of event: ReceivedEvent) throws -> TimelineItem.Content {
        let content = event.content
        switch event.type {
        case "m.room.member": return try membershipContent(of: event)
        case "m.room.create": return .roomChange(.created, value: nil)
        case "m.room.name": return .roomChange(.title, value: content["name"]?.string)
        case "m.room.topic": return .roomChange(.topic, value: content["topic"]?.string)
        case "m.room.avatar": return .roomChange(.avatar, value: content["url"]?.string)
        case "m.room.encryption": return .roomChange(.encryption, value: content["algorithm"]?.string)
        case "m.room.power_levels": return .roomChange(.permissions, value: nil)
        case "m.room.join_rules": return .roomChange(.joinRules, value: content["join_rule"]?.string)
        case "m.room.history_visibility":
            return .roomChange(.historyVisibility, value: content["history_visibility"]?.string)
        case "m.room.guest_access": return .roomChange(.guestAccess, value: content["guest_access"]?.string)
        case "m.room.tombstone": return .roomChange(.upgraded, value: content["body"]?.string)
        case "m.room.pinned_events": return .roomChange(.pinned, value: nil)
        default: return .roomChange(.other, value: nil)
        }
    }

    private mutating func membershipContent(of event: ReceivedEvent) throws -> TimelineItem.Content {
        let userID = event.stateKey ?? ""
        let previous = event.value["unsigned"]?["prev_content"]
        var who = try person(userID)
        // The name that they had then, as far as the event tells.
        if let name = event.content["displayname"]?.string ?? previous?["displayname"]?.string, !name.isEmpty {
            who.displayName = name
        }
        let before = previous?["membership"]?.string
        let isOwnAct = event.sender == userID
        let kind: TimelineItem.MembershipKind
        switch event.content["membership"]?.string {
        case "invite": kind = .asked
        case "knock": kind = .knocked
        case "ban": kind = .banned
        case "join" where before == "join":
            let isSameName = previous?["displayname"]?.string == event.content["displayname"]?.string
            kind = isSameName ? .changedAvatar : .renamed
        case "join": kind = .joined
        default:
            switch (before, isOwnAct) {
            case ("invite", true): kind = .declined
            case ("invite", false): kind = .withdrawn
            case ("ban", false): kind = .unbanned
            case (_, true): kind = .left
            case (_, false): kind = .removed
            }
        }
        return .membership(kind, who: who, by: try person(event.sender))
    }
}

extension MediaReference {
    /// Of a message's content. Encrypted files are named too, though nothing can be made of them here.
    init(content: JSONValue) {
        let info = content["info"]
        func number(_ key: String) -> Int? { info?[key]?.int.flatMap { $0 >= 0 ? Int(exactly: $0) : nil } }
        self.init(
            uri: content["url"]?.string ?? content["file"]?["url"]?.string ?? "", mimeType: info?["mimetype"]?.string,
            size: info?["size"]?.int, width: number("w"), height: number("h"), duration: info?["duration"]?.int,
            name: content["filename"]?.string ?? content["body"]?.string,
            blurhash: info?["xyz.amorgan.blurhash"]?.string, thumbnail: info?["thumbnail_url"]?.string)
    }
}

extension TimelineItem.Content {
    /// For summaries: text as it is, media by caption or name, empty for what has none.
    package var plainText: String {
        switch self {
        case .text(let plain, let html), .notice(let plain, let html), .emote(let plain, let html):
            MessageHTML.shownText(plain: plain, html: html)
        case .image(let media, let caption), .video(let media, let caption), .audio(let media, let caption),
            .voice(let media, let caption), .file(let media, let caption):
            caption ?? media.name ?? ""
        case .session(let card): card.text
        case .unsupported(_, let fallback): fallback ?? ""
        case .roomChange(_, let value): value ?? ""
        case .redacted, .encrypted, .membership, .call, .gap: ""
        }
    }
}
