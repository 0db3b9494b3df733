import Synchronization

/// What the clocks of a time zone show when: the zone's file of the system, with its changes of daylight saving.
///
/// Source: RFC 8536 (TZif), and POSIX `TZ` for what lies beyond the file's table.
package struct TimeZoneRules: Sendable {
    private static let folder = "/usr/share/zoneinfo"
    private static let maximumBytes = 1 << 18

    /// From when on which offset is in force, in seconds since 1970 and seconds east of Greenwich; ascending.
    private let changes: [(time: Int64, offset: Int)]
    private let first: Int
    private let later: POSIXTimeZone?

    /// Coordinated universal time.
    package static let utc = TimeZoneRules(changes: [], first: 0, later: nil)

    private init(changes: [(time: Int64, offset: Int)], first: Int, later: POSIXTimeZone?) {
        self.changes = changes
        self.first = first
        self.later = later
    }

    /// Zones that were read: their files do not change while the server runs.
    private static let known = Mutex<[String: TimeZoneRules]>([:])

    /// A zone by its name in the time zone database, like `Asia/Tokyo`; nil when there is none of that name.
    package static func named(_ name: String) -> TimeZoneRules? {
        if name == "UTC" { return .utc }
        if let zone = known.withLock({ $0[name] }) { return zone }
        guard let zone = TimeZoneRules(reading: name) else { return nil }
        known.withLock { $0[name] = zone }
        return zone
    }

    private init?(reading name: String) {
        let isName = name.utf8.allSatisfy { byte in
            (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                || [0x2f, 0x5f, 0x2d, 0x2b].contains(byte)
        }
        guard isName, (1...64).contains(name.utf8.count), name.first?.isLetter == true,
            let file = try? SystemFile.read("\(Self.folder)/\(name)", limit: Self.maximumBytes)
        else { return nil }
        self.init(parsing: file)
    }

    /// The zone that the server's machine is set to; UTC where it is set to none.
    package static let system: TimeZoneRules = {
        guard let file = try? SystemFile.read("/etc/localtime", limit: maximumBytes) else { return .utc }
        return TimeZoneRules(parsing: file) ?? .utc
    }()

    /// Reads a TZif file; nil when it is none.
    package init?(parsing file: [UInt8]) {
        guard let old = TZifHeader(file, at: 0) else { return nil }
        var header = old
        var width = 4
        if old.version >= 2 {
            guard let new = TZifHeader(file, at: old.end(width: 4)) else { return nil }
            header = new
            width = 8
        }
        guard header.types > 0, header.end(width: width) <= file.count else { return nil }
        let times = header.start
        let indices = times + header.times * width
        let types = indices + header.times
        func offset(_ type: Int) -> Int? {
            guard type < header.types else { return nil }
            return Int(Int32(truncatingIfNeeded: TZifHeader.number(file, types + type * 6, 4)))
        }
        var changes: [(time: Int64, offset: Int)] = []
        for index in 0..<header.times {
            guard let offset = offset(Int(file[indices + index])) else { return nil }
            let bits = TZifHeader.number(file, times + index * width, width)
            changes.append((width == 8 ? bits : Int64(Int32(truncatingIfNeeded: bits)), offset))
        }
        guard let first = offset(0) else { return nil }
        let footer = file[header.end(width: width)...].split(separator: 0x0a).first ?? []
        self.init(
            changes: changes, first: first,
            later: width == 8 ? POSIXTimeZone(String(decoding: footer, as: UTF8.self)) : nil)
    }

    /// Seconds east of Greenwich at a time, in seconds since 1970.
    package func offset(at time: Int64) -> Int {
        guard let last = changes.last else { return later?.offset(at: time) ?? first }
        if time >= last.time, let later { return later.offset(at: time) }
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : changes[low - 1].offset
    }

    /// When the clocks show this many seconds since 1970, as if they were of UTC. Of two times the earlier one; where
    /// the clocks are put forward over it, the time at which they would have shown it before.
    package func time(local: Int64) -> Int64 {
        let around = [offset(at: local - 86_400), offset(at: local + 86_400)]
        let fitting = around.map { local - Int64($0) }.filter { $0 + Int64(offset(at: $0)) == local }
        return fitting.min() ?? local - Int64(around[0])
    }
}

/// The counts at the beginning of a TZif file's part.
private struct TZifHeader {
    let version: Int
    let times: Int
    let types: Int
    /// Where its data begin.
    let start: Int
    private let leaps: Int
    private let characters: Int
    private let standards: Int
    private let universals: Int

    init?(_ file: [UInt8], at place: Int) {
        guard place >= 0, place + 44 <= file.count, file[place..<place + 4].elementsEqual("TZif".utf8) else {
            return nil
        }
        let counts = (0..<6).map { Int(Self.number(file, place + 20 + $0 * 4, 4)) }
        guard counts.allSatisfy({ $0 <= file.count }) else { return nil }
        version = Int(file[place + 4]) - 0x30
        (universals, standards, leaps, times, types, characters) = (
            counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]
        )
        start = place + 44
    }

    func end(width: Int) -> Int {
        start + times * (width + 1) + types * 6 + characters + leaps * (width + 4) + standards + universals
    }

    /// A number of `width` bytes, without its sign unless it has eight.
    static func number(_ file: [UInt8], _ place: Int, _ width: Int) -> Int64 {
        guard place >= 0, place + width <= file.count else { return 0 }
        return Int64(bitPattern: file[place..<place + width].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
