internal import CGStreamer
internal import MediaShims

/// What a call's pipeline is made of, as descriptions of GStreamer's.
@MainActor enum CallParts {
    /// Whether the microphone's sound can be freed from what the loudspeaker plays.
    private static var cancelsEcho: Bool {
        gst_element_factory_find("webrtcdsp") != nil && Environment.audioSink == nil && Environment.audioSource == nil
    }

    /// The element that plays.
    /// - Parameter loudspeaker: its name; nil for the one that the system plays with.
    static func sink(loudspeaker: String?) -> String {
        Environment.audioSink.map { "\($0) sync=true" }
            ?? loudspeaker.flatMap { MediaDevices.launch(.loudspeaker, named: $0) } ?? "autoaudiosink"
    }

    /// Everybody's sound, mixed. Silence keeps it going while nobody is there, and becomes a tone for trying the loudspeaker.
    static func playing(loudspeaker: String?) -> String {
        let sink = sink(loudspeaker: loudspeaker)
        let probe = cancelsEcho ? "! audio/x-raw,format=S16LE,rate=48000,channels=1 ! webrtcechoprobe name=echo " : ""
        return
            "audiomixer name=mixer ! volume name=mixer-volume ! audioconvert ! audioresample \(probe)! queue max-size-time=200000000 "
            + "! audioconvert ! \(sink) "
            + "audiotestsrc name=tone is-live=true wave=silence volume=0.2 ! audio/x-raw,rate=48000,channels=1 ! mixer."
    }

    /// nil without a microphone.
    static func recording(microphone: String?) -> String? {
        guard let source = Environment.audioSource ?? MediaDevices.launch(.microphone, named: microphone) else {
            return nil
        }
        guard source != "none" else { return nil }
        let cancel =
            cancelsEcho
            ? "! webrtcdsp probe=echo echo-suppression-level=high noise-suppression-level=moderate gain-control=true "
            : ""
        return "\(source) ! queue max-size-time=200000000 leaky=downstream ! audioconvert ! audioresample "
            + "! audio/x-raw,format=S16LE,rate=48000,channels=1 \(cancel)! volume name=microphone-volume "
            + "! level name=microphone-level interval=150000000 "
            + "! opusenc name=sound-encoder bitrate=28000 inband-fec=true packet-loss-percentage=10 audio-type=voice "
            + "! tee name=sound allow-not-linked=true"
    }

    /// The picture scaled, shown here, encoded, and given to the connections. It rests until it has a source.
    ///
    /// The own one is no more often than that of a screen, for there only pictures are left out.
    ///
    /// One thread encodes: several of libvpx wait for one another by spinning, which takes a busy computer's time from
    /// everything else, and one is fast enough for these sizes.
    static let picture =
        "queue name=picture-in max-size-buffers=2 leaky=downstream ! videoconvertscale add-borders=true ! videorate "
        + "! capsfilter name=picture-size ! tee name=picture "
        + "picture. ! queue max-size-buffers=1 leaky=downstream ! videoconvertscale ! videorate drop-only=true "
        + "! capsfilter caps=video/x-raw,width=128,height=96,framerate=10/1,pixel-aspect-ratio=1/1 "
        + "! videoconvert name=own-picture "
        + "picture. ! valve name=camera ! queue max-size-buffers=2 leaky=downstream "
        + "! vp8enc name=encoder deadline=1 cpu-used=8 threads=1 end-usage=cbr target-bitrate=100000 "
        + "keyframe-max-dist=3000 min-force-key-unit-interval=500000000 max-intra-bitrate=500 dropframe-threshold=30 "
        + "error-resilient=partitions lag-in-frames=0 min-quantizer=4 max-quantizer=56 "
        + "buffer-size=300 buffer-initial-size=200 buffer-optimal-size=250 static-threshold=1 "
        + "! tee name=encoded allow-not-linked=true"

    /// A part that ends in raw pictures; floating, nil where there is nothing of the kind.
    /// - Parameter access: what it takes the camera by, where the desktop gives it.
    static func source(
        _ source: CallPipeline.Source, camera: String?, by access: CameraAccess.Opened?
    ) -> UnsafeMutablePointer<GstElement>? {
        switch source {
        case .camera:
            let launch =
                Environment.videoSource
                ?? (CameraAccess.isByPortal ? access?.elements : MediaDevices.launch(.camera, named: camera))
            guard let launch, launch != "none" else { return nil }
            return GStreamer.bin(launch)
        case .screen(let elements): return GStreamer.bin(elements)
        }
    }

    /// What a pipeline that did not start says.
    static func firstError(of pipeline: UnsafeMutablePointer<GstElement>) -> String {
        let bus = gst_element_get_bus(pipeline)
        defer { gst_object_unref(bus) }
        guard let message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR) else { return "" }
        defer { gst_message_unref(message) }
        return GStreamer.errorText(message)
    }
}
