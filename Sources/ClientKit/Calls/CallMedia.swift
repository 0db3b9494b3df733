/// What a call needs of whoever has camera, microphone and connections. Main actor.
@MainActor package protocol CallMedia: AnyObject {
    /// The own streams, by the id that the session descriptions give them.
    var streams: CallStreams { get }
    /// Whether there is sound or picture to send; a connection that only sends has nothing to stand for without.
    var sendsAnything: Bool { get }
    /// A connection to one person.
    /// - Parameter relays: `turn://NAME:PASSWORD@HOST:PORT?transport=…`; to be asked whenever it is made anew.
    func makePeer(
        for userID: String, relays: @escaping @MainActor () -> [String], part: CallPeerPart
    ) -> any CallPeer
    func setMuted(_ isMuted: Bool)
    func setCamera(_ isOn: Bool)
    /// Ends all of it.
    func close()
}

/// What a connection is for.
package enum CallPeerPart: Sendable, Equatable {
    /// Both ways, to one person.
    case both
    /// To the bridge of a conference, or from it; by relays alone, for it is reached by nothing else.
    case sending, receiving
}

/// The media's connection to one person.
@MainActor package protocol CallPeer: AnyObject {
    var onEvent: @MainActor (CallPeerEvent) -> Void { get set }
    /// Makes a connection, and its offer. One that is there goes on until the new one stands.
    func makeOffer()
    /// Gives up the connection whose offer was not answered.
    func dropOffer()
    /// - Parameter isFresh: by a connection that is made anew, as for an offer; else by the one that is there.
    func makeAnswer(to offer: String, isFresh: Bool)
    func accept(answer: String)
    /// Those that come before the other side's description wait for it.
    func add(_ candidates: [ICECandidate])
    func setSending(_ isSending: Bool)
    func close()
}

package enum CallPeerEvent: Sendable, Equatable {
    case described(String)
    case found(ICECandidate)
    case path(MediaPath)
    /// A connection that was made anew has taken the place of the one before.
    case renewed
    /// It found no way. The one before goes on.
    case notRenewed
    /// The first picture of the person.
    case pictureCame
    case figures(CallFigures)
    /// It cannot go on; why.
    case failed(String)
}

/// What the media count, each second or so.
package struct CallFigures: Sendable, Equatable {
    package enum Route: Sendable, Equatable {
        case direct
        /// As above, but over TCP: what is lost delays what comes after it.
        case directOverTCP
        case relay
        /// Through the relay, and to it through a proxy of this name (empty where there is none): its own port only.
        case relayThroughPort(proxy: String)
    }

    package var route: Route?
    /// 0…1 of the other side's packets of the last seconds.
    package var lossReceived = 0.0
    /// 0…1 of the own packets of the last seconds, as the other side tells; nil before it has.
    package var lossSent: Double?
    /// Milliseconds there and back.
    package var roundTrip = 0.0
    package var framesReceived = 0
    package var soundPacketsReceived = 0
    /// Milliseconds between two packets of sound, the longest so far.
    package var longestSilence = 0
    /// Bits a second.
    package var bitsReceived = 0
    /// What the own picture may have, in bits a second.
    package var bitsAllowed = 0

    package init() {}
}
