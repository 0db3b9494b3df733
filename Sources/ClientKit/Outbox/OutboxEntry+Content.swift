import JSON

extension OutboxEntry {
    var sendState: TimelineItem.SendState {
        if let failure { return .failed(reason: failure) }
        return eventID == nil ? .waiting : .sent
    }

    /// What is shown of it until it comes back.
    var shownContent: TimelineItem.Content {
        if let captioned, let content = try? JSONValue.parse(JSONWriter.object { writeCaption(of: captioned, to: &$0) })
        {
            return TimelineReader.messageContent(content)
        }
        guard let file else {
            return .text(plain: text, html: LightMarkdown.html(text, mentions: mentions))
        }
        let media = MediaReference(
            uri: upload ?? "file://" + file.path, mimeType: file.mimeType, size: file.size, width: file.width,
            height: file.height, duration: file.duration, name: file.name,
            thumbnail: file.still.map { $0.upload ?? "file://" + $0.path })
        let caption = text.isEmpty ? nil : text
        switch file.kind {
        case .image: return .image(media, caption: caption)
        case .video: return .video(media, caption: caption)
        case .audio: return .audio(media, caption: caption)
        case .voice: return .voice(media, caption: caption)
        case .file: return .file(media, caption: caption)
        }
    }

    /// The content of the event to be sent.
    /// - Parameters:
    ///   - target: the event id of what is edited or reacted to.
    ///   - reply: the event id of what is answered.
    func eventContent(target: String?, reply: String?) -> [UInt8] {
        JSONWriter.object { content in
            switch kind {
            case .message: writeText(to: &content)
            case .file: writeFile(to: &content)
            case .edit:
                // For clients that know no edits, the new text stands with an asterisk.
                content.member("msgtype", "m.text")
                content.member("body", "* " + text)
                content.object("m.new_content") { new in
                    if let captioned { writeCaption(of: captioned, to: &new) } else { writeText(to: &new) }
                }
                content.object("m.mentions") { _ in }
            case .reaction, .submission: break
            case .redaction:
                content.memberIfPresent("reason", reason)
                return
            }
            writeRelation(to: &content, target: target, reply: reply)
        }
    }

    private func writeText(to content: inout JSONWriter) {
        content.member("msgtype", "m.text")
        content.member("body", text)
        if let html = LightMarkdown.html(text, mentions: mentions) {
            content.member("format", "org.matrix.custom.html")
            content.member("formatted_body", html)
        }
        content.object("m.mentions") { object in
            guard !mentions.isEmpty else { return }
            object.array("user_ids") { array in for mention in mentions { array.value(mention.userID) } }
        }
    }

    /// The file as it is, with the new text. Source: Client-Server API, "Media captions".
    private func writeCaption(of original: [UInt8], to content: inout JSONWriter) {
        guard let file = try? JSONValue.parse(original) else { return writeText(to: &content) }
        let name = file["filename"]?.string ?? file["body"]?.string ?? ""
        content.member("body", text.isEmpty ? name : text)
        content.member("filename", name)
        if let html = LightMarkdown.html(text, mentions: mentions) {
            content.member("format", "org.matrix.custom.html")
            content.member("formatted_body", html)
        }
        let replaced: Set<String> = [
            "body", "filename", "format", "formatted_body", "m.relates_to", "m.new_content", "m.mentions",
        ]
        if let members = file.object {
            for (key, value) in members where !replaced.contains(key) { content.member(key, value) }
        }
        content.object("m.mentions") { _ in }
    }

    private func writeFile(to content: inout JSONWriter) {
        guard let file else { return }
        let type =
            switch file.kind {
            case .image: "m.image"
            case .video: "m.video"
            case .audio, .voice: "m.audio"
            case .file: "m.file"
            }
        content.member("msgtype", type)
        content.member("body", text.isEmpty ? file.name : text)
        content.member("filename", file.name)
        content.member("url", upload ?? "")
        content.object("info") { info in
            info.member("mimetype", file.mimeType)
            info.member("size", file.size)
            info.memberIfPresent("w", file.width)
            info.memberIfPresent("h", file.height)
            info.memberIfPresent("duration", file.duration)
            guard let still = file.still, let upload = still.upload else { return }
            info.member("thumbnail_url", upload)
            info.object("thumbnail_info") { info in
                info.member("mimetype", "image/png")
                info.member("size", still.size)
                info.member("w", still.width)
                info.member("h", still.height)
            }
        }
        if file.kind == .voice { content.object("org.matrix.msc3245.voice") { _ in } }
    }

    private func writeRelation(to content: inout JSONWriter, target: String?, reply: String?) {
        guard target != nil || reply != nil || thread != nil else { return }
        content.object("m.relates_to") { relation in
            switch kind {
            case .edit:
                relation.member("rel_type", "m.replace")
                relation.memberIfPresent("event_id", target)
                return
            case .reaction:
                relation.member("rel_type", "m.annotation")
                relation.memberIfPresent("event_id", target)
                relation.memberIfPresent("key", key)
                return
            case .message, .file, .redaction, .submission: break
            }
            if let thread {
                relation.member("rel_type", "m.thread")
                relation.member("event_id", thread)
                relation.member("is_falling_back", reply == nil)
            }
            if let reply = reply ?? thread {
                relation.object("m.in_reply_to") { $0.member("event_id", reply) }
            }
        }
    }
}
