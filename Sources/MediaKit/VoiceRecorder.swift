internal import CGStreamer
internal import MediaShims

/// Records the microphone as Opus in Ogg. Main thread.
@MainActor package final class VoiceRecorder {
    package private(set) var isRecording = false
    /// 0 silence, 1 as loud as it goes.
    package private(set) var level: Double = 0
    package var onLevel: @MainActor () -> Void = {}
    package var onError: @MainActor (MediaError) -> Void = { _ in }

    private var pipeline: UnsafeMutablePointer<GstElement>?
    private var watch: BusWatch?
    private var finished: (@MainActor () -> Void)?

    package init() {}

    isolated deinit {
        close()
    }

    /// - Parameter path: the file to be written.
    /// - Throws: `MediaError` when there is no microphone or an element is missing.
    package func start(path: String) throws(MediaError) {
        close()
        guard GStreamer.isStarted else { throw .missingElement("gstreamer") }
        let source = Environment.audioSource ?? "autoaudiosrc"
        let description =
            "\(source) ! audioconvert ! audioresample ! level interval=100000000 ! audio/x-raw,rate=48000,channels=1 "
            + "! opusenc bitrate=24000 ! oggmux ! filesink name=file"
        var error: UnsafeMutablePointer<GError>?
        guard let made = gst_parse_launch(description, &error), error == nil else {
            let text = error.flatMap { $0.pointee.message }.map { String(cString: $0) } ?? ""
            g_error_free(error)
            throw .failed(text)
        }
        gst_object_ref_sink(made)
        pipeline = made
        let bin = UnsafeMutableRawPointer(made).assumingMemoryBound(to: GstBin.self)
        if let file = gst_bin_get_by_name(bin, "file") {
            mado_element_set_string(file, "location", path)
            gst_object_unref(file)
        }
        watch = BusWatch(made) { [weak self] in self?.received($0) }
        gst_element_set_state(made, GST_STATE_PLAYING)
        isRecording = true
    }

    /// Ends the recording; `done` is called once the file is whole.
    package func stop(_ done: @escaping @MainActor () -> Void) {
        guard let pipeline, isRecording else { return }
        isRecording = false
        finished = done
        gst_element_send_event(pipeline, gst_event_new_eos())
    }

    /// Ends it at once; what was written is of no use.
    package func cancel() { close() }

    private func close() {
        watch?.stop()
        watch = nil
        finished = nil
        isRecording = false
        if let pipeline {
            gst_element_set_state(pipeline, GST_STATE_NULL)
            gst_object_unref(pipeline)
        }
        pipeline = nil
    }

    private func received(_ message: UnsafeMutablePointer<GstMessage>) {
        switch mado_message_type(message) {
        case GST_MESSAGE_ELEMENT:
            let peak = mado_message_peak(message)
            guard peak > -900 else { return }
            level = min(1, max(0, (peak + 60) / 60))
            onLevel()
        case GST_MESSAGE_EOS:
            let done = finished
            close()
            done?()
        case GST_MESSAGE_ERROR:
            let error = MediaError.failed(GStreamer.errorText(message))
            close()
            onError(error)
        default: break
        }
    }
}
