internal import CGStreamer
internal import GtkKit
internal import MediaShims

/// The tones of a call: two that alternate where it rings, a long one where one waits. Main thread.
@MainActor package final class RingTone {
    private enum Kind { case ring, back }

    private var pipeline: UnsafeMutablePointer<GstElement>?
    private var kind: Kind?
    private var ticking: MainLoop.Repeating?
    private var step = 0
    private let loudspeaker: @MainActor () -> String?

    /// - Parameter loudspeaker: the name of the one that is chosen; nil for the one that the system plays with.
    package init(loudspeaker: @escaping @MainActor () -> String?) { self.loudspeaker = loudspeaker }

    isolated deinit { stop() }

    /// - Parameter isHigh: for a call with pictures.
    package func ring(_ isHigh: Bool) { start(.ring, isHigh ? [784, 988, 1175] : [659, 784, 659]) }

    /// What the caller hears.
    package func ringBack() { start(.back, [425]) }

    package func stopRingBack() {
        if kind == .back { stop() }
    }

    package func stop() {
        ticking?.stop()
        ticking = nil
        kind = nil
        if let pipeline {
            gst_element_set_state(pipeline, GST_STATE_NULL)
            gst_object_unref(pipeline)
        }
        pipeline = nil
    }

    private func start(_ wanted: Kind, _ notes: [Double]) {
        guard kind != wanted else { return }
        stop()
        kind = wanted
        guard GStreamer.isStarted else { return }
        let description =
            "audiotestsrc name=note is-live=true volume=0 ! audio/x-raw,rate=48000,channels=1 ! audioconvert "
            + "! audioresample ! \(CallParts.sink(loudspeaker: loudspeaker()))"
        // A computer without a loudspeaker shows the card only.
        guard let made = try? GStreamer.parse(description) else { return }
        pipeline = made
        gst_element_set_state(made, GST_STATE_PLAYING)
        step = 0
        let length = wanted == .ring ? 160 : 1000
        ticking = MainLoop.every(milliseconds: length) { [weak self] in self?.play(notes, wanted) ?? false }
    }

    /// Notes, then silence, again and again.
    private func play(_ notes: [Double], _ kind: Kind) -> Bool {
        guard let pipeline, let source = mado_bin_get(pipeline, "note") else { return false }
        defer { gst_object_unref(source) }
        let period = kind == .ring ? 14 : 4
        let at = step % period
        step += 1
        let isHeard = kind == .ring ? at < notes.count * 2 : at == 0
        if isHeard { mado_element_set_double(source, "freq", notes[at % notes.count]) }
        mado_element_set_double(source, "volume", isHeard ? 0.12 : 0)
        return true
    }
}
