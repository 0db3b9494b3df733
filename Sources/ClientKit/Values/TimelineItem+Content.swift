extension TimelineItem {
    /// What an item shows. `html` is as received: ``MessageHTML`` makes of it what may be drawn.
    package enum Content: Sendable, Equatable {
        case text(plain: String, html: String?)
        case notice(plain: String, html: String?)
        case emote(plain: String, html: String?)
        case image(MediaReference, caption: String?)
        case video(MediaReference, caption: String?)
        case audio(MediaReference, caption: String?)
        case voice(MediaReference, caption: String?)
        case file(MediaReference, caption: String?)
        /// Of a second server: somebody waits there, or how it ended.
        case session(SessionCard)
        case redacted
        case encrypted
        case membership(MembershipKind, who: Person, by: Person)
        case roomChange(RoomChange, value: String?)
        case call(CallRecord)
        /// `fallback` is what its sender wrote for clients that do not know the type.
        case unsupported(type: String, fallback: String?)
        /// Here are messages that have not been fetched: the item before and the one after are not neighbours. They are
        /// fetched by themselves while there is a connection.
        case gap
    }

    package enum MembershipKind: String, Sendable, Equatable {
        case asked, joined, declined, left, removed, banned, unbanned, withdrawn, knocked
        case renamed, changedAvatar
    }

    package enum RoomChange: String, Sendable, Equatable {
        case created, title, topic, avatar, encryption, permissions, joinRules, historyVisibility, guestAccess
        case upgraded, pinned, other
    }

    /// Where an own message is on its way.
    package enum SendState: Sendable, Equatable {
        case sent
        /// In the outbox.
        case waiting
        /// 0…1 of the file that is being uploaded; 0 for text.
        case sending(progress: Double)
        /// The server will not take it; it stays until it is tried again or withdrawn.
        case failed(reason: String)
    }

    package struct ReplySummary: Sendable, Equatable {
        package var eventID: String
        /// nil when the message is not in the store.
        package var sender: Person?
        package var text: String

        package init(eventID: String, sender: Person?, text: String) {
            self.eventID = eventID
            self.sender = sender
            self.text = text
        }
    }

    package struct Reaction: Sendable, Equatable {
        /// Usually one emoji.
        package var key: String
        package var count: Int
        package var mine: Bool
        /// User ids, in the order in which they reacted.
        package var people: [String]

        package init(key: String, count: Int, mine: Bool, people: [String]) {
            self.key = key
            self.count = count
            self.mine = mine
            self.people = people
        }
    }

    package struct ThreadSummary: Sendable, Equatable {
        package var count: Int
        package var lastText: String

        package init(count: Int, lastText: String) {
            self.count = count
            self.lastText = lastText
        }
    }
}
