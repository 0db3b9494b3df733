/// Reads regular expressions.
struct RegularExpressionParser {
    private static let maximumDepth = 50
    private static let maximumLength = 2000
    private static let maximumRepetitions = 255

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0

    init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

    mutating func parse() throws(RegularExpressionError) -> RegularExpressionNode {
        guard scalars.count <= Self.maximumLength else { throw error("it is too long") }
        let node = try choice()
        guard index == scalars.count else { throw error("a ) closes nothing") }
        return node
    }

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func take() -> Unicode.Scalar? {
        guard let scalar = next else { return nil }
        index += 1
        return scalar
    }

    private func error(_ reason: String) -> RegularExpressionError {
        RegularExpressionError(description: "\(reason), at character \(index + 1)")
    }

    private mutating func choice() throws(RegularExpressionError) -> RegularExpressionNode {
        var parts = [try sequence()]
        while next == "|" {
            index += 1
            parts.append(try sequence())
        }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(RegularExpressionError) -> RegularExpressionNode {
        var parts: [RegularExpressionNode] = []
        while let scalar = next, scalar != "|", scalar != ")" { parts.append(try repeated()) }
        return .sequence(parts)
    }

    private mutating func repeated() throws(RegularExpressionError) -> RegularExpressionNode {
        let part = try atom()
        let (minimum, maximum): (Int, Int?)
        switch next {
        case "*": (minimum, maximum) = (0, nil)
        case "+": (minimum, maximum) = (1, nil)
        case "?": (minimum, maximum) = (0, 1)
        case "{": return try counted(part)
        default: return part
        }
        index += 1
        // Whether it takes as much or as little as it can is no matter for whether it matches.
        if next == "?" { index += 1 }
        if next == "*" || next == "+" { throw error("a repetition cannot be repeated") }
        return .repeated(part, minimum: minimum, maximum: maximum)
    }

    /// `{2}`, `{2,}`, `{2,5}`
    private mutating func counted(_ part: RegularExpressionNode) throws(RegularExpressionError) -> RegularExpressionNode
    {
        index += 1
        let minimum = try number()
        var maximum: Int? = minimum
        if next == "," {
            index += 1
            maximum = next == "}" ? nil : try number()
        }
        guard take() == "}", maximum ?? minimum >= minimum else { throw error("{ } holds no numbers of repetitions") }
        if next == "?" { index += 1 }
        return .repeated(part, minimum: minimum, maximum: maximum)
    }

    private mutating func number() throws(RegularExpressionError) -> Int {
        var value: Int?
        while let scalar = next, ScalarSet.digit.contains(scalar) {
            value = (value ?? 0) * 10 + Int(scalar.value - 0x30)
            index += 1
            if let value, value > Self.maximumRepetitions { throw error("too many repetitions") }
        }
        guard let value else { throw error("a number is missing") }
        return value
    }

    private mutating func atom() throws(RegularExpressionError) -> RegularExpressionNode {
        guard let scalar = take() else { throw error("something is missing") }
        switch scalar {
        case ".": return .set(.any)
        case "^": return .start
        case "$": return .end
        case "[": return .set(try bracket())
        case "(": return try group()
        case "\\": return .set(try escape())
        case "*", "+", "?", "{":
            index -= 1
            throw error("\(scalar) repeats nothing")
        default: return .set(ScalarSet(scalar))
        }
    }

    private mutating func group() throws(RegularExpressionError) -> RegularExpressionNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw error("groups are too deep") }
        if next == "?" {
            index += 1
            guard take() == ":" else { throw error("(? is not understood, but for (?: )") }
        }
        let node = try choice()
        guard take() == ")" else { throw error("a ( is not closed") }
        return node
    }

    private mutating func escape() throws(RegularExpressionError) -> ScalarSet {
        guard let scalar = take() else { throw error("nothing follows \\") }
        func not(_ set: ScalarSet) -> ScalarSet { ScalarSet(set.ranges, isNegated: true) }
        switch scalar {
        case "d": return .digit
        case "w": return .word
        case "s": return .space
        case "D": return not(.digit)
        case "W": return not(.word)
        case "S": return not(.space)
        case "t": return ScalarSet("\t")
        case "n": return ScalarSet("\n")
        case "r": return ScalarSet("\r")
        default:
            let isLetter = ScalarSet.word.contains(scalar) && scalar != "_"
            guard !isLetter else { throw error("\\\(scalar) is not understood") }
            return ScalarSet(scalar)
        }
    }

    private mutating func bracket() throws(RegularExpressionError) -> ScalarSet {
        var set = ScalarSet()
        if next == "^" {
            index += 1
            set.isNegated = true
        }
        var isFirst = true
        while let scalar = take() {
            if scalar == "]", !isFirst { return set }
            isFirst = false
            if scalar == "[", next == ":" { throw error("[: is not understood") }
            var low = ScalarSet(scalar)
            if scalar == "\\" {
                low = try escape()
                guard !low.isNegated else { throw error("\\D, \\W and \\S cannot stand in [ ]") }
            }
            guard next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
                set.ranges += low.ranges
                continue
            }
            index += 1
            guard let end = take() else { break }
            let high = end == "\\" ? try escape() : ScalarSet(end)
            guard low.ranges.count == 1, high.ranges.count == 1, low.ranges[0].count == 1, high.ranges[0].count == 1,
                low.ranges[0].lowerBound <= high.ranges[0].lowerBound
            else { throw error("a range in [ ] runs backwards") }
            set.ranges.append(low.ranges[0].lowerBound...high.ranges[0].lowerBound)
        }
        throw error("a [ is not closed")
    }
}
