package import MatrixAPI
import Synchronization

/// The live programmes of channels: the newest pieces of what a feeder sends, kept in memory for those who watch.
///
/// A stream is a playlist and segments, as HTTP Live Streaming has them. The server neither reads nor changes them: it
/// keeps the newest, drops what is older, and forgets a stream whose feeder has gone.
///
/// Source: RFC 8216 for what clients do with them.
package final class LiveStreams: Sendable {
    package struct Settings: Sendable {
        /// Files of one stream that are kept. A player reads some segments behind the newest.
        package var maximumFiles = 40
        /// Playlists besides the first one, and headers, of one stream that are kept; of each.
        package var maximumKept = 8
        /// The largest file, and all of one stream, in bytes.
        package var maximumFileBytes = 16 << 20
        package var maximumStreamBytes = 128 << 20
        /// A stream that nothing was sent to for this long is over.
        package var idleLifetime = Duration.seconds(30)
        package init() {}
    }

    /// A playlist or segment.
    struct File: Sendable {
        let bytes: [UInt8]
        let type: LiveFileType
        /// A tag that no other content of this name has.
        let tag: String
        /// Milliseconds since 1970.
        let arrived: Int64
    }

    struct Stream {
        var files: [String: File] = [:]
        /// Segments, oldest first.
        var order: [String] = []
        /// Playlists and headers, oldest first.
        var kept: [String] = []
        var bytes = 0
        var lastArrival: Int64 = 0
        var count = 0
    }

    package let settings: Settings
    private let clock: WallClock
    private let streams = Mutex<[RoomID: Stream]>([:])

    package init(settings: Settings = Settings(), clock: WallClock = .system) {
        self.settings = settings
        self.clock = clock
    }

    /// Takes a file in. Older segments go when there are too many.
    /// - Returns: whether the stream is new.
    /// - Throws: `M_INVALID_PARAM` for a name that no such file has, `M_TOO_LARGE`.
    @discardableResult
    package func put(_ bytes: [UInt8], _ name: String, on channel: RoomID) throws -> Bool {
        guard let type = LiveFileType(name: name) else {
            throw MatrixError.invalidParam(
                "A file of a live programme has a short name, and ends in .m3u8, .ts, .m4s or .mp4")
        }
        guard bytes.count <= settings.maximumFileBytes else {
            throw MatrixError(
                413, .tooLarge, "A piece of a live programme has at most \(settings.maximumFileBytes) bytes")
        }
        let now = clock.now
        return streams.withLock { streams in
            let isNew = streams[channel] == nil
            streams[channel, default: Stream()].put(bytes, name, type, now, settings)
            return isNew
        }
    }

    func file(_ name: String, on channel: RoomID) -> File? { streams.withLock { $0[channel]?.files[name] } }

    /// Forgets a stream; whether there was one.
    @discardableResult
    package func end(_ channel: RoomID) -> Bool { streams.withLock { $0.removeValue(forKey: channel) != nil } }

    /// Forgets streams whose feeders have gone.
    /// - Returns: their channels.
    func endIdle() -> [RoomID] {
        let oldest = clock.now - settings.idleLifetime.milliseconds
        return streams.withLock { streams in
            let idle = streams.filter { $0.value.lastArrival < oldest }.map(\.key)
            for channel in idle { streams[channel] = nil }
            return idle
        }
    }

    var running: Set<RoomID> { Set(streams.withLock { $0.keys }) }
}

extension LiveStreams.Stream {
    mutating func put(
        _ bytes: [UInt8], _ name: String, _ type: LiveFileType, _ now: Int64, _ settings: LiveStreams.Settings
    ) {
        count += 1
        lastArrival = now
        drop(name)
        files[name] = LiveStreams.File(bytes: bytes, type: type, tag: "\"\(now)-\(count)\"", arrived: now)
        self.bytes += bytes.count
        // Playlists and headers of a stream are needed as long as it runs, of all its variants. A feeder that begins
        // anew under other names leaves those of before behind.
        if type.isKept {
            kept.append(name)
            let same = kept.filter { $0 != LiveChannels.playlist && files[$0]?.type == type }
            for oldest in same.dropLast(settings.maximumKept) { drop(oldest) }
        } else {
            order.append(name)
        }
        while order.count > settings.maximumFiles || self.bytes > settings.maximumStreamBytes, let oldest = order.first
        {
            drop(oldest)
        }
        while self.bytes > settings.maximumStreamBytes,
            let oldest = kept.first(where: { $0 != LiveChannels.playlist && $0 != name })
        {
            drop(oldest)
        }
    }

    private mutating func drop(_ name: String) {
        guard let old = files.removeValue(forKey: name) else { return }
        bytes -= old.bytes.count
        order.removeAll { $0 == name }
        kept.removeAll { $0 == name }
    }
}

/// What a file of a live programme is, by the end of its name.
enum LiveFileType: String, Sendable {
    case playlist = "application/vnd.apple.mpegurl"
    case transport = "video/mp2t"
    case fragment = "video/iso.segment"
    case header = "video/mp4"

    /// nil for a name that such a file does not have.
    init?(name: String) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        guard isPlain, (3...64).contains(name.utf8.count), !name.hasPrefix(".") else { return nil }
        switch name.split(separator: ".").last {
        case "m3u8": self = .playlist
        case "ts": self = .transport
        case "m4s": self = .fragment
        case "mp4": self = .header
        default: return nil
        }
    }

    /// Whether it stays however many segments come.
    var isKept: Bool { self == .playlist || self == .header }
}
