import ClientKit

/// What the Stage shows.
enum StageContent {
    case picture(MediaReference, title: String, ConversationModel)
    case film(MediaReference, title: String, ConversationModel)

    var title: String {
        switch self {
        case .picture(_, let title, _), .film(_, let title, _): title
        }
    }
    var media: MediaReference {
        switch self {
        case .picture(let media, _, _), .film(let media, _, _): media
        }
    }
    var conversation: ConversationModel {
        switch self {
        case .picture(_, _, let conversation), .film(_, _, let conversation): conversation
        }
    }
}
