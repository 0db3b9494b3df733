import CGStreamer
import Glibc
import Testing

@testable import MediaKit

extension CallPairTests {
    /// A camera that is switched off is not open: its light would stay on. The connection stays, and shows it again.
    @Test func theCameraIsLetGoWhileItIsOff() async throws {
        let pair = try CallPair()
        defer { pair.close() }
        pair.call()
        try await pair.flows()
        let (mine, theirs) = (pair.caller.pipeline, pair.callee.connection)
        #expect(mine.isSourceOpen)
        mine.setCamera(false)
        #expect(!mine.isSourceOpen && mine.hasPicture)
        let offer = pair.offer
        mine.setCamera(true)
        #expect(mine.isSourceOpen && mine.hasPicture)
        try await pair.flows(pictures: theirs.frameCount + 20)
        #expect(pair.offer == offer)
    }

    /// Somebody else has taken it meanwhile, or it was pulled out.
    @Test func aCameraThatIsGoneShowsNothing() throws {
        let pair = try CallPair()
        defer { pair.close() }
        let mine = pair.caller.pipeline
        mine.setCamera(false)
        setenv("MADODESKTOP_VIDEO_SOURCE", "none", 1)
        mine.setCamera(true)
        #expect(!mine.isSourceOpen && !mine.hasPicture)
    }

    @Test func aCameraThatStopsWorkingIsLetGo() throws {
        let pair = try CallPair()
        defer { pair.close() }
        let mine = pair.caller.pipeline
        var lost: CallPipeline.Source?
        mine.onPictureLost = { source, _ in lost = source }
        mine.setCamera(false)
        setenv("MADODESKTOP_VIDEO_SOURCE", "videotestsrc is-live=true ! identity error-after=5", 1)
        mine.setCamera(true)
        // The levels of the sound come all the time.
        while lost == nil, !Task.isCancelled { g_main_context_iteration(nil, 1) }
        #expect(lost == .camera)
        #expect(!mine.isSourceOpen && !mine.hasPicture)
    }
}
