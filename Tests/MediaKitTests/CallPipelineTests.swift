import CGStreamer
import Glibc
import Testing

@testable import MediaKit

@Suite(.serialized, .timeLimit(.minutes(5))) @MainActor struct CallPipelineTests {
    /// People come and go at any moment, also while a picture is on its way.
    @Test func theOwnPictureSurvivesChangesOfItsSize() async throws {
        setenv("MADODESKTOP_AUDIO_SOURCE", "audiotestsrc is-live=true wave=ticks", 1)
        setenv("MADODESKTOP_VIDEO_SOURCE", "videotestsrc is-live=true pattern=ball", 1)
        setenv("MADODESKTOP_AUDIO_SINK", "fakesink", 1)
        let pipeline = try CallPipeline(CallPipeline.Choice(), wantsPicture: true)
        defer { pipeline.close() }
        var changes = 0
        for picture in 1...30 where !Task.isCancelled {
            for _ in 0..<3 {
                for _ in 0..<30 {
                    changes += 1
                    pipeline.setPeople(changes % 3 + 1)
                }
                // Other tests have the main actor meanwhile, which takes its time.
                await Task.yield()
            }
            await pipeline.frames.arrived.reached(picture)
        }
        #expect(pipeline.frames.arrived.value >= 30, "it stands still after \(changes) changes")
    }

    /// While it runs.
    @Test func theSoundsEncoderIsToldWhatIsLost() throws {
        setenv("MADODESKTOP_AUDIO_SOURCE", "audiotestsrc is-live=true wave=ticks", 1)
        setenv("MADODESKTOP_AUDIO_SINK", "fakesink", 1)
        let pipeline = try CallPipeline(CallPipeline.Choice(), wantsPicture: false)
        defer { pipeline.close() }
        for percent in [0, 7, 25] {
            pipeline.setExpectedLoss(percent)
            #expect(Self.number("packet-loss-percentage", of: "sound-encoder", in: pipeline) == Int32(percent))
        }
    }

    @Test func theLoudspeakerIsTriedByATone() throws {
        setenv("MADODESKTOP_AUDIO_SOURCE", "audiotestsrc is-live=true wave=ticks", 1)
        setenv("MADODESKTOP_AUDIO_SINK", "fakesink", 1)
        let pipeline = try CallPipeline(CallPipeline.Choice(), wantsPicture: false)
        defer { pipeline.close() }
        let silence = Self.number("wave", of: "tone", in: pipeline)
        pipeline.setTone(true)
        #expect(Self.number("wave", of: "tone", in: pipeline) == 0)
        pipeline.setTone(false)
        #expect(Self.number("wave", of: "tone", in: pipeline) == silence)
    }

    private static func number(_ property: String, of element: String, in pipeline: CallPipeline) -> Int32? {
        var number: Int32?
        pipeline.with(element) { found in
            var value = GValue()
            g_value_init(&value, GType(6 << 2))  // G_TYPE_INT
            g_object_get_property(
                UnsafeMutableRawPointer(found).assumingMemoryBound(to: GObject.self), property, &value)
            number = g_value_get_int(&value)
            g_value_unset(&value)
        }
        return number
    }
}
