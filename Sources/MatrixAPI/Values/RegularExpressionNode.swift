/// A regular expression as a tree.
indirect enum RegularExpressionNode {
    case set(ScalarSet)
    case start
    case end
    case sequence([RegularExpressionNode])
    case choice([RegularExpressionNode])
    /// `maximum` nil: any number.
    case repeated(RegularExpressionNode, minimum: Int, maximum: Int?)

    /// Appends the steps of this part.
    /// - Throws: when the program gets too long.
    func compile(into program: inout [RegularExpression.Step]) throws(RegularExpressionError) {
        guard program.count < RegularExpression.maximumSteps else {
            throw RegularExpressionError(description: "the expression is too large")
        }
        switch self {
        case .set(let set): program.append(.scalar(set))
        case .start: program.append(.start)
        case .end: program.append(.end)
        case .sequence(let parts): for part in parts { try part.compile(into: &program) }
        case .choice(let parts): try Self.compile(choice: parts, into: &program)
        case .repeated(let part, let minimum, let maximum):
            for _ in 0..<minimum { try part.compile(into: &program) }
            guard let maximum else { return try Self.compile(star: part, into: &program) }
            var splits: [Int] = []
            for _ in minimum..<max(minimum, maximum) {
                splits.append(program.count)
                program.append(.split(program.count + 1, 0))
                try part.compile(into: &program)
            }
            for split in splits { program[split] = .split(split + 1, program.count) }
        }
    }

    private static func compile(
        star part: RegularExpressionNode, into program: inout [RegularExpression.Step]
    ) throws(RegularExpressionError) {
        let split = program.count
        program.append(.split(split + 1, 0))
        try part.compile(into: &program)
        program.append(.jump(split))
        program[split] = .split(split + 1, program.count)
    }

    private static func compile(
        choice parts: [RegularExpressionNode], into program: inout [RegularExpression.Step]
    ) throws(RegularExpressionError) {
        var jumps: [Int] = []
        for part in parts.dropLast() {
            let split = program.count
            program.append(.split(split + 1, 0))
            try part.compile(into: &program)
            jumps.append(program.count)
            program.append(.jump(0))
            program[split] = .split(split + 1, program.count)
        }
        try parts.last?.compile(into: &program)
        for jump in jumps { program[jump] = .jump(program.count) }
    }

    /// The characters that every match begins with, and whether that is all of this part.
    var literalPrefix: (text: String, isWhole: Bool) {
        switch self {
        case .set(let set):
            guard !set.isNegated, set.ranges.count == 1, let range = set.ranges.first, range.count == 1,
                let scalar = Unicode.Scalar(range.lowerBound)
            else { return ("", false) }
            return (String(Character(scalar)), true)
        case .start: return ("", true)
        case .end, .choice, .repeated: return ("", false)
        case .sequence(let parts):
            var text = String.UnicodeScalarView()
            for part in parts {
                let prefix = part.literalPrefix
                text.append(contentsOf: prefix.text.unicodeScalars)
                guard prefix.isWhole else { return (String(text), false) }
            }
            return (String(text), true)
        }
    }
}
