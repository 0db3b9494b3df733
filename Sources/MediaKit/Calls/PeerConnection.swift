internal import CGStreamer
package import GtkKit
internal import MediaShims

/// The connection to one person: what the pipeline encodes goes out, what comes in is decoded. Main thread.
///
/// It is made for one pair of session descriptions. Another offer of the other side's by the same connection is answered
/// by it; whatever else changes needs another one.
@MainActor package final class PeerConnection {
    package enum State: Sendable, Equatable { case connecting, connected, disconnected, failed }

    package enum Event: Sendable, Equatable {
        case described(String)
        /// nil after the last one.
        case candidate(line: Int, String?)
        case state(State)
        /// The first packet of a stream: the other side has this connection, too.
        case arrived
        case failed(String)
    }

    /// What is agreed to send, as the other side's offer numbers it.
    package struct Payloads: Sendable, Equatable {
        package var sound: Int?
        package var picture: Int?
        package var encoding: PictureEncoding
        package init(sound: Int? = nil, picture: Int? = nil, encoding: PictureEncoding = .vp8) {
            self.sound = sound
            self.picture = picture
            self.encoding = encoding
        }
    }

    package var onEvent: @MainActor (Event) -> Void = { _ in }
    package var onFrame: @MainActor (Texture) -> Void = { _ in }
    /// 0…1 of what is heard.
    package var onLevel: @MainActor (Double) -> Void = { _ in }
    let name: String
    private let owner: CallPipeline
    private let element: UnsafeMutablePointer<GstElement>
    private let sinks: PeerSinks
    private var branches: [Branch] = []
    private var encoding = PictureEncoding.vp8
    private var hasRemote = false
    private var waiting: [(line: Int, text: String)] = []
    private var isConnected = false
    private var isSending = true
    private var isClosed = false
    private static var count = 0

    /// What hangs on one of the pipeline's tees.
    private struct Branch {
        let part: UnsafeMutablePointer<GstElement>
        let tee: UnsafeMutablePointer<GstPad>
    }

    /// - Parameters:
    ///   - relays: `turn://…`, ready for webrtcbin.
    ///   - sounds: counts what comes of the person.
    ///   - isRelayOnly: whether only they may be used.
    /// - Throws: `MediaError`.
    package init(
        _ owner: CallPipeline, relays: [String], sounds: SoundArrival = SoundArrival(), isRelayOnly: Bool = false
    ) throws(MediaError) {
        Self.count += 1
        name = "peer-\(Self.count)"
        self.owner = owner
        sinks = PeerSinks(name: name, pipeline: owner.pipeline, sounds: sounds)
        var handlers = PeerSinks.handlers
        let box = Unmanaged.passRetained(sinks).toOpaque()
        guard let made = mado_peer_new(name, &handlers, box, PeerSinks.released) else {
            Unmanaged<PeerSinks>.fromOpaque(box).release()
            throw .missingElement("webrtcbin")
        }
        element = made
        gst_object_ref_sink(made)
        if isRelayOnly { mado_peer_set_relay_only(made) }
        for relay in relays { mado_peer_add_relay(made, relay) }
        mado_bin_add(owner.pipeline, made)
        owner.attach(self)
        sinks.onEvent = { [weak self] in self?.heard($0) }
        sinks.frames.deliver = { [weak self] in self?.onFrame($0) }
    }

    isolated deinit {
        close()
        gst_object_unref(element)
    }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        sinks.close()
        owner.detach(self)
        for branch in branches {
            mado_pad_release(branch.tee)
            gst_object_unref(branch.tee)
        }
        mado_bin_remove(owner.pipeline, element)
        for branch in branches { mado_bin_remove(owner.pipeline, branch.part) }
        branches = []
        sinks.removeParts()
    }

    // MARK: Session descriptions

    /// An offer to send what there is, and to get nothing.
    package func makeOffer() {
        send(Payloads(sound: 111, picture: 96))
        begin()
        mado_peer_make_offer(element)
    }

    /// - Parameter payloads: how sound and picture are numbered.
    package func makeOffer(receivesPicture: Bool, _ payloads: Payloads = Payloads(sound: 111, picture: 96)) {
        send(payloads)
        if !owner.hasMicrophone {
            mado_peer_receive(element, "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000")
        }
        if !owner.hasPicture, receivesPicture {
            mado_peer_receive(element, "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000")
        }
        begin()
        mado_peer_make_offer(element)
    }

    package func makeAnswer(to offer: String, _ payloads: Payloads) {
        if !hasRemote {
            send(payloads)
            begin()
        }
        hasRemote = true
        mado_peer_make_answer(element, offer)
        addWaiting()
    }

    package func accept(answer: String) {
        mado_peer_accept(element, answer)
        hasRemote = true
        addWaiting()
    }

    package func add(candidate: String, line: Int) {
        guard hasRemote else {
            if waiting.count < 200 { waiting.append((line, candidate)) }
            return
        }
        mado_peer_add_candidate(element, guint(max(0, line)), candidate)
    }

    private func addWaiting() {
        let candidates = waiting
        waiting = []
        for candidate in candidates { add(candidate: candidate.text, line: candidate.line) }
    }

    // MARK: Sending

    /// The streams' numbers (SSRC) stand in the descriptions from the beginning: the other side would not know a stream
    /// whose first packet is later than the description.
    private func send(_ payloads: Payloads) {
        if owner.hasMicrophone, let number = payloads.sound {
            let stream = UInt32.random(in: 1 ... .max)
            hang(
                on: "sound",
                "queue max-size-time=200000000 leaky=downstream ! valve name=\(name)-sound "
                    + "! rtpopuspay pt=\(number) ssrc=\(stream) "
                    + "! capsfilter caps=\"application/x-rtp,media=audio,encoding-name=OPUS,payload=\(number),"
                    + "clock-rate=48000,encoding-params=(string)2,ssrc=(uint)\(stream)\"")
        }
        if owner.hasPicture, let number = payloads.picture, owner.prepare(payloads.encoding) {
            let stream = UInt32.random(in: 1 ... .max)
            encoding = payloads.encoding
            hang(
                on: encoding.tee,
                "queue max-size-buffers=60 leaky=downstream "
                    + "! valve name=\(name)-picture drop=true drop-mode=forward-sticky-events "
                    + "! \(encoding.payloader) pt=\(number) ssrc=\(stream) mtu=1180 "
                    + "! capsfilter caps=\"application/x-rtp,media=video,\(encoding.caps),"
                    + "payload=\(number),clock-rate=90000,ssrc=(uint)\(stream)\" "
                    + "! queue name=\(name)-pace max-size-buffers=0 max-size-bytes=0 max-size-time=2000000000")
            owner.with("\(name)-pace") { queue in
                owner.with(encoding.encoder) { mado_pace(queue, $0, Int32(clamping: owner.pace)) }
            }
            owner.use(encoding, self)
        }
    }

    private func hang(on tee: String, _ description: String) {
        guard let source = mado_bin_get(owner.pipeline, tee) else { return }
        defer { gst_object_unref(source) }
        guard let part = GStreamer.bin(description), let pad = gst_element_request_pad_simple(source, "src_%u") else {
            return
        }
        mado_bin_add(owner.pipeline, part)
        gst_element_link_pads(part, "src", element, "sink_%u")
        branches.append(Branch(part: part, tee: pad))
    }

    /// The connection runs before anything is led to it: a branch whose first packet is refused stands still for good.
    private func begin() {
        mado_peer_prepare(element, owner.streamID)
        gst_element_sync_state_with_parent(element)
        for branch in branches {
            gst_element_sync_state_with_parent(branch.part)
            let entry = gst_element_get_static_pad(branch.part, "sink")
            gst_pad_link(branch.tee, entry)
            gst_object_unref(entry)
        }
    }

    package func setSending(_ isSending: Bool) {
        self.isSending = isSending
        openValves()
        if isSending { requestKeyFrame() }
    }

    /// Pictures wait for the connection: those of before it would all go out at once, and without the whole one that they
    /// build on.
    private func openValves() {
        owner.set("\(name)-sound", "drop", !isSending)
        owner.set("\(name)-picture", "drop", !isSending || !isConnected)
    }

    /// - Parameter bits: of packets of pictures, a second.
    func setPace(_ bits: Int) { owner.with("\(name)-pace") { mado_pace_set($0, Int32(clamping: bits)) } }

    /// Who comes in needs a whole picture first.
    private func requestKeyFrame() {
        owner.with(encoding.encoder) { encoder in
            guard let pad = gst_element_get_static_pad(encoder, "src") else { return }
            mado_request_key_frame(pad)
            gst_object_unref(pad)
        }
    }

    // MARK: What arrives

    /// How many pictures have arrived.
    package var frameCount: Int { sinks.frames.arrived.value }
    package var frames: ArrivalCount { sinks.frames.arrived }

    private func heard(_ event: Event) {
        guard !isClosed else { return }
        if event == .state(.connected) {
            isConnected = true
            openValves()
            requestKeyFrame()
        }
        onEvent(event)
    }

    func heard(level: Double, from element: String) {
        if element == "\(name)-level" { onLevel(level) }
    }

    /// What the connection counts.
    package func count(_ done: @escaping @MainActor (PeerCounts) -> Void) {
        guard !isClosed else { return }
        PeerCounts.count(element, done)
    }
}
