import ClientKit
import GtkKit
import MediaKit

/// Camera, microphone and connections of a call, for ``CallDesk``.
@MainActor final class CallMediaAdapter: CallMedia {
    let pipeline: CallPipeline
    private(set) var isSharing = false
    private var screen: ScreenSource?
    private var isMuted = false
    private var isCameraOn: Bool
    private let receivesPicture: Bool
    private(set) var peers: [String: CallPeerAdapter] = [:]
    /// A picture of somebody; of oneself with nil.
    var onFrame: @MainActor (String?, Texture) -> Void = { _, _ in }
    /// How loud somebody is, 0…1.
    var onLevel: @MainActor (String?, Double) -> Void = { _, _ in }
    var onError: @MainActor (String) -> Void = { _ in }
    /// What the picture shows is something else now, or nothing; whether there is one where there was none before.
    var onPicture: @MainActor (Bool) -> Void = { _ in }
    /// Asks which window the others are to see; nil is the whole screen.
    var onWindowChoice: @MainActor ([ScreenWindow], @escaping @MainActor (ScreenWindow?) -> Void) -> Void = { $1(nil) }
    /// The screen was asked for, and is not had.
    var onSharingFailed: @MainActor (ScreenSource.Failure) -> Void = { _ in }
    private var bitrates: [String: CallBitrate] = [:]
    private var detail = PictureDetail.full
    private var expectedLosses: [String: ExpectedLoss] = [:]

    /// - Throws: `MediaError`.
    init(_ call: Call, choice: CallPipeline.Choice) throws {
        isCameraOn = call.isCameraOn
        receivesPicture = call.kind == .video
        pipeline = try CallPipeline(choice, wantsPicture: call.isCameraOn)
        pipeline.onFrame = { [weak self] in self?.onFrame(nil, $0) }
        pipeline.onLevel = { [weak self] in self?.onLevel(nil, $0) }
        pipeline.onError = { [weak self] in self?.onError($0) }
        pipeline.onPictureLost = { [weak self] in self?.lost($0, $1) }
    }

    var hasMicrophone: Bool { pipeline.hasMicrophone }
    var hasPicture: Bool { pipeline.hasPicture }
    var sendsAnything: Bool { hasMicrophone || hasPicture }

    var streams: CallStreams {
        CallStreams([
            pipeline.streamID: CallStreams.Stream(
                isScreen: isSharing, audioMuted: isMuted || !hasMicrophone,
                videoMuted: !(hasPicture && (isCameraOn || isSharing)))
        ])
    }

    func makePeer(
        for userID: String, relays: @escaping @MainActor () -> [String], part: CallPeerPart
    ) -> any CallPeer {
        let peer = CallPeerAdapter(
            pipeline, relays: relays, part: part,
            receivesPicture: { [weak self] in self?.receivesPicture ?? true })
        peer.onFrame = { [weak self] in self?.onFrame(userID, $0) }
        peer.onLevel = { [weak self] in self?.onLevel(userID, $0) }
        peer.onCounts = { [weak self] in self?.adapt(to: userID, part, $0, $1) ?? 0 }
        peer.onAnotherWay = { [weak self] in self?.bitrates[userID]?.takeAnotherWay() }
        peers[userID] = peer
        pipeline.setPeople(open.count)
        return peer
    }

    func setMuted(_ isMuted: Bool) {
        self.isMuted = isMuted
        pipeline.setMuted(isMuted)
    }

    /// - Returns by `streams` what the others are told.
    func setCamera(_ isOn: Bool) {
        isCameraOn = isOn
        if isOn, !pipeline.hasPicture { pipeline.setPicture(.camera) }
        pipeline.setCamera(isOn || isSharing)
    }

    /// Asks for the screen, or gives it back. What comes of it is told once it is known: somebody may have to choose first.
    func setSharing(_ isOn: Bool) {
        if isSharing { show(screen: nil) }
        screen?.close()
        screen = nil
        guard isOn else { return }
        let asked = ScreenSource()
        screen = asked
        asked.onClosed = { [weak self] in self?.setSharing(false) }
        asked.onChoice = { [weak self] windows, choose in self?.onWindowChoice(windows, choose) }
        asked.open { [weak self] result in
            switch result {
            case .success(let elements): self?.show(screen: elements)
            case .failure(let failure): self?.onSharingFailed(failure)
            }
        }
    }

    /// - Parameter screen: the elements that give it; nil for the camera, if that is on.
    private func show(screen elements: String?) {
        let had = pipeline.hasPicture
        if let elements {
            pipeline.setPicture(.screen(elements))
        } else {
            // The screen goes also where there is no camera to take its place.
            pipeline.setPicture(nil)
            if isCameraOn { pipeline.setPicture(.camera) }
            isCameraOn = isCameraOn && pipeline.hasPicture
        }
        isSharing = elements != nil
        pipeline.setCamera(isCameraOn || isSharing)
        onPicture(!had && pipeline.hasPicture)
    }

    /// A screen that is not shown any more is nothing to complain of.
    private func lost(_ source: CallPipeline.Source, _ text: String) {
        guard source == .camera else { return setSharing(false) }
        isCameraOn = false
        onError(text)
        onPicture(false)
    }

    private var open: [String: CallPeerAdapter] { peers.filter { !$0.value.isClosed } }

    /// Bits a second of the connection that gets least; nil before anything was counted.
    private var slowest: Int? { bitrates.filter { open[$0.key] != nil }.map(\.value.value).min() }

    /// All get the same picture and the same sound: the one with the worst line decides.
    private func adapt(
        to userID: String, _ part: CallPeerPart, _ figures: CallFigures, _ second: CallBitrate.Second
    ) -> Int {
        // Where nothing is sent nothing is told of what gets through.
        guard part != .receiving else { return slowest ?? CallBitrate.start }
        // The bridge gets it once, for all.
        var rate = bitrates[userID] ?? CallBitrate(people: part == .sending ? 1 : max(1, open.count))
        rate.take(second)
        bitrates[userID] = rate
        pipeline.setPeople(open.count)
        let rates = bitrates.filter { open[$0.key] != nil }.values
        let worst = rates.map(\.value).min() ?? rate.value
        pipeline.setBitrate(worst, pace: rates.map(\.pace).min() ?? rate.pace)
        detail = PictureDetail(bitrate: worst, before: detail)
        pipeline.setReduction(PictureDetail.full.rawValue - detail.rawValue)
        expectedLosses[userID, default: ExpectedLoss()].take(loss: figures.lossSent)
        let losses = expectedLosses.filter { open[$0.key] != nil }.values.map(\.percent)
        pipeline.setExpectedLoss(losses.max() ?? ExpectedLoss.unknown)
        return worst
    }

    func close() {
        for peer in peers.values { peer.close() }
        pipeline.close()
        screen?.close()
    }
}
