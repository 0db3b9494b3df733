import ClientKit
import GtkKit
import MediaKit

/// The connection to one person, for ``CallDesk``: made anew whenever that asks for an offer or a fresh answer.
///
/// The one that stands goes on until the new one does, which takes its place once something came by it, or after
/// ``grace`` seconds: whoever sends nothing would never be heard.
@MainActor final class CallPeerAdapter: CallPeer {
    var onEvent: @MainActor (CallPeerEvent) -> Void = { _ in }
    var onFrame: @MainActor (Texture) -> Void = { _ in }
    var onLevel: @MainActor (Double) -> Void = { _ in }
    /// - Returns: what the own picture may have, in bits a second.
    var onCounts: @MainActor (CallFigures, CallBitrate.Second) -> Int = { _, _ in 0 }
    /// What comes now says nothing of what came before.
    var onAnotherWay: @MainActor () -> Void = {}
    private(set) var isClosed = false
    private let pipeline: CallPipeline
    /// Their names and passwords change while a call lasts.
    private let relays: @MainActor () -> [String]
    private let part: CallPeerPart
    private let receivesPicture: @MainActor () -> Bool
    /// The one that carries sound and picture, or is to.
    private var connection: PeerConnection?
    /// Made anew, while the one before is there.
    private var successor: PeerConnection?
    /// Seconds since the successor stood; nil before.
    private var standing: Int?
    private var counting: MainLoop.Repeating?
    private var last: PeerCounts?
    private var lossReceived = PacketLoss()
    private var lossSent = PacketLoss()
    /// Milliseconds, as last told.
    private var roundTrip = 0.0
    private var isSending = true
    /// Pictures of connections that were given up.
    private var framesBefore = 0
    let sounds = SoundArrival()
    private var hasPicture = false
    private var isConnected = false
    /// Seconds in which nothing came.
    private var silent = 0
    /// Of a connection that is being made, those that come before the other side's description.
    private var early: [ICECandidate] = []

    /// Seconds without anything after which the way counts as broken.
    private static let patience = 4
    private static let grace = 3

    init(
        _ pipeline: CallPipeline, relays: @escaping @MainActor () -> [String], part: CallPeerPart,
        receivesPicture: @escaping @MainActor () -> Bool
    ) {
        self.pipeline = pipeline
        self.part = part
        self.relays = relays
        self.receivesPicture = receivesPicture
    }

    /// What descriptions and candidates are about: the one that was made last.
    private var newest: PeerConnection? { successor ?? connection }

    private func makeConnection() -> PeerConnection? {
        do {
            let made = try PeerConnection(
                pipeline, relays: relays(), sounds: sounds, isRelayOnly: part != .both)
            made.onEvent = { [weak self, weak made] event in
                if let self, let made { heard(event, from: made) }
            }
            made.onFrame = { [weak self] in self?.show($0) }
            made.onLevel = { [weak self] in self?.onLevel($0) }
            dropOffer()
            if connection != nil, isConnected {
                successor = made
            } else {
                use(made)
            }
            if !isSending { made.setSending(false) }
            if counting == nil {
                counting = MainLoop.every(milliseconds: 1000) { [weak self] in
                    self?.count()
                    return self?.isClosed == false
                }
            }
            return made
        } catch {
            onEvent(.failed(Words.media(error)))
            return nil
        }
    }

    /// It carries the call from now on; the one before is closed.
    private func use(_ new: PeerConnection) {
        framesBefore += connection?.frameCount ?? 0
        connection?.close()
        connection = new
        successor = nil
        last = nil
        (lossReceived, lossSent, roundTrip) = (PacketLoss(), PacketLoss(), 0)
        onAnotherWay()
        silent = 0
        isConnected = standing != nil
        standing = nil
    }

    func makeOffer() {
        guard part == .both else { return makeConnection()?.makeOffer() ?? () }
        makeConnection()?.makeOffer(receivesPicture: receivesPicture())
    }

    func dropOffer() {
        successor?.close()
        successor = nil
        standing = nil
    }

    func makeAnswer(to offer: String, isFresh: Bool) {
        guard let connection = isFresh || newest == nil ? makeConnection() : newest else { return }
        guard part == .both else { return connection.makeAnswer(to: offer, PeerConnection.Payloads()) }
        let description = SessionDescription(offer)
        connection.makeAnswer(to: offer, PeerConnection.Payloads(description))
    }

    func accept(answer: String) { newest?.accept(answer: answer) }

    func add(_ candidates: [ICECandidate]) {
        for candidate in candidates where !candidate.isEnd {
            newest?.add(candidate: candidate.text, line: candidate.line)
        }
    }

    func setSending(_ isSending: Bool) {
        self.isSending = isSending
        sounds.rest()
        connection?.setSending(isSending)
        successor?.setSending(isSending)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        counting?.stop()
        counting = nil
        dropOffer()
        connection?.close()
        connection = nil
    }

