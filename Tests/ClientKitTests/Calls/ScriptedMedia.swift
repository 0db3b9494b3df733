@testable import ClientKit

/// Camera, microphone and connections that do what a test says, and keep what they were told.
@MainActor final class ScriptedMedia: CallMedia {
    private(set) var isMuted = false
    private(set) var isCameraOn: Bool
    private(set) var isClosed = false
    /// The newest to each person.
    private(set) var peers: [String: ScriptedPeer] = [:]
    private let name: String
    private let hasVideo: Bool
    private let describesAtOnce: Bool
    private let changes: AwaitedChanges
    private var peerCount = 0

    /// - Parameter describesAtOnce: whether descriptions are there as soon as they are asked for; otherwise the test says when.
    init(_ name: String, _ call: Call, describesAtOnce: Bool, changes: AwaitedChanges) {
        self.name = name
        isCameraOn = call.isCameraOn
        hasVideo = call.kind == .video
        self.describesAtOnce = describesAtOnce
        self.changes = changes
    }

    var streams: CallStreams {
        CallStreams([name: CallStreams.Stream(audioMuted: isMuted, videoMuted: !isCameraOn)])
    }

    var sendsAnything: Bool { true }

    func makePeer(
        for userID: String, relays: @escaping @MainActor () -> [String], part: CallPeerPart
    ) -> any CallPeer {
        peerCount += 1
        let sdp = CallMachineTests.sdp("\(name)-\(peerCount)-\(userID)", video: hasVideo)
        let peer = ScriptedPeer(sdp, describesAtOnce: describesAtOnce, changes: changes)
        peers[userID] = peer
        return peer
    }

    func setMuted(_ isMuted: Bool) { self.isMuted = isMuted }
    func setCamera(_ isOn: Bool) { isCameraOn = isOn }
    func close() { isClosed = true }
}

/// A connection that finds a way when a test says so.
@MainActor final class ScriptedPeer: CallPeer {
    var onEvent: @MainActor (CallPeerEvent) -> Void = { _ in }
    private(set) var isSending = true
    private(set) var isClosed = false
    /// What was asked for and not given yet: an offer or an answer.
    private(set) var isAsked = false
    private(set) var accepted: [String] = []
    private let sdp: String
    private let describesAtOnce: Bool
    private let changes: AwaitedChanges

    init(_ sdp: String, describesAtOnce: Bool, changes: AwaitedChanges) {
        self.sdp = sdp
        self.describesAtOnce = describesAtOnce
        self.changes = changes
    }

    func makeOffer() { ask() }
    func makeAnswer(to offer: String, isFresh: Bool) { ask() }
    func accept(answer: String) { accepted.append(answer) }
    func add(_ candidates: [ICECandidate]) {}
    func dropOffer() {}
    func setSending(_ isSending: Bool) { self.isSending = isSending }
    func close() { isClosed = true }

    private func ask() {
        isAsked = true
        if describesAtOnce { describe() }
        changes.happened()
    }

    /// The description that was asked for is there.
    func describe() {
        isAsked = false
        onEvent(.described(sdp))
    }

    func connect() { onEvent(.path(.connected)) }
}
