/// The condition `room_member_count`: a decimal number, and how to compare with it.
package struct MemberCountTest: Hashable, Sendable {
    private enum Comparison: String, Sendable {
        case less = "<"
        case greater = ">"
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case equal = "=="
    }

    /// As it was written.
    let text: String
    private let comparison: Comparison
    private let number: Int

    /// nil when the text is not a decimal integer with one of the operators, or none, before it.
    init?(_ text: String) {
        self.text = text
        let sign = text.prefix { "<>=".contains($0) }
        guard let comparison = sign.isEmpty ? .equal : Comparison(rawValue: String(sign)) else { return nil }
        let digits = text.dropFirst(sign.count)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else {
            return nil
        }
        self.comparison = comparison
        self.number = number
    }

    func matches(_ count: Int) -> Bool {
        switch comparison {
        case .less: count < number
        case .greater: count > number
        case .lessOrEqual: count <= number
        case .greaterOrEqual: count >= number
        case .equal: count == number
        }
    }
}
