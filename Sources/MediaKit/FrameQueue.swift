internal import CGStreamer
internal import CGtk
internal import GtkKit
internal import MediaShims
internal import Synchronization

/// Hands frames from the streaming thread to the main one; while one is on its way, others are left out.
///
/// `@unchecked Sendable`: `pending` is atomic; `deliver` is used on the main thread only.
final class FrameQueue: @unchecked Sendable {
    fileprivate let pending = Atomic<Bool>(false)
    /// Those that were left out, too.
    let arrived = ArrivalCount()
    @MainActor var deliver: @MainActor (Texture) -> Void = { _ in }

    /// On the streaming thread.
    fileprivate func take(_ sample: OpaquePointer?) {
        guard let sample else { return }
        defer { gst_sample_unref(sample) }
        arrived.add()
        guard pending.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
            return
        }
        var texture: OpaquePointer?
        let read = withUnsafeMutablePointer(to: &texture) { place in
            mado_sample_read(
                sample,
                { pixels, size, width, height, stride, place in
                    let bytes = g_bytes_new(pixels, size)
                    place?.assumingMemoryBound(to: OpaquePointer?.self).pointee = gdk_memory_texture_new(
                        width, height, GDK_MEMORY_R8G8B8A8, bytes, gsize(stride))
                    g_bytes_unref(bytes)
                }, place)
        }
        guard read != 0, let texture else { return pending.store(false, ordering: .releasing) }
        nonisolated(unsafe) let made = UnsafeMutableRawPointer(texture)
        Task { @MainActor in
            self.pending.store(false, ordering: .releasing)
            self.deliver(Texture(owned: made))
        }
    }
}

let frameArrived: @convention(c) (UnsafeMutablePointer<GstAppSink>?, gpointer?) -> GstFlowReturn = { sink, box in
    if let box { Unmanaged<FrameQueue>.fromOpaque(box).takeUnretainedValue().take(gst_app_sink_pull_sample(sink)) }
    return GST_FLOW_OK
}

/// The frame on which a paused player stands.
let frameWaits: @convention(c) (UnsafeMutablePointer<GstAppSink>?, gpointer?) -> GstFlowReturn = { sink, box in
    if let box { Unmanaged<FrameQueue>.fromOpaque(box).takeUnretainedValue().take(gst_app_sink_pull_preroll(sink)) }
    return GST_FLOW_OK
}

let frameQueueReleased: GDestroyNotify = { box in
    if let box { Unmanaged<FrameQueue>.fromOpaque(box).release() }
}
