internal import CGStreamer
internal import MediaShims

/// How a picture is encoded: VP8, or H.264 for those who know nothing else. The raw value is the name that session
/// descriptions have for it.
package enum PictureEncoding: String, Sendable, Equatable, CaseIterable {
    case vp8 = "VP8"
    case h264 = "H264"

    // Names of the pipeline's parts.

    var valve: String { self == .vp8 ? "camera" : "camera-h264" }
    var encoder: String { self == .vp8 ? "encoder" : "encoder-h264" }
    var tee: String { self == .vp8 ? "encoded" : "encoded-h264" }

    /// As packets have it.
    var caps: String {
        "encoding-name=\(rawValue)" + (self == .h264 ? ",packetization-mode=(string)1" : "")
    }

    var payloader: String {
        switch self {
        case .vp8: "rtpvp8pay picture-id-mode=15-bit"
        case .h264: "rtph264pay config-interval=-1 aggregate-mode=zero-latency"
        }
    }

    /// Encodes raw pictures. VP8 is a part of every call's pipeline.
    @MainActor fileprivate var part: String? {
        guard self == .h264 else { return nil }
        let encoder: String
        if gst_element_factory_find("openh264enc") != nil {
            encoder =
                "openh264enc name=\(self.encoder) complexity=low rate-control=bitrate bitrate=100000 gop-size=3000 "
                + "usage-type=camera"
        } else if gst_element_factory_find("x264enc") != nil {
            encoder =
                "x264enc name=\(self.encoder) tune=zerolatency speed-preset=ultrafast bitrate=100 key-int-max=3000"
        } else {
            return nil
        }
        return "valve name=\(valve) ! queue max-size-buffers=2 leaky=downstream ! videoconvert ! \(encoder) "
            + "! video/x-h264,profile=constrained-baseline ! h264parse config-interval=-1"
    }
}

extension CallPipeline {
    /// Sees to an encoder, from when on somebody needs it.
    /// - Returns: whether there is one.
    func prepare(_ encoding: PictureEncoding) -> Bool {
        if let there = mado_bin_get(pipeline, encoding.tee) {
            gst_object_unref(there)
            return true
        }
        guard let description = encoding.part, let part = GStreamer.bin(description),
            let tee = gst_element_factory_make("tee", encoding.tee), let picture = mado_bin_get(pipeline, "picture")
        else { return false }
        defer { gst_object_unref(picture) }
        mado_element_set_flag(tee, "allow-not-linked", 1)
        mado_bin_add(pipeline, part)
        mado_bin_add(pipeline, tee)
        gst_element_link(part, tee)
        gst_element_sync_state_with_parent(tee)
        gst_element_sync_state_with_parent(part)
        let way = gst_element_request_pad_simple(picture, "src_%u")
        let entry = gst_element_get_static_pad(part, "sink")
        let isLinked = gst_pad_link(way, entry) == GST_PAD_LINK_OK
        gst_object_unref(entry)
        gst_object_unref(way)
        return isLinked
    }

    /// - Parameters: both in bits a second.
    ///   - bits: of the own picture.
    ///   - pace: with which its packets go out: a whole picture, sent at once, would fill the line.
    package func setBitrate(_ bits: Int, pace: Int) {
        self.pace = pace
        for peer in openPeers { peer.setPace(pace) }
        with(PictureEncoding.vp8.encoder) { mado_element_set_int($0, "target-bitrate", Int32(clamping: bits)) }
        with(PictureEncoding.h264.encoder) { encoder in
            // x264enc counts in kilobits.
            let isInKilobits = gst_element_factory_find("openh264enc") == nil
            mado_element_set_int(encoder, "bitrate", Int32(clamping: isInKilobits ? bits / 1000 : bits))
        }
    }
}
