/// A regular expression that takes time linear in the text, whatever it is: all ways through it are gone at once, and
/// none is ever gone back on.
///
/// What registration files of application services use: characters, `.`, `[a-z]`, `\d \w \s`, groups, `|`, `* + ?`,
/// `{2,5}`, `^` and `$`. References to groups and looking ahead or behind are refused.
package struct RegularExpression: Sendable {
    /// One step of the program that a text is run through.
    enum Step: Sendable {
        case scalar(ScalarSet)
        /// Goes on at both.
        case split(Int, Int)
        case jump(Int)
        case start
        case end
        case match
    }

    /// Larger expressions are refused.
    static let maximumSteps = 5000

    package let pattern: String
    private let program: [Step]
    /// What every text that matches begins with, for a quick no.
    private let prefix: [UInt8]

    /// - Throws: ``RegularExpressionError`` when it is none, or not one of these.
    package init(_ pattern: String) throws(RegularExpressionError) {
        var parser = RegularExpressionParser(pattern)
        let node = try parser.parse()
        var program: [Step] = []
        try node.compile(into: &program)
        program.append(.match)
        self.pattern = pattern
        self.program = program
        prefix = Array(node.literalPrefix.text.utf8)
    }

    /// Whether the text matches from its beginning; what stands behind the match does not matter, unless the expression
    /// ends with `$`.
    package func matches(_ text: String) -> Bool {
        guard text.utf8.starts(with: prefix) else { return false }
        var threads = Threads(program.count)
        var next = Threads(program.count)
        let scalars = Array(text.unicodeScalars)
        add(0, to: &threads, at: 0, of: scalars.count)
        for (index, scalar) in scalars.enumerated() {
            if threads.isMatched { return true }
            if threads.steps.isEmpty { return false }
            next.clear()
            for step in threads.steps {
                if case .scalar(let set) = program[step], set.contains(scalar) {
                    add(step + 1, to: &next, at: index + 1, of: scalars.count)
                }
            }
            swap(&threads, &next)
        }
        return threads.isMatched
    }

    /// Where in the program a text has got to; each place once.
    private struct Threads {
        var steps: [Int] = []
        var isMatched = false
        private var seen: [UInt32]
        private var generation: UInt32 = 1

        init(_ count: Int) { seen = Array(repeating: 0, count: count) }

        mutating func clear() {
            steps.removeAll(keepingCapacity: true)
            isMatched = false
            generation += 1
        }

        /// Whether it is new.
        mutating func visit(_ step: Int) -> Bool {
            if seen[step] == generation { return false }
            seen[step] = generation
            return true
        }
    }

    private func add(_ first: Int, to threads: inout Threads, at index: Int, of count: Int) {
        var open = [first]
        while let step = open.popLast() {
            guard threads.visit(step) else { continue }
            switch program[step] {
            case .scalar: threads.steps.append(step)
            case .split(let one, let other):
                open.append(other)
                open.append(one)
            case .jump(let target): open.append(target)
            case .start: if index == 0 { open.append(step + 1) }
            case .end: if index == count { open.append(step + 1) }
            case .match: threads.isMatched = true
            }
        }
    }
}

/// Why a text is no regular expression, or none that is understood here.
package struct RegularExpressionError: Error, CustomStringConvertible {
    package let description: String
}

/// A set of Unicode scalars.
struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } != isNegated
    }

    init(_ ranges: [ClosedRange<UInt32>] = [], isNegated: Bool = false) {
        self.ranges = ranges
        self.isNegated = isNegated
    }

    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    static let digit = ScalarSet([0x30...0x39])
    static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet([0x09...0x0D, 0x20...0x20])
    /// Everything but line ends.
    static let any = ScalarSet([0x0A...0x0A], isNegated: true)
}
