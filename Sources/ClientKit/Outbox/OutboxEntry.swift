import JSON

/// Something that the user has entered and the server does not have yet, or whose echo has not come back.
struct OutboxEntry: Sendable, Equatable {
    enum Kind: String, Sendable { case message, edit, reaction, redaction, file, submission }

    /// The order of entry.
    var id: Int64 = 0
    var roomID: String
    /// Given once, and sent with every attempt: by it the server knows a repeated one.
    var transactionID: String
    var kind: Kind
    /// Message, new text of an edit, caption of a file.
    var text = ""
    /// Event or transaction id of what is answered.
    var replyTo: String?
    var thread: String?
    var mentions: [LightMarkdown.Mention] = []
    /// Of a reaction.
    var key: String?
    /// Of a redaction.
    var reason: String?
    /// Event or transaction id of what is edited, reacted to or taken back.
    var target: String?
    var file: OutboxFile?
    /// A form that was filled in; its submission id is the transaction id.
    var submission: SubmissionContent?
    /// Of an edit that changes the caption of a file: the event's content as JSON, whose file stays.
    var captioned: [UInt8]?
    /// The uploaded file's `mxc://` address.
    var upload: String?
    /// Set once the server has taken it.
    var eventID: String?
    /// Why the server will not take it.
    var failure: String?
    /// Whether the server may have it without having said so: then it can only be changed by another event.
    var isAttempted = false
    /// When it was entered, in milliseconds since 1970.
    var timestamp: Int64

    /// Whether it is a message of its own in the conversation.
    var isShown: Bool { kind == .message || kind == .file }
}

/// A file that waits: a copy of the program's own.
struct OutboxFile: Sendable, Equatable {
    var path: String
    var mimeType: String
    var name: String
    var kind: FileKind
    /// Bytes.
    var size: Int64
    /// Pixels.
    var width: Int?
    var height: Int?
    /// Milliseconds.
    var duration: Int64?
    /// Of a film.
    var still: Still?

    /// The copies that wait with it.
    var paths: [String] { [path] + (still.map { [$0.path] } ?? []) }
}

extension OutboxEntry {
    /// What is kept as one text in the store.
    var json: [UInt8] {
        JSONWriter.object { object in
            object.member("text", text)
            object.memberIfPresent("reply_to", replyTo)
            object.memberIfPresent("thread", thread)
            object.array("mentions") { array in
                for mention in mentions {
                    array.object { object in
                        object.member("user_id", mention.userID)
                        object.member("name", mention.name)
                    }
                }
            }
            object.memberIfPresent("key", key)
            object.memberIfPresent("reason", reason)
            if let captioned = captioned.flatMap({ try? JSONValue.parse($0) }) { object.member("captioned", captioned) }
            if let submission { object.object("submission") { submission.write(to: &$0) } }
            guard let file else { return }
            object.object("file") { object in
                object.member("mimetype", file.mimeType)
                object.member("name", file.name)
                object.member("kind", file.kind.rawValue)
                object.member("size", file.size)
                object.memberIfPresent("w", file.width)
                object.memberIfPresent("h", file.height)
                object.memberIfPresent("duration", file.duration)
                guard let still = file.still else { return }
                object.object("still") { object in
                    object.member("path", still.path)
                    object.member("w", still.width)
                    object.member("h", still.height)
                    object.member("size", still.size)
                    object.memberIfPresent("upload", still.upload)
                }
            }
        }
    }

    /// Takes over what ``json`` holds.
    /// - Parameter path: where the file's copy is.
    mutating func take(_ json: JSONValue, path: String?) {
        text = json["text"]?.string ?? ""
        replyTo = json["reply_to"]?.string
        thread = json["thread"]?.string
        mentions =
            json["mentions"]?.array?.compactMap { mention in
                mention["user_id"]?.string.map {
                    LightMarkdown.Mention(userID: $0, name: mention["name"]?.string ?? "")
                }
            } ?? []
        key = json["key"]?.string
        reason = json["reason"]?.string
        captioned = json["captioned"].map { Array($0.bytes) }
        submission = json["submission"].flatMap { SubmissionContent($0) }
        guard let path, let value = json["file"] else { return }
        file = OutboxFile(
            path: path, mimeType: value["mimetype"]?.string ?? "application/octet-stream",
            name: value["name"]?.string ?? "", kind: value["kind"]?.string.flatMap(FileKind.init) ?? .file,
            size: value["size"]?.int ?? 0, width: value["w"]?.int.map { Int($0) },
            height: value["h"]?.int.map { Int($0) }, duration: value["duration"]?.int)
        guard let still = value["still"], let path = still["path"]?.string, let width = still["w"]?.int,
            let height = still["h"]?.int
        else { return }
        file?.still = Still(path: path, width: Int(clamping: width), height: Int(clamping: height))
        file?.still?.size = still["size"]?.int ?? 0
        file?.still?.upload = still["upload"]?.string
    }
}
