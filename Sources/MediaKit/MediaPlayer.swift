internal import CGStreamer
package import GtkKit
internal import MediaShims

/// Plays a film or sound. Main thread.
///
/// States: nothing open; opened and paused; playing; at the end; failed. Frames come as textures, late ones are left out.
@MainActor package final class MediaPlayer {
    package private(set) var isPlaying = false
    package private(set) var isAtEnd = false
    package private(set) var error: MediaError?
    /// It comes as it happens: there is no other place to go to.
    package private(set) var isLive = false
    /// How much of what it needs to go on is there, in per cent.
    package private(set) var buffered = 100
    /// Whether there is a picture.
    package private(set) var hasVideo = false
    /// State, place or error changed.
    package var onChange: @MainActor () -> Void = {}
    /// A picture is to be shown.
    package var onFrame: @MainActor (Texture) -> Void = { _ in }

    private var pipeline: UnsafeMutablePointer<GstElement>?
    private var watch: BusWatch?
    private var ticking: MainLoop.Repeating?
    private let frames = FrameQueue()

    package init() {}

    isolated deinit {
        close()
    }

    /// Opens a file and shows its first picture.
    package func open(path: String) {
        guard let uri = gst_filename_to_uri(path, nil) else {
            close()
            error = .failed(path)
            return onChange()
        }
        defer { g_free(uri) }
        open(uri: String(cString: uri))
    }

    /// Opens what is at an address, `file` or `http`, and shows its first picture.
    package func open(uri: String) {
        close()
        do {
            let playbin = try GStreamer.element("playbin")
            gst_object_ref_sink(playbin)
            pipeline = playbin
            mado_playbin_ignore_proxies(playbin)
            mado_element_set_string(playbin, "uri", uri)
            mado_element_set_double(playbin, "volume", volume)
            frames.deliver = { [weak self] texture in
                self?.hasVideo = true
                self?.onFrame(texture)
            }
            let box = Unmanaged.passRetained(frames).toOpaque()
            guard let sink = mado_video_sink_new(frameWaits, frameArrived, box, frameQueueReleased, 0) else {
                throw MediaError.missingElement("appsink")
            }
            mado_element_set_object(playbin, "video-sink", sink)
            if let fake = Environment.audioSink, let audio = gst_element_factory_make(fake, nil) {
                mado_element_set_int(audio, "sync", 1)
                mado_element_set_object(playbin, "audio-sink", audio)
            }
            watch = BusWatch(playbin) { [weak self] in self?.received($0) }
            isLive = gst_element_set_state(playbin, GST_STATE_PAUSED) == GST_STATE_CHANGE_NO_PREROLL
        } catch {
            self.error = error as? MediaError ?? .failed("\(error)")
        }
        onChange()
    }

    package func close() {
        ticking?.stop()
        ticking = nil
        watch?.stop()
        watch = nil
        if let pipeline {
            gst_element_set_state(pipeline, GST_STATE_NULL)
            gst_object_unref(pipeline)
        }
        pipeline = nil
        isPlaying = false
        isAtEnd = false
        hasVideo = false
        error = nil
        isLive = false
        buffered = 100
    }

    package func play() {
        guard let pipeline, error == nil else { return }
        if isAtEnd { seek(to: 0) }
        isAtEnd = false
        isPlaying = true
        // Until enough is there it waits; the message that says so lets it go on.
        if buffered >= 100 { gst_element_set_state(pipeline, GST_STATE_PLAYING) }
        ticking?.stop()
        ticking = MainLoop.every(milliseconds: 250) { [weak self] in
            guard let self, isPlaying else { return false }
            onChange()
            return true
        }
        onChange()
    }

    package func pause() {
        guard let pipeline else { return }
        isPlaying = false
        gst_element_set_state(pipeline, GST_STATE_PAUSED)
        onChange()
    }

    /// Milliseconds from the beginning.
    package var position: Int64 {
        var nanoseconds: gint64 = 0
        guard let pipeline, gst_element_query_position(pipeline, GST_FORMAT_TIME, &nanoseconds) != 0 else { return 0 }
        return Int64(nanoseconds) / 1_000_000
    }

    /// Milliseconds, 0 while it is not known.
    package var duration: Int64 {
        var nanoseconds: gint64 = 0
        guard let pipeline, gst_element_query_duration(pipeline, GST_FORMAT_TIME, &nanoseconds) != 0 else { return 0 }
        return Int64(nanoseconds) / 1_000_000
    }

    package func seek(to milliseconds: Int64) {
        guard let pipeline else { return }
        let flags = GstSeekFlags(GST_SEEK_FLAG_FLUSH.rawValue | GST_SEEK_FLAG_KEY_UNIT.rawValue)
        gst_element_seek_simple(pipeline, GST_FORMAT_TIME, flags, gint64(max(0, milliseconds) * 1_000_000))
        isAtEnd = false
        onChange()
    }

    /// 0 silent, 1 as recorded.
    package var volume: Double = 1 {
        didSet { if let pipeline { mado_element_set_double(pipeline, "volume", volume) } }
    }

    private func received(_ message: UnsafeMutablePointer<GstMessage>) {
        switch mado_message_type(message) {
        case GST_MESSAGE_EOS:
            isPlaying = false
            isAtEnd = true
            onChange()
        case GST_MESSAGE_ERROR:
            isPlaying = false
            let text = GStreamer.errorText(message)
            error = mado_message_is_missing_decoder(message) != 0 ? .unsupported(text) : .failed(text)
            onChange()
        case GST_MESSAGE_BUFFERING:
            buffered = Int(mado_message_buffering(message))
            // What is live goes on; it would only fall behind.
            guard let pipeline, isPlaying, !isLive else { return onChange() }
            gst_element_set_state(pipeline, buffered >= 100 ? GST_STATE_PLAYING : GST_STATE_PAUSED)
            onChange()
        case GST_MESSAGE_ASYNC_DONE, GST_MESSAGE_DURATION_CHANGED:
            onChange()
        default: break
        }
    }
}

/// What the environment says of devices, for machines and tests without any.
enum Environment {
    /// An element's name instead of the system's loudspeaker.
    static var audioSink: String? { value("MADODESKTOP_AUDIO_SINK") }
    /// An element's name instead of the system's microphone.
    static var audioSource: String? { value("MADODESKTOP_AUDIO_SOURCE") }

    static func value(_ name: String) -> String? {
        guard let text = g_getenv(name) else { return nil }
        return String(cString: text)
    }
}
