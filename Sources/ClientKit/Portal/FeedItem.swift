import CurlKit
import JSON

/// How much an item or an announcement wants to be seen.
package enum PortalPriority: String, Sendable, Equatable, CaseIterable {
    case low, normal, high, urgent

    /// Higher is more.
    package var rank: Int {
        switch self {
        case .low: 0
        case .normal: 1
        case .high: 2
        case .urgent: 3
        }
    }
}

/// A series of numbers that a feed brings.
package struct FeedSeries: Sendable, Equatable, Hashable {
    package var name: String
    package var unit: String?
    package var label: String

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, !name.isEmpty else { return nil }
        self.name = name
        unit = value["unit"]?.string
        label = value["label"]?.string ?? name
    }
}

/// One value of a series.
package struct SeriesPoint: Sendable, Equatable {
    /// Milliseconds since 1970.
    package var timestamp: Int64
    package var value: Double

    package init(timestamp: Int64, value: Double) {
        self.timestamp = timestamp
        self.value = value
    }
}

/// One item of a feed, in its newest version.
package struct FeedItem: Sendable, Equatable, Identifiable {
    /// A value that came with the item.
    package struct Reading: Sendable, Equatable {
        package var name: String
        /// As the provider wrote it, such as "41204.5".
        package var value: String
        package var unit: String?
        /// Milliseconds since 1970.
        package var timestamp: Int64
    }

    /// The event's id.
    package let id: String
    package let roomID: String
    /// The provider's own name for it.
    package var itemID: String
    package var headline: String
    package var text: String?
    /// As received: ``MessageHTML`` makes of it what may be drawn.
    package var html: String?
    /// `https` or `http` only.
    package var link: String?
    package var priority: PortalPriority
    /// Milliseconds since 1970.
    package var published: Int64
    package var expires: Int64?
    package var contact: String?
    package var provider: String
    package var reading: Reading?

    /// nil for a message that is no item.
    init?(_ content: JSONValue, eventID: String, roomID: String, timestamp: Int64) {
        guard let item = content["mado.item"], item.isObject else { return nil }
        let body = content["body"]?.string ?? ""
        let headline = item["headline"]?.string ?? String(body.prefix { $0 != "\n" })
        guard !headline.isEmpty else { return nil }
        id = eventID
        self.roomID = roomID
        self.headline = MessageText.oneLine(headline)
        itemID = item["id"]?.string ?? eventID
        text = item["text"]?.string
        html = item["html"]?.string
        link = item["link"]?.string.flatMap(PortalLink.checked)
        priority = item["priority"]?.string.flatMap(PortalPriority.init) ?? .normal
        published = item["published_ts"]?.time ?? timestamp
        expires = item["expires_ts"]?.time
        contact = item["contact"]?.string
        provider = item["provider"]?.string ?? ""
        reading = item["series"].flatMap { Reading($0, timestamp: timestamp) }
    }

    package func isExpired(at now: Int64) -> Bool { expires.map { $0 <= now } ?? false }
}

extension FeedItem.Reading {
    init?(_ series: JSONValue, timestamp: Int64) {
        guard let name = series["name"]?.string, let value = series["value"]?.string else { return nil }
        self.init(name: name, value: value, unit: series["unit"]?.string, timestamp: series["ts"]?.time ?? timestamp)
    }
}

/// Links that a provider may send somebody to.
enum PortalLink {
    /// nil for anything but an absolute `https` or `http` address.
    static func checked(_ text: String) -> String? {
        guard let url = ParsedURL(text), url.scheme == "https" || url.scheme == "http" else { return nil }
        return text
    }
}
