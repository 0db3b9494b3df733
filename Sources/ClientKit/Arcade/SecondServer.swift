import JSON

/// A second server that the account's own server knows: games and shared viewing for people who are talking.
///
/// Source: `GET /_mado/v1/sessions/servers`.
package struct SecondServer: Sendable, Equatable {
    package let name: String
    package let title: String
    /// With a slash at its end.
    package let url: String
    /// It learns nothing of this member.
    package var isRefused: Bool
    /// The member has shown to it who they are.
    package let isUsed: Bool

    package init(name: String, title: String, url: String, isRefused: Bool, isUsed: Bool) {
        self.name = name
        self.title = title
        self.url = url
        self.isRefused = isRefused
        self.isUsed = isUsed
    }

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, let url = value["url"]?.string, url.hasSuffix("/"),
            url.hasPrefix("https://") || url.hasPrefix("http://")
        else { return nil }
        self.init(
            name: name, title: value["title"]?.string ?? name, url: url, isRefused: value["refused"]?.bool ?? false,
            isUsed: value["used"]?.bool ?? false)
    }

    /// Of the server's answer; nil when it is something else.
    static func list(_ answer: JSONValue) -> [SecondServer]? {
        answer["servers"]?.array.map { list in list.compactMap(SecondServer.init) }
    }
}

/// What people do together at a second server.
package enum ArcadeActivity: String, Sendable, CaseIterable {
    case reversi, chess, go, drawing, viewing

    /// One against another, with a winner.
    package var isContest: Bool {
        switch self {
        case .reversi, .chess, .go: true
        case .drawing, .viewing: false
        }
    }

    package var isGame: Bool { self != .viewing }
}
