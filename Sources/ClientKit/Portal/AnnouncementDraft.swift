import JSON

/// An announcement that somebody writes.
package struct AnnouncementDraft: Sendable, Equatable {
    package var audience = Audience.all
    package var title = ""
    package var text = ""
    /// `mxc://`.
    package var picture: String?
    package var link: String?
    /// Milliseconds since 1970.
    package var from: Int64?
    package var until: Int64?
    package var priority = Announcement.Priority.normal

    package init() {}

    /// What the server keeps of one.
    init(_ kept: JSONValue) {
        title = kept["title"]?.string ?? ""
        text = kept["text"]?.string ?? ""
        picture = kept["picture"]?.string
        link = kept["link"]?.string
        from = kept["from_ts"]?.int
        until = kept["until_ts"]?.int
        priority = kept["priority"]?.string.flatMap(Announcement.Priority.init) ?? .normal
    }

    var json: [UInt8] {
        JSONWriter.object { object in
            object.object("audience") { audience.write(to: &$0) }
            object.member("title", title)
            object.member("text", text)
            object.memberIfPresent("picture", picture)
            object.memberIfPresent("link", link)
            object.memberIfPresent("from_ts", from)
            object.memberIfPresent("until_ts", until)
            object.member("priority", priority.rawValue)
        }
    }
}

/// An announcement that this member may change or withdraw, as the server keeps it.
package struct ChangeableAnnouncement: Sendable, Equatable, Identifiable {
    /// The server's name for it, which is not its event's.
    package let id: String
    package let roomID: String
    /// nil as long as it is held back.
    package var eventID: String?
    /// When it will be on the board, in milliseconds since 1970; nil once it is.
    package var heldUntil: Int64?
    /// Without an audience: that stays.
    package var draft: AnnouncementDraft

    init?(_ value: JSONValue) {
        guard let id = value["announcement_id"]?.string, let roomID = value["room_id"]?.string,
            let kept = value["announcement"], kept.isObject
        else { return nil }
        self.id = id
        self.roomID = roomID
        eventID = value["event_id"]?.string
        heldUntil = value["held_until_ts"]?.int
        draft = AnnouncementDraft(kept)
    }
}

/// Whom this member may announce something to.
package struct AudienceChoice: Sendable, Equatable {
    package var audience: Audience
    package var label: String
}
