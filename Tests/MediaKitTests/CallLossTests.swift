import CGStreamer
import ClientKit
import Testing

@testable import MediaKit
@testable import mado_desktop

/// Lines that lose packets of sound and picture.
@Suite(.serialized, .timeLimit(.minutes(5))) @MainActor struct CallLossTests {
    @Test func lossIsCountedBothWaysAndPicturesAreMended() async throws {
        let pair = try CallPeerAdapterTests.Pair()
        defer { pair.close() }
        pair.caller.adapter.makeOffer()
        await pair.flows()
        let sides = [pair.caller, pair.callee]
        for side in sides { Self.loseEach(10, of: side.pipeline) }
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
            #expect((0.07..<0.15).contains(side.figures.lossReceived), "\(side.figures)")
            #expect((0.07..<0.15).contains(sent), "\(side.figures)")
            #expect(
                CallQuality(side.figures) == .weak(loss: Int((max(side.figures.lossReceived, sent) * 100).rounded())))
            // Of the pictures; sound is not sent again, and need not be asked for. How many come in time, the machine's
            // speed decides.
            let repairs = Self.repairs(in: side.pipeline)
            #expect(repairs.asked > 0, "\(repairs)")
        }
    }

    /// A line that loses packets because they are more than it carries would lose more by all of them coming twice.
    @Test func ofManyThatAreLostFewAreSentAgain() async throws {
        let pair = try CallPeerAdapterTests.Pair()
        defer { pair.close() }
        pair.caller.adapter.makeOffer()
        await pair.flows()
        let sender = pair.caller.pipeline
        let sent = Self.countPictures(of: sender)
        let before = Self.sentAgain(by: sender)
        Self.loseEach(2, of: sender)
        await pair.callee.adapter.sounds.packets.reached(pair.callee.adapter.sounds.packets.value + 150)
        let again = Self.sentAgain(by: sender) - before
        #expect(again > 0)
        // Those that may be at once come on top.
        #expect(again <= sent.count.value / 5 + 15, "\(again) of \(sent.count.value)")
    }

    /// Packets so far.
    private static func sentAgain(by pipeline: CallPipeline) -> Int {
        elements("rtprtxsend", in: pipeline).reduce(0) { sum, element in
            defer { gst_object_unref(element) }
            var value = GValue()
            g_value_init(&value, g_type_from_name("guint"))
            g_object_get_property(
                UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), "num-rtx-packets", &value)
            return sum + Int(g_value_get_uint(&value))
        }
    }

    private static func countPictures(of pipeline: CallPipeline) -> Losses {
        let counted = Losses(each: nil)
        for element in elements("queue", in: pipeline) {
            let name = gst_object_get_name(UnsafeMutableRawPointer(element).assumingMemoryBound(to: GstObject.self))!
            if String(cString: name).hasSuffix("-pace") { watch("src", of: element, counted) }
            g_free(name)
            gst_object_unref(element)
        }
        return counted
    }

    private static func loseEach(_ number: Int, of pipeline: CallPipeline) {
        for element in elements("nicesink", in: pipeline) {
            watch("sink", of: element, Losses(each: number))
            gst_object_unref(element)
        }
    }

    private static func watch(_ pad: String, of element: UnsafeMutablePointer<GstElement>, _ losses: Losses) {
        let pad = gst_element_get_static_pad(element, pad)
        gst_pad_add_probe(
            pad, GST_PAD_PROBE_TYPE_BUFFER, lose, Unmanaged.passRetained(losses).toOpaque(),
            { Unmanaged<Losses>.fromOpaque($0!).release() })
        gst_object_unref(pad)
    }

    /// Packets that came by, of which each so many-th is lost.
    private final class Losses: Sendable {
        let count = ArrivalCount()
        let each: Int?
        init(each: Int?) { self.each = each }
    }

    private static let lose: GstPadProbeCallback = { _, info, box in
        let losses = Unmanaged<Losses>.fromOpaque(box!).takeUnretainedValue()
        var head: (UInt8, UInt8) = (0, 0)
        let buffer = info!.pointee.data.assumingMemoryBound(to: GstBuffer.self)
        guard gst_buffer_extract(buffer, 0, &head, 2) == 2 else { return GST_PAD_PROBE_OK }
        // RTP and no RTCP (RFC 5761, section 4), nor what sets the way up.
        guard (128...191).contains(head.0), !(192...223).contains(head.1) else { return GST_PAD_PROBE_OK }
        losses.count.add()
        guard let each = losses.each else { return GST_PAD_PROBE_OK }
        return losses.count.value % each == 0 ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK
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
