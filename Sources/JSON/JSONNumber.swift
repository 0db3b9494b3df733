/// The text of numbers.
enum JSONNumber {
    /// The longest text of a number, in bytes: more digits than any double needs, and a bound on the work of one.
    static let longestText = 1024

    /// The integer that an integer node's text stands for, or nil if it does not fit.
    static func integer(_ text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        var index = range.lowerBound
        let isNegative = text[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        // Counts downwards, for Int64.min has no positive counterpart.
        var value: Int64 = 0
        while index < range.upperBound {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (difference, underflow) = product.subtractingReportingOverflow(Int64(text[index] & 0x0F))
            if overflow || underflow { return nil }
            value = difference
            index += 1
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// The integer that a text such as `12e3` stands for; nil for a number with a fraction part or a negative exponent,
    /// and for one that does not fit. Exact: nothing is rounded on the way.
    static func integerWithExponent(_ text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        var mantissaEnd = range.lowerBound
        while mantissaEnd < range.upperBound, text[mantissaEnd] | 0x20 != UInt8(ascii: "e") {
            if text[mantissaEnd] == UInt8(ascii: ".") { return nil }
            mantissaEnd += 1
        }
        guard mantissaEnd < range.upperBound, var value = integer(text, range.lowerBound..<mantissaEnd) else {
            return nil
        }
        var exponentStart = mantissaEnd + 1
        if text[exponentStart] == UInt8(ascii: "-") { return nil }
        if text[exponentStart] == UInt8(ascii: "+") { exponentStart += 1 }
        guard value != 0 else { return 0 }
        guard let exponent = integer(text, exponentStart..<range.upperBound), exponent < 19 else { return nil }
        for _ in 0..<exponent {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return value
    }

    /// The nearest double to a number's text; infinite if it is beyond the greatest one.
    static func double(_ text: Span<UInt8>, _ range: Range<Int>) -> Double {
        text.extracting(range).withUnsafeBufferPointer { Double(String(decoding: $0, as: UTF8.self)) ?? .nan }
    }

    /// Appends an integer in decimal.
    static func append(_ value: Int64, to output: inout [UInt8]) {
        if value < 0 { output.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = 20
            repeat {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            output.append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[first...]))
        }
    }
}

extension JSONParser {
    /// Checks a number and leaves `position` after it.
    /// - Returns: `.integer` when it is written as an integer and fits 64 bits, otherwise `.double`.
    mutating func scanNumber(_ text: Span<UInt8>) throws(JSONError) -> JSONValue.Kind {
        let start = position
        if text[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        try skipDigits(text)
        let digits = position - firstDigit
        if digits > 1, text[firstDigit] == UInt8(ascii: "0") { throw .invalidNumber(offset: firstDigit) }
        var isInteger = true
        var hasExponent = false
        if position < text.count, text[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try skipDigits(text)
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            hasExponent = true
            position += 1
            if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits(text)
        }
        if isInteger {
            if digits <= 18 { return .integer }
            if digits == 19, JSONNumber.integer(text, start..<position) != nil { return .integer }
        }
        guard position - start <= JSONNumber.longestText else { throw .numberOutOfRange(offset: start) }
        if hasExponent || digits > 300, !JSONNumber.double(text, start..<position).isFinite {
            throw .numberOutOfRange(offset: start)
        }
        return .double
    }

    /// Goes over one digit or more.
    private mutating func skipDigits(_ text: Span<UInt8>) throws(JSONError) {
        let start = position
        while position < text.count, text[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position == start else { return }
        if position == text.count { throw .unexpectedEnd(offset: position) }
        throw .invalidNumber(offset: position)
    }
}
