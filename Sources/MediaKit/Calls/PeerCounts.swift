internal import CGStreamer
internal import MediaShims

/// What a connection has counted since it was made.
package struct PeerCounts: Sendable, Equatable {
    package var packets: Int64 = 0
    /// What came late, or twice, makes it less again.
    package var packetsLost: Int64 = 0
    package var bytesReceived: Int64 = 0
    /// Own packets about which the other side has told, and those of them that did not come there.
    package var packetsReported: Int64 = 0
    package var reportedLost: Int64 = 0
    /// How often the other side has reported.
    package var reports: Int64 = 0
    package var packetsSent: Int64 = 0
    package var bytesSent: Int64 = 0
    /// Milliseconds; nil when nothing was reported since it was counted before.
    package var roundTrip: Double?
    /// `host`, `srflx`, `prflx` or `relay`; empty before there is a way.
    package var localKind = ""
    package var remoteKind = ""
    /// Whether the way's own end is one of TCP, which sends again what is lost.
    package var isTCP = false

    private final class Handler: Sendable {
        let done: @MainActor (PeerCounts) -> Void
        init(_ done: @escaping @MainActor (PeerCounts) -> Void) { self.done = done }
    }

    @MainActor static func count(
        _ element: UnsafeMutablePointer<GstElement>, _ done: @escaping @MainActor (PeerCounts) -> Void
    ) {
        let box = Unmanaged.passRetained(Handler(done)).toOpaque()
        mado_peer_count(element, counted, box, released)
    }

    // On GStreamer's threads.
    private static let counted: @convention(c) (gpointer?, UnsafePointer<MadoPeerCounts>?) -> Void = { box, counts in
        guard let box, let counts else { return }
        let handler = Unmanaged<Handler>.fromOpaque(box).takeUnretainedValue()
        let read = PeerCounts(counts.pointee)
        Task { @MainActor in handler.done(read) }
    }

    private static let released: GDestroyNotify = { box in
        if let box { Unmanaged<Handler>.fromOpaque(box).release() }
    }

    private init(_ counts: MadoPeerCounts) {
        var counts = counts
        packets = Int64(counts.packets)
        packetsLost = Int64(counts.packets_lost)
        bytesReceived = Int64(counts.bytes_received)
        packetsReported = Int64(counts.packets_reported)
        reportedLost = Int64(counts.reported_lost)
        reports = Int64(counts.reports)
        packetsSent = Int64(counts.packets_sent)
        bytesSent = Int64(counts.bytes_sent)
        roundTrip = counts.round_trip < 0 ? nil : counts.round_trip * 1000
        localKind = Self.text(&counts.local_type, 16)
        remoteKind = Self.text(&counts.remote_type, 16)
        isTCP = Self.text(&counts.local_protocol, 16).lowercased().hasPrefix("tcp")
    }

    private static func text<Tuple>(_ tuple: inout Tuple, _ size: Int) -> String {
        withUnsafeBytes(of: &tuple) { bytes in String(decoding: bytes.prefix(size).prefix { $0 != 0 }, as: UTF8.self) }
    }
}
