/// A call of this device: with one person, or with several of one room, a connection to each (a mesh).
///
/// The calls between each two of several people carry the same group id. Who was called by one of them and accepts meets
/// those who are in it already; of each pair the one with the lesser user id calls, and the other takes it by itself.
@MainActor package final class Call {
    package enum Phase: Sendable, Equatable {
        /// It rings at the others'.
        case calling
        /// It rings here.
        case ringing
        case connecting
        case active
        /// The connection broke and is looked for anew.
        case reconnecting
        case ended(CallEnd)
    }

    /// The connection to one person.
    package struct Leg: Sendable {
        package internal(set) var machine: CallMachine
        package internal(set) var figures = CallFigures()
        /// Milliseconds from the moment in which this member or the other one accepted to the first picture.
        package internal(set) var pictureAfter: Int64?
        /// When that was, in the clock's milliseconds.
        var acceptedAt: Int64?
    }

    package static let meshLimit = 4

    package unowned let account: AccountModel
    package let roomID: String
    /// Of the group where there are several people, else the call's.
    package let id: String
    package let isIncoming: Bool
    /// What the caller asked for.
    package internal(set) var kind: CallKind
    package internal(set) var phase: Phase
    /// Whether the member has agreed to talk.
    package internal(set) var isAccepted: Bool
    /// By the other's user id.
    package internal(set) var legs: [String: Leg] = [:]
    /// In the order in which they came.
    package internal(set) var people: [String] = []
    package internal(set) var isMuted = false
    package internal(set) var isCameraOn = false
    package internal(set) var isOnHold = false
    /// Since when both talk, in milliseconds since 1970.
    package internal(set) var since: Int64?
    package internal(set) var media: (any CallMedia)?
    /// That of the worst line.
    package private(set) var quality = CallQuality.unknown
    package let changes = Observers<CallChange>()

    /// Of several people: who is in it, as far as the room tells.
    var joined: Set<String> = []
    var peers: [String: any CallPeer] = [:]
    /// Where the server's bridge stands between all; then there are no legs.
    var conference: Conference?
    var relays = CallRelays()
    /// Asks for another name and password for them.
    var renewal: Task<Void, Never>?
    /// By the other's user id: what a connection is to do once that is done.
    var waiting: [String: [CallMachine.Action]] = [:]
    /// This computer's, when the connections were made.
    var addresses: Set<String> = []
    /// Tells the server that it goes on.
    var reporting: Task<Void, Never>?
    /// A further call with somebody counts as the same; an ended leg is kept until then.
    package let isGroup: Bool

    init(
        account: AccountModel, roomID: String, id: String, kind: CallKind, isIncoming: Bool, isGroup: Bool
    ) {
        self.account = account
        self.roomID = roomID
        self.id = id
        self.kind = kind
        self.isIncoming = isIncoming
        self.isGroup = isGroup
        isAccepted = !isIncoming
        phase = isIncoming ? .ringing : .calling
        isCameraOn = kind == .video
    }
}

/// What ``Call`` tells its observers, after it has changed.
package enum CallChange: Sendable, Equatable {
    case phase
    /// Somebody came or went, is silent, shows no picture or holds.
    case people
    case own
    case figures(userID: String)
    /// Somebody did not come.
    case missed(userID: String, CallEnd)
}

extension Call {
    package var conversation: ConversationModel? { account.conversation(roomID) }

    /// Those with whom there is or may be a connection.
    package var present: [String] { conference?.people ?? people.filter { legs[$0]?.machine.end == nil } }

    package var isConference: Bool { conference != nil }

    /// Whether the way to the person stands.
    package func isConnected(_ userID: String) -> Bool {
        conference?.isConnected(userID) ?? (legs[userID]?.machine.state == .connected)
    }

    package func figures(of userID: String) -> CallFigures? {
        conference?.figures(of: userID) ?? legs[userID]?.figures
    }

    package var isEnded: Bool {
        if case .ended = phase { return true }
        return false
    }

    /// Whether somebody holds the call, so that neither sound nor picture is to be expected.
    package var isHeldByOther: Bool {
        let present = present
        return !present.isEmpty && present.allSatisfy { legs[$0]?.machine.isHeldByOther == true }
    }

    package func isSilent(_ userID: String) -> Bool {
        if let conference { return conference.isSilent(userID) }
        return legs[userID]?.machine.remoteStreams.first?.audioMuted ?? false
    }

    package func showsPicture(_ userID: String) -> Bool {
        if let conference { return conference.showsPicture(userID) }
        guard !isOnHold, let machine = legs[userID]?.machine, machine.hasRemoteVideo else { return false }
        return machine.remoteStreams.first?.videoMuted != true && !machine.isHeldByOther
    }

    /// Whether the person's picture is that of their screen.
    package func showsScreen(_ userID: String) -> Bool {
        showsPicture(userID) && legs[userID]?.machine.remoteStreams.first?.isScreen == true
    }

    /// After new figures.
    func judge() {
        let worst = present.filter(isConnected).compactMap(figures).max { $0.loss < $1.loss }
        quality = worst.map { CallQuality($0, after: quality) } ?? .unknown
    }

    /// The way to the person, or to the first whose way is known.
    package var route: CallFigures.Route? { present.compactMap { figures(of: $0)?.route }.first }

    /// What the machines say together.
    func derivedPhase() -> Phase {
        let states = people.compactMap { legs[$0]?.machine.state }
        if states.contains(.connected) { return .active }
        if states.contains(.reconnecting) { return .reconnecting }
        if states.contains(.connecting) || states.contains(.answering) { return .connecting }
        if states.contains(.ringing) { return isAccepted ? .connecting : .ringing }
        if states.contains(.inviting) || states.contains(.preparing) {
            return since == nil && !isIncoming ? .calling : .connecting
        }
        let ends = people.compactMap { legs[$0]?.machine.end }
        return .ended(ends.last { $0 == .hungUp } ?? ends.last ?? .hungUp)
    }
}

extension CallFigures {
    /// Of the worse of both ways.
    var loss: Double { max(lossReceived, lossSent ?? 0) }
}
