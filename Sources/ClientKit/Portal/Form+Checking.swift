import Glibc

/// What is wrong with one field.
package enum FormProblem: Sendable, Equatable {
    case missing
    case notANumber
    case notADate
    case notATime
    case tooSmall(minimum: String)
    case tooLarge(maximum: String)
    case tooLong(maximum: Int)
    case notOffered
    /// The server's own words.
    case refused(String)
}

extension Form {
    /// What the server would refuse, by field; empty when the form can be sent.
    package func problems(in values: [String: FormValue]) -> [String: FormProblem] {
        var problems: [String: FormProblem] = [:]
        for field in fields {
            if let problem = field.problem(in: values[field.name]) { problems[field.name] = problem }
        }
        return problems
    }
}

extension Form.Field {
    func problem(in value: FormValue?) -> FormProblem? {
        guard let value, !value.isEmpty else { return isRequired ? .missing : nil }
        switch (kind, value) {
        case (.text, .text(let text)), (.multiline, .text(let text)):
            guard let maximumLength, text.unicodeScalars.count > maximumLength else { return nil }
            return .tooLong(maximum: maximumLength)
        case (.number, .text(let text)):
            guard let number = Self.number(text) else { return .notANumber }
            return limits(number) { Self.number($0) }
        case (.date, .text(let text)):
            guard Self.isDate(text) else { return .notADate }
            return limits(text) { $0 }
        case (.time, .text(let text)):
            guard let minutes = DayTime.minutes(text) else { return .notATime }
            return limits(minutes) { DayTime.minutes($0) }
        case (.choice, .text(let text)):
            return options.contains { $0.value == text } ? nil : .notOffered
        case (.choices, .list(let list)):
            return list.allSatisfy { chosen in options.contains { $0.value == chosen } } ? nil : .notOffered
        default: return nil
        }
    }

    private func limits<Value: Comparable>(_ value: Value, _ read: (String) -> Value?) -> FormProblem? {
        if let minimum, let limit = read(minimum), value < limit { return .tooSmall(minimum: minimum) }
        if let maximum, let limit = read(maximum), value > limit { return .tooLarge(maximum: maximum) }
        return nil
    }

    /// A decimal number as people write it: digits, a sign and one point.
    static func number(_ text: String) -> Double? {
        guard text.utf8.count <= 40, text.utf8.allSatisfy({ (0x2b...0x39).contains($0) && $0 != 0x2c && $0 != 0x2f })
        else { return nil }
        return Double(text)
    }

    /// A day of the calendar, such as "2026-02-28".
    static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], let year = Int(parts[0]), let month = Int(parts[1]),
            let day = Int(parts[2]), (1...12).contains(month), day >= 1
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day <= days[month - 1]
    }
}
