internal import CGStreamer
internal import MediaShims
internal import Synchronization

/// What a connection does on GStreamer's threads: it tells the main one, and gives each stream that arrives its decoder.
///
/// `@unchecked Sendable`: `parts` is behind a lock; `pipeline` outlives the connection and is safe on any thread, as
/// GStreamer's objects are; the rest is used on the main thread only.
final class PeerSinks: @unchecked Sendable {
    let frames = FrameQueue()
    @MainActor var onEvent: @MainActor (PeerConnection.Event) -> Void = { _ in }
    private let name: String
    private let pipeline: UnsafeMutablePointer<GstElement>
    private let parts = Mutex(Parts())
    private let sounds: SoundArrival

    private struct Parts {
        var isClosed = false
        /// Addresses of elements that were added to the pipeline, and of pads that were asked for.
        var elements: [UInt] = []
        var pads: [UInt] = []
        var hasPicture = false
    }

    init(name: String, pipeline: UnsafeMutablePointer<GstElement>, sounds: SoundArrival) {
        self.sounds = sounds
        self.name = name
        self.pipeline = pipeline
    }

    static let handlers = MadoPeerHandlers(
        candidate: { box, line, text in
            PeerSinks.of(box)?.tell(.candidate(line: Int(line), text.map { String(cString: $0) }))
        },
        state: { box, state in
            let known: PeerConnection.State? =
                switch UInt32(state) {
                case GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED.rawValue: .connected
                case GST_WEBRTC_PEER_CONNECTION_STATE_DISCONNECTED.rawValue: .disconnected
                case GST_WEBRTC_PEER_CONNECTION_STATE_FAILED.rawValue: .failed
                case GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTING.rawValue: .connecting
                default: nil
                }
            if let known { PeerSinks.of(box)?.tell(.state(known)) }
        },
        stream: { box, pad, media, encoding in
            guard let pad, let media, let encoding, let sinks = PeerSinks.of(box) else { return }
            sinks.receive(pad, String(cString: media), String(cString: encoding))
            sinks.tell(.arrived)
        },
        described: { box, sdp, error in
            if let sdp {
                PeerSinks.of(box)?.tell(.described(String(cString: sdp)))
            } else {
                PeerSinks.of(box)?.tell(.failed(error.map { String(cString: $0) } ?? ""))
            }
        })

    /// The connection is gone; on whatever thread that happens.
    static let released: GDestroyNotify = { box in
        if let box { Unmanaged<PeerSinks>.fromOpaque(box).release() }
    }

    private static func of(_ box: gpointer?) -> PeerSinks? {
        box.map { Unmanaged<PeerSinks>.fromOpaque($0).takeUnretainedValue() }
    }

    private func tell(_ event: PeerConnection.Event) {
        Task { @MainActor in self.onEvent(event) }
    }

    // MARK: Streams

    private func receive(_ pad: UnsafeMutablePointer<GstPad>, _ media: String, _ encoding: String) {
        // What repeats lost packets comes as a stream of its own, perhaps before the picture.
        let isFirstPicture = parts.withLock { parts in
            guard !parts.isClosed, media == "video", PictureEncoding(rawValue: encoding.uppercased()) != nil else {
                return false
            }
            defer { parts.hasPicture = true }
            return !parts.hasPicture
        }
        switch (media, encoding.uppercased()) {
        case ("audio", "OPUS"):
            gst_pad_add_probe(
                pad, GST_PAD_PROBE_TYPE_BUFFER, Self.countSound, Unmanaged.passRetained(self).toOpaque(), Self.released)
            take(
                pad,
                "queue max-size-time=300000000 leaky=downstream ! rtpopusdepay ! opusdec use-inband-fec=true plc=true "
                    + "! audioconvert ! audioresample ! audio/x-raw,rate=48000,channels=1 "
                    + "! level name=\(name)-level interval=200000000 ! queue max-size-time=300000000 leaky=downstream",
                into: .mixer)
        case ("video", "VP8") where isFirstPicture:
            take(
                pad,
                "queue ! rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec threads=1 ! videoconvert",
                into: .screen)
        case ("video", "H264") where isFirstPicture:
            take(
                pad,
                "queue ! rtph264depay request-keyframe=true wait-for-keyframe=true ! h264parse ! avdec_h264 ! videoconvert",
                into: .screen)
        // What was not agreed, or a second picture.
        default: take(pad, "fakesink sync=false async=false", into: .nothing)
        }
    }

    private static let countSound: GstPadProbeCallback = { _, _, box in
        PeerSinks.of(box)?.sounds.take()
        return GST_PAD_PROBE_OK
    }

    private enum Target { case mixer, screen, nothing }

    private func take(_ pad: UnsafeMutablePointer<GstPad>, _ description: String, into target: Target) {
        guard let part = GStreamer.bin(description), !parts.withLock({ $0.isClosed }) else { return }
        mado_bin_add(pipeline, part)
        var elements = [part]
        var mixed: UnsafeMutablePointer<GstPad>?
        switch target {
        case .nothing: break
        case .mixer:
            guard let mixer = mado_bin_get(pipeline, "mixer") else { break }
            mixed = gst_element_request_pad_simple(mixer, "sink_%u")
            let end = gst_element_get_static_pad(part, "src")
            gst_pad_link(end, mixed)
            gst_object_unref(end)
            gst_object_unref(mixer)
        case .screen:
            let box = Unmanaged.passRetained(frames).toOpaque()
            guard let sink = mado_video_sink_new(frameWaits, frameArrived, box, frameQueueReleased, 0) else { break }
            mado_element_set_flag(sink, "async", 0)
            mado_bin_add(pipeline, sink)
            gst_element_link(part, sink)
            gst_element_sync_state_with_parent(sink)
            elements.append(sink)
        }
        gst_element_sync_state_with_parent(part)
        let entry = gst_element_get_static_pad(part, "sink")
        gst_pad_link(pad, entry)
        gst_object_unref(entry)
        parts.withLock { parts in
            parts.elements += elements.map { UInt(bitPattern: $0) }
            if let mixed { parts.pads.append(UInt(bitPattern: mixed)) }
        }
    }

    /// No stream is taken any more.
    @MainActor func close() {
        parts.withLock { $0.isClosed = true }
        onEvent = { _ in }
        frames.deliver = { _ in }
    }

    /// Once the connection is out of the pipeline.
    @MainActor func removeParts() {
        let (elements, pads) = parts.withLock { parts in
            defer { (parts.elements, parts.pads) = ([], []) }
            return (parts.elements, parts.pads)
        }
        for address in pads {
            guard let pad = UnsafeMutablePointer<GstPad>(bitPattern: address) else { continue }
            mado_pad_release(pad)
            gst_object_unref(pad)
        }
        for address in elements {
            if let element = UnsafeMutablePointer<GstElement>(bitPattern: address) {
                mado_bin_remove(pipeline, element)
            }
        }
    }
}
