import JSON

/// What a second server says in a conversation: that somebody waits there, or how it ended.
///
/// Source: `mado.session` in a message's content; docs/session-launch.md.
package struct SessionCard: Sendable, Equatable {
    package enum Kind: String, Sendable { case card, result }

    package let kind: Kind
    /// The second server's name; nothing is opened but what the account's own server knows by it.
    package let server: String
    package let sessionID: String
    package let activity: ArcadeActivity
    /// In the language of whoever it came from.
    package let text: String
    /// User ids of those whom it is for; empty for a result.
    package let people: [String]

    package init(
        kind: Kind, server: String, sessionID: String, activity: ArcadeActivity, text: String, people: [String]
    ) {
        self.kind = kind
        self.server = server
        self.sessionID = sessionID
        self.activity = activity
        self.text = text
        self.people = people
    }

    /// Of a message's content; nil when it is a message like any other.
    init?(content: JSONValue) {
        guard let session = content["mado.session"], let kind = session["kind"]?.string.flatMap(Kind.init),
            let server = session["server"]?.string, let id = session["session_id"]?.string,
            let activity = session["activity"]?.string.flatMap(ArcadeActivity.init)
        else { return nil }
        let people = content["m.mentions"]?["user_ids"]?.array.map { $0.compactMap(\.string) } ?? []
        self.init(
            kind: kind, server: server, sessionID: id, activity: activity, text: session["text"]?.string ?? "",
            people: people)
    }
}