    private func show(_ frame: Texture) {
        if !hasPicture {
            hasPicture = true
            onEvent(.pictureCame)
        }
        onFrame(frame)
    }

    private func heard(_ event: PeerConnection.Event, from sender: PeerConnection) {
        switch event {
        case _ where sender !== connection && sender !== successor: break
        case .described(let sdp) where sender === newest: onEvent(.described(sdp))
        case .candidate(let line, let text) where sender === newest:
            onEvent(.found(text.map { ICECandidate(text: $0, line: line) } ?? .end))
        case _ where sender === successor: heardOfSuccessor(event, sender)
        case .state(.connected):
            isConnected = true
            silent = 0
            onEvent(.path(.connected))
        case .state(.disconnected): onEvent(.path(.disconnected))
        case .state(.failed):
            isConnected = false
            onEvent(.path(.failed))
        case .failed(let reason): onEvent(.failed(reason))
        case .state(.connecting), .arrived, .described, .candidate: break
        }
    }

    private func heardOfSuccessor(_ event: PeerConnection.Event, _ successor: PeerConnection) {
        switch event {
        case .state(.connected):
            standing = 0
            // Nothing is lost with one that carries nothing.
            if !isConnected || silent >= Self.patience { takeOver(successor) }
        case .arrived:
            standing = standing ?? 0
            takeOver(successor)
        case .state(.failed), .failed:
            dropOffer()
            onEvent(isConnected ? .notRenewed : .path(.failed))
        case .state(.connecting), .state(.disconnected), .described, .candidate: break
        }
    }

    private func takeOver(_ successor: PeerConnection) {
        use(successor)
        onEvent(.path(.connected))
        onEvent(.renewed)
    }

    // MARK: Figures

    /// Once a second.
    func count() {
        if let standing, let successor {
            self.standing = standing + 1
            if standing + 1 >= Self.grace { takeOver(successor) }
        }
        let counted = connection
        counted?.count { [weak self] counts in
            // Of one that was given up meanwhile nothing counts.
            if let self, connection === counted { take(counts) }
        }
    }

    private func take(_ counts: PeerCounts) {
        guard !isClosed, isConnected else { return }
        let before = last
        last = counts
        var figures = CallFigures()
        figures.route = route(counts)
        figures.framesReceived = framesBefore + (connection?.frameCount ?? 0) + (successor?.frameCount ?? 0)
        figures.soundPacketsReceived = sounds.count
        figures.longestSilence = sounds.longestSilence
        roundTrip = counts.roundTrip ?? roundTrip
        figures.roundTrip = roundTrip
        lossReceived.take(lost: counts.packetsLost, of: counts.packets + counts.packetsLost)
        lossSent.take(lost: counts.reportedLost, of: counts.packetsReported)
        figures.lossReceived = lossReceived.value ?? 0
        figures.lossSent = lossSent.value
        if let before {
            let came = max(0, counts.packets - before.packets)
            figures.bitsReceived = Int(max(0, counts.bytesReceived - before.bytesReceived)) * 8
            watch(came: came > 0)
        }
        figures.bitsAllowed = onCounts(figures, second(counts, after: before))
        onEvent(.figures(figures))
    }

    private func second(_ counts: PeerCounts, after before: PeerCounts?) -> CallBitrate.Second {
        let reported = counts.packetsReported - (before?.packetsReported ?? 0)
        let lost = counts.reportedLost - (before?.reportedLost ?? 0)
        let bits = max(0, counts.bytesSent - (before?.bytesSent ?? 0)) * 8
        let packets = counts.packetsSent - (before?.packetsSent ?? 0)
        return CallBitrate.Second(
            loss: reported > 0 ? min(1, max(0, Double(lost) / Double(reported))) : nil, lossLately: lossSent.value,
            roundTrip: counts.roundTrip, sent: Int(bits),
            // How large the packets were that came there is not told.
            delivered: packets > 0 ? Int(bits / packets * max(0, reported - lost)) : 0)
    }

    /// libnice does not tell that nothing comes any more.
    private func watch(came: Bool) {
        // From the bridge nothing may come for long: somebody may have neither sound nor picture on.
        guard part == .both else { return }
        if came {
            if silent >= Self.patience { onEvent(.path(.connected)) }
            silent = 0
        } else if isSending {
            silent += 1
            if silent == Self.patience { onEvent(.path(.disconnected)) }
        }
    }

    private func route(_ counts: PeerCounts) -> CallFigures.Route? {
        guard !counts.localKind.isEmpty else { return nil }
        if counts.localKind == "relay" || counts.remoteKind == "relay" { return .relay }
        return counts.isTCP ? .directOverTCP : .direct
    }
}
