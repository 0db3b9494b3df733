import ClientKit
import Glibc
import Testing

@testable import MediaKit
@testable import mado_desktop

/// The connection to one person, made anew while the one before goes on.
@Suite(.serialized, .timeLimit(.minutes(5))) @MainActor struct CallPeerAdapterTests {
    /// Two people whose signalling this test carries, or holds back.
    @MainActor final class Pair {
        @MainActor final class Side {
            let pipeline: CallPipeline
            let adapter: CallPeerAdapter
            var told: [CallPeerEvent] = []
            let renewals = ArrivalCount()
            var figures = CallFigures()
            let figuresCount = ArrivalCount()

            init() throws {
                pipeline = try CallPipeline(CallPipeline.Choice(), wantsPicture: true)
                adapter = CallPeerAdapter(pipeline, relays: { [] }, part: .both, receivesPicture: { true })
            }
        }

        let caller: Side
        let callee: Side
        /// While this is set nothing is told to the other one, as with a server that does not answer.
        var isHeld = false { didSet { if !isHeld { deliver() } } }
        private var held: [@MainActor () -> Void] = []
        let offers = ArrivalCount()

        init() throws {
            setenv("MADODESKTOP_AUDIO_SOURCE", "audiotestsrc is-live=true wave=ticks", 1)
            setenv("MADODESKTOP_VIDEO_SOURCE", "videotestsrc is-live=true pattern=ball", 1)
            setenv("MADODESKTOP_AUDIO_SINK", "fakesink", 1)
            (caller, callee) = (try Side(), try Side())
            caller.adapter.onEvent = { [unowned self] in heard($0, caller, callee) }
            callee.adapter.onEvent = { [unowned self] in heard($0, callee, caller) }
        }

        private func heard(_ event: CallPeerEvent, _ side: Side, _ other: Side) {
            side.told.append(event)
            switch event {
            case .described(let sdp) where side === caller:
                offers.add()
                tell { other.adapter.makeAnswer(to: sdp, isFresh: true) }
            case .described(let sdp): tell { other.adapter.accept(answer: sdp) }
            case .found(let candidate): tell { other.adapter.add([candidate]) }
            case .renewed: side.renewals.add()
            case .failed(let reason): Issue.record("failed: \(reason)")
            case .figures(let figures):
                side.figures = figures
                side.figuresCount.add()
            case .path, .notRenewed, .pictureCame: break
            }
        }

        private func tell(_ what: @escaping @MainActor () -> Void) {
            held.append(what)
            if !isHeld { deliver() }
        }

        private func deliver() {
            let due = held
            held = []
            for what in due { what() }
        }

        /// Sound goes on on both sides.
        func flows(_ more: Int = 20) async {
            let ends = [caller, callee].map { ($0.adapter.sounds.packets, $0.adapter.sounds.count + more) }
            for (packets, end) in ends { await packets.reached(end) }
            if Task.isCancelled { Issue.record("nothing flows: \(caller.told)\n\(callee.told)") }
        }

        func close() {
            for side in [caller, callee] {
                side.adapter.close()
                side.pipeline.close()
            }
        }
    }

    @Test func theOldConnectionGoesOnUntilTheNewOneStands() async throws {
        let pair = try Pair()
        defer { pair.close() }
        pair.caller.adapter.makeOffer()
        await pair.flows()
        // The server is silent.
        pair.isHeld = true
        pair.caller.adapter.makeOffer()
        await pair.offers.reached(2)
        await pair.flows(40)
        #expect(pair.caller.renewals.value == 0)
        pair.isHeld = false
        for side in [pair.caller, pair.callee] { await side.renewals.reached(1) }
        await pair.flows(40)
        for side in [pair.caller, pair.callee] {
            #expect(side.renewals.value == 1)
            #expect(!side.told.contains(.path(.failed)))
        }
    }

    @Test func anOfferThatNobodyAnswersChangesNothing() async throws {
        let pair = try Pair()
        defer { pair.close() }
        pair.caller.adapter.makeOffer()
        await pair.flows()
        pair.isHeld = true
        pair.caller.adapter.makeOffer()
        await pair.offers.reached(2)
        pair.caller.adapter.dropOffer()
        await pair.flows(40)
        #expect(pair.caller.renewals.value == 0)
    }
}
