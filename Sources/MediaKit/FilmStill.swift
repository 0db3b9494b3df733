internal import CGStreamer
package import GtkKit
internal import MediaShims

/// Looks into a film for its first picture. Main thread.
@MainActor package final class FilmStill {
    package struct Found {
        /// No side longer than 640 pixels.
        package let texture: Texture
        /// Pixels, as in the film.
        package let width: Int
        package let height: Int
        /// Milliseconds, 0 when it is not known.
        package let duration: Int64
    }

    private let frames = FrameQueue()
    private var pipeline: UnsafeMutablePointer<GstElement>?
    private var watch: BusWatch?
    private var deadline: MainLoop.Repeating?
    private var answer: CheckedContinuation<Found?, Never>?

    private init() {}

    /// nil for what is no film, cannot be decoded, or takes longer than some seconds.
    package static func find(path: String) async -> Found? {
        let still = FilmStill()
        return await withCheckedContinuation { continuation in
            still.answer = continuation
            still.open(path)
        }
    }

    private func open(_ path: String) {
        guard let playbin = try? GStreamer.element("playbin") else { return finish(nil) }
        gst_object_ref_sink(playbin)
        pipeline = playbin
        let box = Unmanaged.passRetained(frames).toOpaque()
        guard let uri = gst_filename_to_uri(path, nil),
            let sink = mado_video_sink_new(frameWaits, frameArrived, box, frameQueueReleased, 640)
        else { return finish(nil) }
        mado_element_set_string(playbin, "uri", uri)
        g_free(uri)
        // The picture only: no sound device is opened.
        mado_element_set_int(playbin, "flags", 1)
        mado_element_set_object(playbin, "video-sink", sink)
        // Kept alive by its own handlers until it has found something.
        frames.deliver = { texture in self.found(texture) }
        watch = BusWatch(playbin) { message in
            if [GST_MESSAGE_ERROR, GST_MESSAGE_EOS].contains(mado_message_type(message)) { self.finish(nil) }
        }
        deadline = MainLoop.after(milliseconds: 5000) { self.finish(nil) }
        gst_element_set_state(playbin, GST_STATE_PAUSED)
    }

    private func found(_ texture: Texture) {
        guard let pipeline else { return }
        var width: Int32 = 0
        var height: Int32 = 0
        var nanoseconds: gint64 = 0
        if mado_player_video_size(pipeline, &width, &height) == 0 {
            (width, height) = (Int32(texture.pixelWidth), Int32(texture.pixelHeight))
        }
        _ = gst_element_query_duration(pipeline, GST_FORMAT_TIME, &nanoseconds)
        finish(
            Found(
                texture: texture, width: Int(width), height: Int(height),
                duration: Int64(max(0, nanoseconds)) / 1_000_000))
    }

    private func finish(_ found: Found?) {
        guard let answer else { return }
        self.answer = nil
        deadline?.stop()
        watch?.stop()
        (deadline, watch) = (nil, nil)
        frames.deliver = { _ in }
        if let pipeline {
            gst_element_set_state(pipeline, GST_STATE_NULL)
            gst_object_unref(pipeline)
        }
        pipeline = nil
        answer.resume(returning: found)
    }
}
