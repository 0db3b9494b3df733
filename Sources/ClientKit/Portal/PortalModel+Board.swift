import JSON

extension PortalModel {
    /// Puts an announcement away, here and for the member's other devices. Urgent ones stay.
    package func dismiss(_ announcement: Announcement) {
        guard announcement.canBeDismissed else { return markSeen(announcement) }
        note(announcement)
    }

    /// The member has looked at all of them; urgent ones go on being shown.
    package func markAllSeen() {
        for announcement in announcements.sorted(by: { $0.position < $1.position }) {
            note(announcement, isDismissed: announcement.canBeDismissed, after: .max)
        }
    }

    /// The member has looked at it; an urgent one goes on being shown.
    private func markSeen(_ announcement: Announcement) { note(announcement, isDismissed: false) }

    private func note(_ announcement: Announcement, isDismissed: Bool = true, after limit: Int64? = nil) {
        guard let parts = account.parts else { return }
        let (owner, now) = (account.userID, parts.engine.clock.now().wall)
        let roomID = announcement.roomID
        // A receipt stands for all before it: it goes as far as nothing before is still to be seen.
        let ofBoard = announcements.filter { $0.roomID == roomID }
        let open = ofBoard.filter { $0.id != announcement.id && !$0.isDismissed }
        let first = limit ?? open.map(\.position).min() ?? .max
        let done = ofBoard.filter { ($0.isDismissed || $0.id == announcement.id) && $0.position < first }
        let last = limit == nil ? done.max { $0.position < $1.position } : announcement
        parts.engine.submit { database, changes in
            if isDismissed { try database.dismiss(announcement.id) }
            changes.summaries = [roomID]
            guard let last else { return }
            let room = try database.room(roomID)
            if let read = try database.readPosition(of: owner, in: room), last.position <= read { return }
            try database.setReceipt(
                owner, kind: "m.fully_read", thread: "", eventID: last.id, timestamp: now, in: room)
            try database.setValue("+" + last.id, for: ReadMarks.name(roomID))
        }
        guard parts.engine.sendsAtOnce else { return }
        Task { await parts.engine.sendReadMarks() }
    }

    /// Whom this member may announce something to; empty for most members.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func audiences() async throws -> [AudienceChoice] {
        let answer = try await account.running().client.audiences()
        guard answer["may_announce"]?.bool == true else { return [] }
        return answer["audiences"]?.array?.compactMap { entry in
            Audience(entry["audience"]).map { AudienceChoice(audience: $0, label: entry["label"]?.string ?? "") }
        } ?? []
    }

    /// Those that this member may change or withdraw, newest first.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func changeableAnnouncements() async throws -> [ChangeableAnnouncement] {
        let answer = try await account.running().client.changeableAnnouncements()
        return answer["announcements"]?.array?.compactMap { ChangeableAnnouncement($0) } ?? []
    }

    /// Puts another text in an announcement's place.
    /// - Parameter picture: a file that is uploaded first; nil leaves the draft's own.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func change(_ id: String, to draft: AnnouncementDraft, picture: String?) async throws {
        let client = try account.running().client
        try await client.changeAnnouncement(id, to: Self.withPicture(picture, draft, client))
    }

    /// Takes an announcement off its board; one that is held back is never shown.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func withdraw(_ announcement: ChangeableAnnouncement) async throws {
        try await account.running().client.withdrawAnnouncement(announcement.id)
    }

    private static func withPicture(
        _ path: String?, _ draft: AnnouncementDraft, _ client: MatrixClient
    ) async throws -> AnnouncementDraft {
        guard let path else { return draft }
        var draft = draft
        draft.picture = try await client.upload(file: path, mimeType: MediaType.ofFile(path), name: "picture")
        return draft
    }

    /// - Parameter picture: a file that is uploaded first.
    /// - Returns: until when the server holds it back; nil when it is on the boards now.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func announce(_ draft: AnnouncementDraft, picture: String?) async throws -> Int64? {
        let client = try account.running().client
        return try await client.announce(Self.withPicture(picture, draft, client))["held_until_ts"]?.int
    }

    /// How many of how many have seen an announcement; for those who may write there.
    package func seen(_ announcement: Announcement) async throws -> (seen: Int, audience: Int) {
        let answer = try await account.running().client.seen(announcement.id, in: announcement.roomID)
        return (Int(clamping: answer["seen"]?.int ?? 0), Int(clamping: answer["audience"]?.int ?? 0))
    }
}
