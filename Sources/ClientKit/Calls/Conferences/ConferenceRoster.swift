/// Somebody who sends in a conference, as the server tells it.
package struct ConferencePublisher: Sendable, Equatable {
    /// The server's name for this device in this conference.
    package var participant: String
    package var userID: String
    package var hasVideo: Bool
    /// What its program says of it, though it goes on sending.
    package var muted: ConferenceMuted

    package init(participant: String, userID: String, hasVideo: Bool, muted: ConferenceMuted = ConferenceMuted()) {
        self.participant = participant
        self.userID = userID
        self.hasVideo = hasVideo
        self.muted = muted
    }

    /// Whether it is the same that is sent.
    fileprivate func sendsSame(as other: ConferencePublisher) -> Bool {
        (participant, userID, hasVideo) == (other.participant, other.userID, other.hasVideo)
    }
}

/// Whether somebody is without sound or picture.
package struct ConferenceMuted: Sendable, Equatable {
    package var audio: Bool
    package var video: Bool

    package init(audio: Bool = false, video: Bool = false) {
        self.audio = audio
        self.video = video
    }
}

/// What the server tells of a conference.
package enum ConferenceEvent: Sendable, Equatable {
    case published(ConferencePublisher)
    case unpublished(participant: String)
    case muted(participant: String, ConferenceMuted)
    /// What a subscription brings has changed; to be answered.
    case offer(subscription: String, sdp: String)
    /// The bridge has ended a connection; the one on which this device sends without a subscription.
    case disconnected(subscription: String?)
    /// It is over for this device, which may join again.
    case ended
}

/// From whom a device gets sound and picture in a conference, without clock, network and media: it is told what happened
/// and says what to do.
///
/// Each member has one place, whatever number of devices they are in it with: the first that sends. Invariant: no member has
/// a place twice, and this member has none.
package struct ConferenceRoster: Sendable, Equatable {
    package enum Action: Sendable, Equatable {
        case subscribe(ConferencePublisher)
        case drop(userID: String)
    }

    /// As many as the server's conferences have, at most.
    package static let limit = 64

    let owner: String
    /// In the order in which they came.
    package private(set) var seats: [ConferencePublisher] = []
    /// Further devices of those who have a place already.
    private var further: [ConferencePublisher] = []

    package init(owner: String) { self.owner = owner }

    /// Those who send already when this device comes.
    package mutating func joined(_ publishers: [ConferencePublisher]) -> [Action] {
        publishers.flatMap { published($0) }
    }

    package mutating func take(_ event: ConferenceEvent) -> [Action] {
        switch event {
        case .published(let publisher): published(publisher)
        case .unpublished(let participant): unpublished(participant)
        case .muted(let participant, let muted): self.muted(participant, muted)
        case .offer, .disconnected: []
        case .ended: left()
        }
    }

    /// All places are given up.
    package mutating func left() -> [Action] {
        defer { (seats, further) = ([], []) }
        return seats.map { .drop(userID: $0.userID) }
    }

    private mutating func published(_ publisher: ConferencePublisher) -> [Action] {
        guard publisher.userID != owner, seats.count < Self.limit, further.count < Self.limit else { return [] }
        if let at = seats.firstIndex(where: { $0.participant == publisher.participant }) {
            let isSame = seats[at].sendsSame(as: publisher)
            seats[at] = publisher
            // It sends something else than before: what was got of it is of no use.
            return isSame ? [] : [.drop(userID: publisher.userID), .subscribe(publisher)]
        }
        guard !seats.contains(where: { $0.userID == publisher.userID }) else {
            further.append(publisher)
            return []
        }
        seats.append(publisher)
        return [.subscribe(publisher)]
    }

    private mutating func muted(_ participant: String, _ muted: ConferenceMuted) -> [Action] {
        for at in seats.indices where seats[at].participant == participant { seats[at].muted = muted }
        for at in further.indices where further[at].participant == participant { further[at].muted = muted }
        return []
    }

    private mutating func unpublished(_ participant: String) -> [Action] {
        further.removeAll { $0.participant == participant }
        guard let at = seats.firstIndex(where: { $0.participant == participant }) else { return [] }
        let gone = seats.remove(at: at)
        guard let next = further.firstIndex(where: { $0.userID == gone.userID }) else {
            return [.drop(userID: gone.userID)]
        }
        let publisher = further.remove(at: next)
        seats.append(publisher)
        return [.drop(userID: gone.userID), .subscribe(publisher)]
    }
}
