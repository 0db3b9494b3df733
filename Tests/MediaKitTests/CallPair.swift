import ClientKit
import Glibc
import Testing

@testable import MediaKit
@testable import mado_desktop

/// Two people of one process who call each other, with GStreamer's test sources.
@MainActor final class CallPair {
    @MainActor final class Side {
        let pipeline: CallPipeline
        let connection: PeerConnection
        let sounds = SoundArrival()
        var isConnected = false
        var problem: String?

        init() throws {
            pipeline = try CallPipeline(CallPipeline.Choice(), wantsPicture: true)
            connection = try PeerConnection(pipeline, relays: [], sounds: sounds)
        }
    }

    let caller: Side
    let callee: Side
    private(set) var offer = ""
    private(set) var answer = ""

    init() throws {
        setenv("MADODESKTOP_AUDIO_SOURCE", "audiotestsrc is-live=true wave=ticks", 1)
        setenv("MADODESKTOP_VIDEO_SOURCE", "videotestsrc is-live=true pattern=ball", 1)
        setenv("MADODESKTOP_AUDIO_SINK", "fakesink", 1)
        caller = try Side()
        callee = try Side()
        caller.connection.onEvent = { [unowned self] in heard($0, caller, callee) }
        callee.connection.onEvent = { [unowned self] in heard($0, callee, caller) }
    }

    private func heard(_ event: PeerConnection.Event, _ side: Side, _ other: Side) {
        switch event {
        case .described(let sdp) where side === caller:
            offer = sdp
            callee.connection.makeAnswer(to: offer, PeerConnection.Payloads(SessionDescription(offer)))
        case .described(let sdp):
            answer = sdp
            caller.connection.accept(answer: sdp)
        case .candidate(let line, let text):
            if let text { other.connection.add(candidate: text, line: line) }
        case .state(.connected): side.isConnected = true
        case .state, .arrived: break
        case .failed(let reason): side.problem = reason
        }
    }

    /// - Parameter payloads: what the caller offers.
    func call(_ payloads: PeerConnection.Payloads = PeerConnection.Payloads(sound: 111, picture: 96)) {
        caller.connection.makeOffer(receivesPicture: true, payloads)
    }

    /// Returns once pictures and sound have come on both sides; ends with the test's time limit.
    func flows(sounds: Int = 20, pictures: Int = 5) async throws {
        for side in [caller, callee] {
            await side.sounds.packets.reached(sounds)
            await side.connection.frames.reached(pictures)
        }
        guard Task.isCancelled else { return }
        let counts = [caller, callee].map {
            "\($0.sounds.count) sounds, \($0.connection.frameCount) pictures, \($0.isConnected), \($0.problem ?? "")"
        }
        Issue.record("nothing flows: \(counts)\n\(offer)\n\(answer)")
    }

    func close() {
        for side in [caller, callee] {
            side.connection.close()
            side.pipeline.close()
        }
    }
}
