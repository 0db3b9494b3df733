internal import CGStreamer
package import GtkKit
internal import MediaShims

/// Camera, microphone and loudspeaker of one call, encoded once for everybody in it. Main thread.
///
/// One GStreamer pipeline: a microphone's part and a camera's, each ending in a tee on which the connections hang
/// (``PeerConnection``); what arrives of the others is mixed, shown to the echo canceller and played. Without a microphone
/// or a camera that part is not there.
@MainActor package final class CallPipeline {
    package struct Choice: Sendable, Equatable {
        /// Names of devices; nil takes the first, and the loudspeaker that the system plays with.
        package var camera: String?
        package var microphone: String?
        package var loudspeaker: String?
        package init() {}
    }

    package let hasMicrophone: Bool
    package private(set) var hasPicture = false
    /// The name that the session descriptions give to what is sent from here.
    package let streamID: String
    /// Own picture.
    package var onFrame: @MainActor (Texture) -> Void = { _ in }
    /// 0…1 of the microphone.
    package var onLevel: @MainActor (Double) -> Void = { _ in }
    /// A device or an element has stopped working; GStreamer's words.
    package var onError: @MainActor (String) -> Void = { _ in }
    /// What the picture came from has stopped working, and was let go of; GStreamer's words.
    package var onPictureLost: @MainActor (Source, String) -> Void = { _, _ in }

    let pipeline: UnsafeMutablePointer<GstElement>
    private var watch: BusWatch?
    let frames = FrameQueue()
    private var source: UnsafeMutablePointer<GstElement>?
    /// Whether the camera or the screen is being taken.
    var isSourceOpen: Bool { source != nil }
    private var shown: Source?
    /// By what the desktop gives the camera, while it is open.
    private var access: CameraAccess.Opened?
    /// How many get the picture.
    private var people = 1
    private var reduction = 0
    var pace = 225_000
    private(set) var isCameraOn = true
    /// How the connections, by their names, have the picture.
    private var encodings: [String: PictureEncoding] = [:]
    private var isMuted = false
    /// Connections, by the names of their parts.
    private var peers: [String: WeakPeer] = [:]
    private let choice: Choice
    private var isClosed = false

    private struct WeakPeer { weak var peer: PeerConnection? }

    /// - Throws: ``MediaError``.
    package init(_ choice: Choice, wantsPicture: Bool) throws(MediaError) {
        guard GStreamer.isStarted else { throw .missingElement("gstreamer") }
        self.choice = choice
        for name in ["webrtcbin", "nicesrc", "dtlssrtpenc", "opusenc", "vp8enc", "audiomixer"] {
            guard gst_element_factory_find(name) != nil else { throw .missingElement(name) }
        }
        streamID = "mado" + String(UInt64.random(in: 1 ... .max), radix: 36)
        let playing = CallParts.playing(loudspeaker: choice.loudspeaker)
        let recording = CallParts.recording(microphone: choice.microphone)
        hasMicrophone = recording != nil
        pipeline = try GStreamer.parse([playing, recording ?? "", CallParts.picture].joined(separator: " "))
        showOwnPicture()
        watch = BusWatch(pipeline) { [weak self] in self?.received($0) }
        frames.deliver = { [weak self] in self?.onFrame($0) }
        if wantsPicture { setPicture(.camera) }
        if gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE {
            let reason = CallParts.firstError(of: pipeline)
            close()
            throw .failed(reason)
        }
    }

    isolated deinit { close() }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        for peer in peers.values { peer.peer?.close() }
        peers = [:]
        watch?.stop()
        watch = nil
        gst_element_set_state(pipeline, GST_STATE_NULL)
        gst_object_unref(pipeline)
        access?.close()
        access = nil
    }

    // MARK: What is sent

    package enum Source: Sendable, Equatable {
        case camera
        /// A description of elements, see ``ScreenSource``.
        case screen(String)

        /// What is asked of it, the best first.
        fileprivate var wanted: String {
            switch self {
            case .camera:
                "video/x-raw,width=640,height=480,framerate=20/1; video/x-raw,width=640,height=480; video/x-raw"
            case .screen: "video/x-raw,framerate=10/1; video/x-raw"
            }
        }
    }

    /// What the picture shows, nil for none. Where there is nothing to show it from, nothing changes.
    /// - Returns: whether there is a picture now that was not there before, or none any more.
    @discardableResult
    package func setPicture(_ source: Source?) -> Bool {
        let had = hasPicture
        if let source {
            let access = source == .camera ? CameraAccess.open() : nil
            if let made = CallParts.source(source, camera: choice.camera, by: access) {
                show(made, source)
                self.access = access
                hasPicture = true
            } else {
                access?.close()
            }
        } else {
            closeSource()
            hasPicture = false
        }
        openValves()
        return had != hasPicture
    }

    /// Lets go of the device: a camera's light is off.
    private func closeSource() {
        guard let source else { return }
        mado_bin_remove(pipeline, source)
        self.source = nil
        access?.close()
        access = nil
    }

    /// - Parameter new: floating.
    private func show(_ new: UnsafeMutablePointer<GstElement>, _ kind: Source) {
        closeSource()
        source = new
        mado_source_settle(new, kind.wanted)
        if shown != kind {
            shown = kind
            setSize()
        }
        mado_bin_add(pipeline, new)
        with("picture-in") { _ = gst_element_link(new, $0) }
        gst_element_sync_state_with_parent(new)
    }

    /// Of several people each is shown small, and each takes their part of the line and of the processor.
    package func setPeople(_ count: Int) {
        let count = max(1, count)
        guard count != people else { return }
        people = count
        setSize()
    }

    /// - Parameter steps: by how many it is less than it could be: 0…2.
    package func setReduction(_ steps: Int) {
        guard steps != reduction else { return }
        reduction = steps
        setSize()
    }

    private func setSize() {
        let (width, height, rate) =
            switch (shown, max(people - 1, reduction)) {
            // What is written on a screen has to be read, and moves little.
            case (.screen, _): (1280, 720, [10, 5, 3][max(0, min(reduction, 2))])
            case (_, 0): (640, 480, 20)
            case (_, 1): (480, 360, 15)
            default: (320, 240, 15)
            }
        let caps = "video/x-raw,width=\(width),height=\(height),framerate=\(rate)/1,pixel-aspect-ratio=1/1"
        with("picture-in") { source in
            with("picture-size") { filter in mado_restrict_between_buffers(source, filter, caps) }
        }
    }

    private func showOwnPicture() {
        let box = Unmanaged.passRetained(frames).toOpaque()
        guard let sink = mado_video_sink_new(frameWaits, frameArrived, box, frameQueueReleased, 0) else { return }
        mado_element_set_flag(sink, "sync", 0)
        mado_element_set_flag(sink, "async", 0)
        mado_bin_add(pipeline, sink)
        with("own-picture") { _ = gst_element_link($0, sink) }
    }

    /// Shows the picture, or lets go of what it comes from; the connections stay as they are. Where a camera cannot be had
    /// again there is no picture any more.
    package func setCamera(_ isOn: Bool) {
        isCameraOn = isOn
        if !isOn {
            closeSource()
        } else if hasPicture, source == nil, let shown {
            hasPicture = false
            setPicture(shown)
        }
        openValves()
    }

    package func setMuted(_ isMuted: Bool) {
        self.isMuted = isMuted
        set("microphone-volume", "mute", isMuted)
    }

    /// - Parameter percent: of the own packets of sound.
    package func setExpectedLoss(_ percent: Int) {
        with("sound-encoder") { mado_element_set_int($0, "packet-loss-percentage", Int32(clamping: percent)) }
    }

    /// A tone of its own from the loudspeaker, or none any more.
    package func setTone(_ isOn: Bool) {
        guard !isClosed else { return }
        // GStreamer's numbers for "sine" and "silence".
        with("tone") { mado_element_set_int($0, "wave", isOn ? 0 : 4) }
    }

    func set(_ element: String, _ property: String, _ isOn: Bool) {
        with(element) { mado_element_set_flag($0, property, isOn ? 1 : 0) }
    }

    /// Does something with an element, if there is one of the name.
    func with(_ element: String, _ act: (UnsafeMutablePointer<GstElement>) -> Void) {
        guard let found = mado_bin_get(pipeline, element) else { return }
        act(found)
        gst_object_unref(found)
    }

    // MARK: Connections

    var openPeers: [PeerConnection] { peers.values.compactMap(\.peer) }

    func attach(_ peer: PeerConnection) { peers[peer.name] = WeakPeer(peer: peer) }
    func detach(_ peer: PeerConnection) {
        peers[peer.name] = nil
        encodings[peer.name] = nil
        openValves()
    }

    /// What a connection gets. Pictures that nobody gets are not encoded.
    func use(_ encoding: PictureEncoding, _ peer: PeerConnection) {
        encodings[peer.name] = encoding
        openValves()
    }

    private func openValves() {
        for encoding in PictureEncoding.allCases {
            set(encoding.valve, "drop", !(hasPicture && isCameraOn && encodings.values.contains(encoding)))
        }
    }

    private func received(_ message: UnsafeMutablePointer<GstMessage>) {
        switch mado_message_type(message) {
        case GST_MESSAGE_LATENCY: mado_pipeline_update_latency(pipeline)
        case GST_MESSAGE_ELEMENT:
            let peak = mado_message_peak(message)
            guard peak > -900 else { return }
            let value = min(1, max(0, (peak + 60) / 60))
            let name = GStreamer.source(of: message)
            if name == "microphone-level" {
                onLevel(isMuted ? 0 : value)
            } else {
                for peer in peers.values { peer.peer?.heard(level: value, from: name) }
            }
        case GST_MESSAGE_ERROR: failed(message)
        default: break
        }
    }

    private func failed(_ message: UnsafeMutablePointer<GstMessage>) {
        let text = GStreamer.errorText(message)
        if let source, let shown, mado_message_is_from(message, source) != 0 {
            setPicture(nil)
            onPictureLost(shown, text)
        } else if mado_message_is_from(message, pipeline) != 0 {
            // What was taken out meanwhile may have had something to say.
            onError(text)
        }
    }
}

extension GStreamer {
    /// - Throws: `MediaError.failed` with GStreamer's words.
    static func parse(_ description: String) throws(MediaError) -> UnsafeMutablePointer<GstElement> {
        var error: UnsafeMutablePointer<GError>?
        let made = gst_parse_launch(description, &error)
        if let error {
            let text = error.pointee.message.map { String(cString: $0) } ?? ""
            g_error_free(error)
            if let made { gst_object_unref(made) }
            throw .failed(text)
        }
        guard let made else { throw .failed(description) }
        gst_object_ref_sink(made)
        return made
    }

    /// A part of a pipeline with the pads of its ends; floating. nil where something is missing.
    nonisolated static func bin(_ description: String) -> UnsafeMutablePointer<GstElement>? {
        var error: UnsafeMutablePointer<GError>?
        let made = mado_bin_parse(description, &error)
        guard let error else { return made }
        g_error_free(error)
        if let made { gst_object_unref(made) }
        return nil
    }

    /// The name of the element that sent a message.
    static func source(of message: UnsafeMutablePointer<GstMessage>) -> String {
        var name = [CChar](repeating: 0, count: 128)
        mado_message_source(message, &name, gsize(name.count))
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
