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

/// Whom this member may announce something to.
package struct AudienceChoice: Sendable, Equatable {
    package var audience: Audience
    package var label: String
}
