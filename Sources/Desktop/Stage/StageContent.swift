import ClientKit

/// What the Stage shows.
enum StageContent {
    case picture(MediaReference, title: String, ConversationModel)
    case film(MediaReference, title: String, ConversationModel)
    case channel(Channel, PortalModel)
    case arcade(ArcadeVisit, ArcadeModel)
    /// Against the program, without a connection.
    case alone(ArcadeActivity, SecondServer, ArcadeModel)

    @MainActor var title: String {
        switch self {
        case .picture(_, let title, _), .film(_, let title, _): title
        case .channel(let channel, _):
            [channel.title, channel.programme?.title ?? ""].filter { !$0.isEmpty }.joined(separator: " · ")
        case .arcade(let visit, _): ArcadeWords.name(visit.activity)
        case .alone(let activity, _, _): ArcadeWords.name(activity)
        }
    }

    /// A file of a conversation; nil for what is none.
    var shared: (media: MediaReference, conversation: ConversationModel)? {
        switch self {
        case .picture(let media, _, let conversation), .film(let media, _, let conversation): (media, conversation)
        case .channel, .arcade, .alone: nil
        }
    }

    var channel: (Channel, PortalModel)? {
        if case .channel(let channel, let portal) = self { return (channel, portal) }
        return nil
    }
}
