package import JSON
package import MatrixAPI
import Store

/// When a member wants to learn of a feed's items: the content of `mado.delivery`.
package struct DeliveryRule: Sendable {
    package static let accountDataType = "mado.delivery"

    package enum Mode: Sendable, Equatable {
        case atOnce
        /// Together, this many minutes after the last time at the earliest.
        case every(minutes: Int)
        /// Together, at these minutes of the day; ascending, not empty.
        case at([Int])
    }

    /// A part of each day, in minutes; it may pass midnight.
    package struct Quiet: Sendable, Equatable {
        package let from: Int
        package let to: Int

        func contains(_ minute: Int) -> Bool {
            from < to ? minute >= from && minute < to : minute >= from || minute < to
        }
    }

    package let mode: Mode
    /// Only items that contain one of them come at all; folded. Empty for all items.
    package let words: [String]
    package let quiet: Quiet?
    let zone: TimeZoneRules

    /// The rule of those who have none.
    var isPlain: Bool { mode == .atOnce && words.isEmpty && quiet == nil }

    /// - Throws: `M_BAD_JSON`, `M_INVALID_PARAM`.
    package init(_ content: JSONValue) throws {
        guard content.isObject else { throw MatrixError.badJSON("mado.delivery must be an object") }
        switch try content.optionalString("mode") ?? "at_once" {
        case "at_once": mode = .atOnce
        case "every":
            guard let minutes = try content.optionalInt("every_minutes"), (1...1440).contains(minutes) else {
                throw MatrixError.invalidParam("every_minutes must be a number from 1 to 1440")
            }
            mode = .every(minutes: Int(minutes))
        case "at_times":
            let times = try content.optionalStrings("times").map { try Self.minute($0, "times") }
            guard (1...24).contains(times.count) else { throw MatrixError.invalidParam("times has 1 to 24 times") }
            mode = .at(Set(times).sorted())
        default: throw MatrixError.invalidParam("mode must be at_once, every or at_times")
        }
        words = try content.optionalStrings("words").map(NameFolding.fold).filter { !$0.isEmpty }
        guard words.count <= 50, words.allSatisfy({ $0.count <= 100 }) else {
            throw MatrixError.invalidParam("words has at most 50 words of at most 100 characters")
        }
        quiet = try content.optionalObject("quiet").map { quiet in
            let from = try Self.minute(try quiet.requiredString("from"), "quiet.from")
            let to = try Self.minute(try quiet.requiredString("to"), "quiet.to")
            guard from != to else { throw MatrixError.invalidParam("quiet.from and quiet.to are the same") }
            return Quiet(from: from, to: to)
        }
        if let name = try content.optionalString("time_zone") {
            guard let zone = TimeZoneRules.named(name) else {
                throw MatrixError.invalidParam("\(name) is no time zone of the time zone database")
            }
            self.zone = zone
        } else {
            zone = .system
        }
    }

    /// `08:30` in minutes.
    private static func minute(_ text: String, _ name: String) throws -> Int {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
        else { throw MatrixError.invalidParam("\(name) must be a time of day like 08:30") }
        return hour * 60 + minute
    }
}

extension DeliveryRule {
    /// Whether items wait at a time, in milliseconds since 1970.
    package func isHeld(at now: Int64) -> Bool { mode != .atOnce || isQuiet(at: now) }

    private func isQuiet(at now: Int64) -> Bool { quiet?.contains(minuteOfDay(now)) ?? false }

    /// When there is next something to do: items that wait are due, or a quiet part of the day begins or ends. nil for
    /// never.
    ///
    /// - Parameter last: when items were given the last time.
    package func next(after now: Int64, last: Int64) -> Int64? {
        switch mode {
        case .atOnce:
            guard let quiet else { return nil }
            return moment(of: isQuiet(at: now) ? [quiet.to] : [quiet.from], after: now)
        case .every(let minutes): return outsideQuiet(max(now, last + Int64(minutes) * 60_000))
        case .at(let times): return outsideQuiet(moment(of: times, after: now))
        }
    }

    /// The last time at or before now at which items were due that had come before; for a server that was not there
    /// then. nil when none was since `start`.
    package func lastDue(before now: Int64, since start: Int64) -> Int64? {
        var due: Int64?
        var time = start
        // A year's worth of times, should a server have been off for so long.
        for _ in 0..<10_000 {
            guard let next = next(after: time, last: time), next <= now else { break }
            due = next
            time = max(next, time + 60_000)
        }
        return due
    }

    private func outsideQuiet(_ time: Int64) -> Int64 {
        guard let quiet, isQuiet(at: time) else { return time }
        return moment(of: [quiet.to], after: time)
    }

    /// The next time behind `now` at which the clocks show one of these minutes of the day.
    private func moment(of minutes: [Int], after now: Int64) -> Int64 {
        let seconds = now >= 0 ? now / 1000 : 0
        let day = (seconds + Int64(zone.offset(at: seconds))) / 86_400
        for ahead in 0...2 {
            for minute in minutes {
                let time = zone.time(local: (day + Int64(ahead)) * 86_400 + Int64(minute) * 60) * 1000
                if time > now { return time }
            }
        }
        return now + 86_400_000
    }

    private func minuteOfDay(_ now: Int64) -> Int {
        let seconds = now / 1000
        return Int(((seconds + Int64(zone.offset(at: seconds))) % 86_400) / 60)
    }

    /// Whether an item comes at all.
    package func passes(_ item: FoldedText) -> Bool { words.isEmpty || item.hasAny(of: words) }
}

/// The words of a feed's event, in the form in which words are compared; folded once for all who have rules.
package struct FoldedText: Sendable {
    let text: String

    package init(of event: Event) {
        let content = event.content["m.new_content"] ?? event.content
        let item = content["mado.item"]
        let texts = [item?["headline"]?.string, item?["text"]?.string, content["body"]?.string]
        text = NameFolding.fold(texts.compactMap { $0 }.joined(separator: " "))
    }

    /// - Parameter words: folded.
    func hasAny(of words: [String]) -> Bool { words.contains { text.contains($0) } }
}
