package import JSON

/// What a push rule does when it matches.
///
/// Source: Client-Server API, "Push Rules", "Actions".
package enum PushAction: Hashable, Sendable {
    case notify
    /// `value` is the JSON text that was given, or nil when none was.
    case setTweak(String, value: [UInt8]?)

    package static func setTweak(_ name: String, _ value: String) -> PushAction {
        var writer = JSONWriter(reserving: 16)
        writer.value(value)
        return .setTweak(name, value: writer.bytes)
    }
}

/// The actions of a rule, and what they come to.
package struct PushActions: Hashable, Sendable {
    package let list: [PushAction]
    /// Whether the event is worth a notification.
    package let notify: Bool
    /// Whether it is to be shown in a special way, and counts as a highlight.
    package let highlight: Bool
    /// The sound to play, `default` for the usual one.
    package let sound: String?

    /// Nothing is done.
    package static let none = PushActions([])
    /// More are refused.
    static let maximumCount = 16

    package init(_ list: [PushAction]) {
        self.list = list
        notify = list.contains(.notify)
        var highlight = false
        var sound: String?
        for case .setTweak(let name, let value) in list {
            let parsed = value.flatMap { try? JSONValue.parse($0, limits: .stored) }
            switch name {
            case "highlight": highlight = parsed.map { $0.bool == true } ?? (value == nil)
            case "sound": sound = parsed?.string
            default: break
            }
        }
        self.highlight = highlight
        self.sound = sound
    }

    /// Reads an array of actions. `dont_notify` and `coalesce` of older clients are left out, as the specification
    /// wants it.
    /// - Throws: `malformed` for anything that is no action, `tooMany` above ``maximumCount``.
    package init(parsing value: JSONValue?) throws(PushRuleError) {
        guard let value else { throw .missing("actions") }
        guard let array = value.array else { throw .malformed("actions") }
        guard array.count <= Self.maximumCount else { throw .tooMany("actions") }
        var list: [PushAction] = []
        for action in array {
            if let name = action.string {
                switch name {
                case "notify": list.append(.notify)
                case "dont_notify", "coalesce": break
                default: throw .malformed("actions")
                }
            } else if let tweak = action["set_tweak"]?.string {
                list.append(.setTweak(tweak, value: action["value"].map { Array($0.bytes) }))
            } else {
                throw .malformed("actions")
            }
        }
        self.init(list)
    }

    /// Writes the array of actions as a value.
    package func write(to writer: inout JSONWriter) {
        writer.array { array in writeElements(to: &array) }
    }

    func writeElements(to array: inout JSONWriter) {
        for action in list {
            switch action {
            case .notify: array.value("notify")
            case .setTweak(let name, let value):
                array.object { object in
                    object.member("set_tweak", name)
                    object.memberIfPresent("value", value.map { RawJSON($0) })
                }
            }
        }
    }

    /// The array of actions.
    package var json: [UInt8] {
        var writer = JSONWriter(reserving: 64)
        write(to: &writer)
        return writer.bytes
    }

    /// The `tweaks` of a notification to a push gateway; a tweak without value is `true`.
    package var tweaks: [UInt8] {
        JSONWriter.object { object in
            var written: Set<String> = []
            for case .setTweak(let name, let value) in list where written.insert(name).inserted {
                object.member(name, RawJSON(value ?? Array("true".utf8)))
            }
        }
    }
}
