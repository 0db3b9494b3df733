import JSON

/// A source of items, in a room of type `mado.feed`.
package struct Feed: Sendable, Equatable, Identifiable {
    package let roomID: String
    package var title: String
    package var topic: String
    package var provider: String
    package var series: [FeedSeries] = []
    package var isSubscribed: Bool
    package var rule: DeliveryRule
    /// Newest first, expired ones included.
    package var items: [FeedItem] = []
    package var id: String { roomID }
}

/// When a feed's items come: applied by the server, so that what is withheld costs nothing on the way.
package struct DeliveryRule: Sendable, Equatable {
    package enum Mode: String, Sendable, Equatable, CaseIterable {
        case atOnce = "at_once"
        case every
        case atTimes = "at_times"
    }

    /// Minutes of the day (0…1439), local time; may cross midnight.
    package struct Quiet: Sendable, Equatable {
        package var from: Int
        package var to: Int

        package init(from: Int, to: Int) {
            self.from = from
            self.to = to
        }
    }

    package var mode = Mode.atOnce
    package var everyMinutes = 60
    /// Minutes of the day.
    package var times: [Int] = []
    /// Only items with one of these; empty for all.
    package var words: [String] = []
    package var quiet: Quiet?
    /// IANA's name, such as "Asia/Tokyo".
    package var timeZone: String?

    package init() {}
}

extension DeliveryRule {
    static let type = "mado.delivery"

    init(_ content: JSONValue?) {
        guard let content else { return }
        mode = content["mode"]?.string.flatMap(Mode.init) ?? .atOnce
        if let minutes = content["every_minutes"]?.int { everyMinutes = Int(clamping: max(1, minutes)) }
        times = content["times"]?.array?.compactMap { $0.string.flatMap(DayTime.minutes) } ?? []
        words = content["words"]?.array?.compactMap(\.string) ?? []
        if let from = content["quiet"]?["from"]?.string.flatMap(DayTime.minutes),
            let to = content["quiet"]?["to"]?.string.flatMap(DayTime.minutes)
        {
            quiet = Quiet(from: from, to: to)
        }
        timeZone = content["time_zone"]?.string
    }

    var json: [UInt8] {
        JSONWriter.object { object in
            object.member("mode", mode.rawValue)
            if mode == .every { object.member("every_minutes", everyMinutes) }
            if mode == .atTimes {
                object.array("times") { array in for time in times { array.value(DayTime.text(time)) } }
            }
            if !words.isEmpty { object.array("words") { array in for word in words { array.value(word) } } }
            if let quiet {
                object.object("quiet") { object in
                    object.member("from", DayTime.text(quiet.from))
                    object.member("to", DayTime.text(quiet.to))
                }
            }
            object.memberIfPresent("time_zone", timeZone)
        }
    }
}

/// Times of the day as they are written, such as "08:00".
package enum DayTime {
    /// nil for what is no time of a day.
    package static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.utf8.count) }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }

    package static func text(_ minutes: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return two(minutes / 60 % 24) + ":" + two(minutes % 60)
    }
}
