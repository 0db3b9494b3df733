package import JSON
package import MatrixAPI
package import Store

/// What a provider has to say, checked: a headline with a text, or a figure.
package struct FeedItem: Sendable, Hashable {
    package enum Priority: String, Sendable, CaseIterable {
        case low, normal, high, urgent

        /// Whether members are notified of it.
        var notifies: Bool { self == .high || self == .urgent }
    }

    /// A value of a series of numbers.
    package struct Value: Sendable, Hashable {
        package let name: String
        /// A decimal number as text: `41204.5`.
        package let value: String
        package var unit: String?
        /// What people call the series; nil for its name.
        package var label: String?
        /// Milliseconds since 1970; nil for the time at which it is accepted.
        package var time: Int64?
        /// Earlier values, which go into the series and not into the event.
        package var history: [StoredSeriesPoint] = []
    }

    /// The provider's own, unique in the feed; the same once more is a new version.
    package let id: String
    package var headline: String
    package var text: String?
    /// Sanitised.
    package var html: String?
    package var link: String?
    package var priority = Priority.normal
    /// Milliseconds since 1970.
    package var expires: Int64?
    /// Milliseconds since 1970; nil for the time at which it is accepted.
    package var published: Int64?
    /// The member to talk to about it.
    package var contact: UserID?
    package var series: Value?

    package static let maximumIDBytes = 255
    package static let maximumHeadlineCharacters = 300
    package static let maximumTextBytes = 8_192
    package static let maximumHTMLBytes = 12_288

    /// - Throws: `M_INVALID_PARAM` when there is no identifier or headline, or one is too long.
    package init(id: String, headline: String) throws {
        guard (1...Self.maximumIDBytes).contains(id.utf8.count), !id.utf8.contains(where: { $0 < 0x20 }) else {
            throw MatrixError.invalidParam("id has 1 to \(Self.maximumIDBytes) bytes, none of them a control character")
        }
        let headline = Self.line(headline)
        guard (1...Self.maximumHeadlineCharacters).contains(headline.count) else {
            throw MatrixError.invalidParam("headline has 1 to \(Self.maximumHeadlineCharacters) characters")
        }
        self.id = id
        self.headline = headline
    }

    /// Takes an item as providers send it.
    /// - Throws: `M_BAD_JSON`, `M_MISSING_PARAM`, `M_INVALID_PARAM`.
    package init(_ json: JSONValue) throws {
        guard json.isObject else { throw MatrixError.badJSON("An item must be an object") }
        try self.init(id: try json.requiredString("id"), headline: try json.requiredString("headline"))
        text = try json.optionalString("text").flatMap { $0.isEmpty ? nil : $0 }
        guard (text?.utf8.count ?? 0) <= Self.maximumTextBytes else {
            throw MatrixError.invalidParam("text has at most \(Self.maximumTextBytes) bytes")
        }
        if let html = try json.optionalString("html") { try setHTML(html) }
        if let link = try json.optionalString("link") {
            guard WebLink.isSafe(link) else { throw MatrixError.invalidParam("link must be an http or https address") }
            self.link = link
        }
        if let name = try json.optionalString("priority") {
            guard let priority = Priority(rawValue: name) else {
                throw MatrixError.invalidParam("priority must be low, normal, high or urgent")
            }
            self.priority = priority
        }
        expires = try Self.time(json, "expires_ts")
        published = try Self.time(json, "published_ts")
        if let contact = try json.optionalString("contact") {
            guard let user = UserID(contact) else { throw MatrixError.invalidParam("contact must be a user ID") }
            self.contact = user
        }
        series = try json.optionalObject("series").map(Value.init)
    }

    /// - Throws: `M_INVALID_PARAM` when it is too long.
    package mutating func setHTML(_ html: String) throws {
        guard html.utf8.count <= Self.maximumHTMLBytes else {
            throw MatrixError.invalidParam("html has at most \(Self.maximumHTMLBytes) bytes")
        }
        let safe = SafeHTML.sanitise(html)
        self.html = safe.isEmpty ? nil : safe
    }

    private static func time(_ json: JSONValue, _ key: String) throws -> Int64? {
        guard let time = try json.optionalInt(key) else { return nil }
        guard (0...(1 << 52)).contains(time) else {
            throw MatrixError.invalidParam("\(key) must be a time in milliseconds since 1970")
        }
        return time
    }

    /// Text in one line: white space of any kind becomes spaces.
    package static func line(_ text: String) -> String {
        text.split { $0.isWhitespace || $0.isNewline || $0.asciiValue.map { $0 < 0x20 } ?? false }
            .joined(separator: " ")
    }
}

extension FeedItem.Value {
    /// - Throws: `M_MISSING_PARAM`, `M_INVALID_PARAM`.
    init(_ json: JSONValue) throws {
        name = try json.requiredString("name")
        guard Self.isName(name) else {
            throw MatrixError.invalidParam("The name of a series has 1 to 64 letters, digits and ._-")
        }
        let value = try json.required("value")
        guard let text = value.string ?? value.double.map({ _ in String(decoding: value.bytes, as: UTF8.self) }),
            let decimal = Self.decimal(text)
        else { throw MatrixError.invalidParam("value of a series must be a decimal number") }
        self.value = decimal
        unit = try json.optionalString("unit")
        guard (unit?.count ?? 0) <= 32 else { throw MatrixError.invalidParam("unit has at most 32 characters") }
        label = try json.optionalString("label").map(FeedItem.line).flatMap { $0.isEmpty ? nil : $0 }
        guard (label?.count ?? 0) <= 100 else { throw MatrixError.invalidParam("label has at most 100 characters") }
        history = try json.optionalArray("history").map { point in
            let pair = point.array.map(Array.init) ?? []
            guard pair.count == 2, let time = pair[0].int, (0...(1 << 52)).contains(time),
                let value = pair[1].string.flatMap(Self.decimal)
            else { throw MatrixError.invalidParam("history consists of pairs of a time and a decimal number") }
            return StoredSeriesPoint(time: time, value: value)
        }
        guard history.count <= Self.maximumHistory else {
            throw MatrixError.invalidParam("history has at most \(Self.maximumHistory) points")
        }
        time = try json.optionalInt("ts")
        guard (time ?? 0) >= 0, (time ?? 0) <= 1 << 52 else {
            throw MatrixError.invalidParam("ts must be a time in milliseconds since 1970")
        }
    }

    package static let maximumHistory = 2_000

    package static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2e, 0x5f, 0x2d: true
                default: false
                }
            }
    }

    /// The number in plain decimal notation; nil when it is none, or has more than 40 digits.
    static func decimal(_ text: String) -> String? {
        let body = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = body.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard text.utf8.count <= 40, let whole = parts.first, !whole.isEmpty,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        return text
    }
}
