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
        let open = announcements.filter { $0.roomID == roomID && $0.id != announcement.id && !$0.isDismissed }
        let first = limit ?? open.map(\.position).min() ?? .max
        parts.engine.submit { database, changes in
            if isDismissed { try database.dismiss(announcement.id) }
            changes.summaries = [roomID]
            guard announcement.position < first else { return }
            let room = try database.room(roomID)
            if let read = try database.readPosition(of: owner, in: room), announcement.position <= read { return }
            try database.setReceipt(
                owner, kind: "m.fully_read", thread: "", eventID: announcement.id, timestamp: now, in: room)
            try database.setValue("+" + announcement.id, for: ReadMarks.name(roomID))
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

    /// - Parameter picture: a file that is uploaded first.
    /// - Returns: until when the server holds it back; nil when it is on the boards now.
    /// - Throws: ``MatrixClientError``, ``TransportError``.
    package func announce(_ draft: AnnouncementDraft, picture: String?) async throws -> Int64? {
        let client = try account.running().client
        var draft = draft
        if let picture {
            draft.picture = try await client.upload(
                file: picture, mimeType: MediaType.ofFile(picture), name: "picture")
        }
        return try await client.announce(draft)["held_until_ts"]?.int
    }

    /// How many of how many have seen an announcement; for those who may write there.
    package func seen(_ announcement: Announcement) async throws -> (seen: Int, audience: Int) {
        let answer = try await account.running().client.seen(announcement.id, in: announcement.roomID)
        return (Int(clamping: answer["seen"]?.int ?? 0), Int(clamping: answer["audience"]?.int ?? 0))
    }
}
