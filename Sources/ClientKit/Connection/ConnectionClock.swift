import Glibc

/// What time it is, for a connection.
package struct ConnectionInstant: Sendable, Equatable {
    /// Milliseconds that only go forward, sleep of the computer included.
    package var uptime: Int64
    /// Milliseconds since 1970.
    package var wall: Int64

    package init(uptime: Int64, wall: Int64) {
        self.uptime = uptime
        self.wall = wall
    }
}

package protocol ConnectionClock: Sendable {
    func now() -> ConnectionInstant
    /// - Throws: `CancellationError`.
    func sleep(milliseconds: Int64) async throws
}

package struct SystemConnectionClock: ConnectionClock {
    package init() {}

    package func now() -> ConnectionInstant {
        ConnectionInstant(uptime: Self.read(CLOCK_BOOTTIME), wall: Self.read(CLOCK_REALTIME))
    }

    package func sleep(milliseconds: Int64) async throws {
        try await Alarm().wait(milliseconds: milliseconds)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// Times of the day.
package enum TimeOfDay {
    /// The next moment in local time at one of these minutes of the day (0…1439), in milliseconds since 1970; a day
    /// later when there are none. A time that a change of the clocks leaves out comes an hour later.
    package static func next(of minutes: [Int], after wall: Int64) -> Int64 {
        let dayLater = wall + 86_400_000
        return minutes.filter { (0..<1440).contains($0) }
            .flatMap { minute in (0...1).compactMap { moment(minute, daysLater: $0, than: wall) } }
            .filter { $0 > wall }.min() ?? dayLater
    }

    private static func moment(_ minute: Int, daysLater: Int, than wall: Int64) -> Int64? {
        var seconds = time_t(wall / 1000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return nil }
        parts.tm_mday += Int32(daysLater)
        parts.tm_hour = Int32(minute / 60)
        parts.tm_min = Int32(minute % 60)
        parts.tm_sec = 0
        parts.tm_isdst = -1
        let moment = mktime(&parts)
        return moment < 0 ? nil : Int64(moment) * 1000
    }
}
