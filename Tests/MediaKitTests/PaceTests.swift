import CGStreamer
import MediaShims
import Testing

@testable import MediaKit

private let count: GstPadProbeCallback = { _, _, box in
    Unmanaged<ArrivalCount>.fromOpaque(box!).takeUnretainedValue().add()
    return GST_PAD_PROBE_OK
}

/// Packets that go out evenly.
@Suite(.serialized, .timeLimit(.minutes(5))) @MainActor struct PaceTests {
    /// Packets of ten kilobits each, as fast as they can be made.
    private struct Line: ~Copyable {
        let pipeline: UnsafeMutablePointer<GstElement>
        let passed = ArrivalCount()

        @MainActor init(packets: Int) throws {
            guard GStreamer.isStarted else { throw MediaError.missingElement("gstreamer") }
            pipeline = try GStreamer.parse(
                "fakesrc num-buffers=\(packets) sizetype=fixed sizemax=1250 ! identity name=encoder ! queue name=pace "
                    + "max-size-buffers=0 max-size-bytes=0 ! fakesink name=end sync=false")
            let end = mado_bin_get(pipeline, "end")!
            let pad = gst_element_get_static_pad(end, "sink")
            gst_pad_add_probe(
                pad, GST_PAD_PROBE_TYPE_BUFFER,
                count, Unmanaged.passRetained(passed).toOpaque(), { Unmanaged<ArrivalCount>.fromOpaque($0!).release() })
            gst_object_unref(pad)
            gst_object_unref(end)
        }

        func pace(_ bits: Int32) {
            let (queue, encoder) = (mado_bin_get(pipeline, "pace")!, mado_bin_get(pipeline, "encoder")!)
            mado_pace(queue, encoder, bits)
            gst_object_unref(queue)
            gst_object_unref(encoder)
        }

        func setPace(_ bits: Int32) {
            let queue = mado_bin_get(pipeline, "pace")!
            mado_pace_set(queue, bits)
            gst_object_unref(queue)
        }

        /// - Returns: how long it took.
        func run() -> Duration {
            let begin = ContinuousClock.now
            gst_element_set_state(pipeline, GST_STATE_PLAYING)
            let bus = gst_element_get_bus(pipeline)
            let end = gst_bus_timed_pop_filtered(bus, 30_000_000_000, GST_MESSAGE_EOS)
            #expect(end != nil)
            gst_object_unref(bus)
            return ContinuousClock.now - begin
        }

        deinit {
            gst_element_set_state(pipeline, GST_STATE_NULL)
            gst_object_unref(pipeline)
        }
    }

    /// What would wait for longer than a fifth of a second is not made.
    @Test func packetsGoOutOneAfterTheOtherAndPicturesAreLeftOutMeanwhile() throws {
        let line = try Line(packets: 1000)
        line.pace(1_000_000)
        let took = line.run()
        // 10 ms each, the first nothing, and as much as may be made up for.
        #expect(line.passed.value >= 21)
        #expect(line.passed.value < 500)
        #expect(took > .milliseconds((line.passed.value - 1) * 10 - 10), "\(took) for \(line.passed.value)")
    }

    @Test func aPaceChangesWhileItRuns() throws {
        let line = try Line(packets: 1000)
        line.pace(1)
        line.setPace(1_000_000_000)
        _ = line.run()
        #expect(line.passed.value == 1000)
    }

    @Test func withoutAPaceAllGoesOut() throws {
        let line = try Line(packets: 1000)
        _ = line.run()
        #expect(line.passed.value == 1000)
    }
}
