import CGStreamer
import ClientKit
import Testing

@testable import MediaKit
@testable import mado_desktop

/// A line that loses every tenth packet of sound and picture.
@Suite(.serialized, .timeLimit(.minutes(1))) @MainActor struct CallLossTests {
    @Test func lossIsCountedBothWaysAndPicturesAreMended() async throws {
        let pair = try CallPeerAdapterTests.Pair()
        defer { pair.close() }
        pair.caller.adapter.makeOffer()
        await pair.flows()
        let sides = [pair.caller, pair.callee]
        for side in sides { Self.loseEveryTenth(of: side.pipeline) }
        // As many figures as a loss reaches back, and those of the reports that are on their way; a second has 50 packets of
        // sound.
        for number in 1...PacketLoss.span + 4 {
            await pair.flows(50)
            for side in sides {
                side.adapter.count()
                await side.figuresCount.reached(number)
            }
        }
        for side in sides {
            let sent = try #require(side.figures.lossSent)
            #expect((0.07...0.13).contains(side.figures.lossReceived), "\(side.figures)")
            #expect((0.07...0.13).contains(sent), "\(side.figures)")
            #expect(
                CallQuality(side.figures) == .weak(loss: Int((max(side.figures.lossReceived, sent) * 100).rounded())))
            // Of the pictures; sound is not sent again, and need not be asked for.
            let repairs = Self.repairs(in: side.pipeline)
            #expect(repairs.came > 0, "\(repairs)")
        }
    }

    private static func loseEveryTenth(of pipeline: CallPipeline) {
        for element in elements("nicesink", in: pipeline) {
            let pad = gst_element_get_static_pad(element, "sink")
            gst_pad_add_probe(
                pad, GST_PAD_PROBE_TYPE_BUFFER, lose, Unmanaged.passRetained(Losses()).toOpaque(),
                { Unmanaged<Losses>.fromOpaque($0!).release() })
            gst_object_unref(pad)
            gst_object_unref(element)
        }
    }

    /// On the one thread that sends.
    private final class Losses { var count = 0 }

    private static let lose: GstPadProbeCallback = { _, info, box in
        var head: (UInt8, UInt8) = (0, 0)
        let buffer = info!.pointee.data.assumingMemoryBound(to: GstBuffer.self)
        guard gst_buffer_extract(buffer, 0, &head, 2) == 2 else { return GST_PAD_PROBE_OK }
        // RTP and no RTCP (RFC 5761, section 4), nor what sets the way up.
        guard (128...191).contains(head.0), !(192...223).contains(head.1) else { return GST_PAD_PROBE_OK }
        let losses = Unmanaged<Losses>.fromOpaque(box!).takeUnretainedValue()
        losses.count += 1
        return losses.count % 10 == 0 ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK
    }

    /// Packets that were asked for again, and those of them that came in time.
    private static func repairs(in pipeline: CallPipeline) -> (asked: UInt, came: UInt) {
        var repairs: (asked: UInt, came: UInt) = (0, 0)
        for element in elements("rtpjitterbuffer", in: pipeline) {
            defer { gst_object_unref(element) }
            var value = GValue()
            g_value_init(&value, gst_structure_get_type())
            g_object_get_property(
                UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), "stats", &value)
            defer { g_value_unset(&value) }
            var (asked, came): (UInt, UInt) = (0, 0)
            gst_structure_get_uint64(gst_value_get_structure(&value), "rtx-count", &asked)
            gst_structure_get_uint64(gst_value_get_structure(&value), "rtx-success-count", &came)
            repairs = (repairs.asked + asked, repairs.came + came)
        }
        return repairs
    }

    /// Owned by the caller.
    private static func elements(_ factory: String, in pipeline: CallPipeline) -> [UnsafeMutablePointer<GstElement>] {
        let bin = UnsafeMutableRawPointer(pipeline.pipeline).assumingMemoryBound(to: GstBin.self)
        let iterator = gst_bin_iterate_all_by_element_factory_name(bin, factory)
        defer { gst_iterator_free(iterator) }
        var found: [UnsafeMutablePointer<GstElement>] = []
        var value = GValue()
        while gst_iterator_next(iterator, &value) == GST_ITERATOR_OK {
            found.append(g_value_dup_object(&value).assumingMemoryBound(to: GstElement.self))
            g_value_unset(&value)
        }
        return found
    }
}
