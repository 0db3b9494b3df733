import JSON
import MatrixAPI

/// A field of a form, as `mado.form` describes it.
struct FormField: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case text, multiline, number, date, time, choice, choices, check, picture, file
    }

    /// Characters of a text where the form says nothing.
    static let defaultMaximumLength = 10_000

    let name: String
    let kind: Kind
    let isRequired: Bool
    /// Values of `choice` and `choices`.
    let options: [String]
    /// Of numbers, as the form has them; dates and times are compared as text.
    let minimum: JSONValue?
    let maximum: JSONValue?
    let maximumLength: Int

    /// - Throws: `M_INVALID_PARAM`, with what is wrong.
    init(_ value: JSONValue) throws {
        guard let name = value["name"]?.string, Self.isName(name) else {
            throw FormRules.invalid("a field has a name of 1 to 64 letters, digits and _-")
        }
        guard let kind = Kind(rawValue: value["type"]?.string ?? "") else {
            let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw FormRules.invalid("the type of \(name) is one of \(kinds)")
        }
        guard let label = value["label"]?.string, (1...200).contains(label.count) else {
            throw FormRules.invalid("\(name) has no label")
        }
        self.name = name
        self.kind = kind
        isRequired = value["required"]?.bool ?? false
        var options: [String] = []
        if let list = value["options"]?.array {
            for option in list {
                guard let value = option["value"]?.string, !value.isEmpty, option["label"]?.string != nil,
                    !options.contains(value), options.count < 500
                else { throw FormRules.invalid("the options of \(name) have values of their own, and labels") }
                options.append(value)
            }
        }
        if kind == .choice || kind == .choices, options.isEmpty { throw FormRules.invalid("\(name) has no options") }
        self.options = options
        minimum = value["min"]
        maximum = value["max"]
        for bound in [minimum, maximum] {
            if let bound, !Self.isBound(bound, of: kind) {
                throw FormRules.invalid("min and max of \(name) are no \(kind.rawValue)s")
            }
        }
        maximumLength = Int(value["max_length"]?.int ?? Int64(Self.defaultMaximumLength))
        guard (1...100_000).contains(maximumLength) else {
            throw FormRules.invalid("max_length of \(name) is from 1 to 100000")
        }
    }

    private static func isBound(_ bound: JSONValue, of kind: Kind) -> Bool {
        switch kind {
        case .number: bound.double != nil || bound.string.flatMap { Double($0) } != nil
        case .date: bound.string.map(FormDate.isDate) ?? false
        case .time: bound.string.map(FormDate.isTime) ?? false
        default: true
        }
    }

    static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                default: false
                }
            }
    }
}

/// Dates and times as forms have them: `2026-11-27`, `08:30`.
enum FormDate {
    static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4), let month = number(parts[1], 2),
            let day = number(parts[2], 2), (1...12).contains(month)
        else { return false }
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    static func isTime(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hour = number(parts[0], 2), let minute = number(parts[1], 2) else { return false }
        return hour < 24 && minute < 60
    }

    private static func number(_ text: Substring, _ digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
