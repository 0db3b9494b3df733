import JSON
import Testing

@Suite("JSON numbers")
struct JSONNumberTests {
    @Test(
        "What is written as an integer and fits 64 bits is one",
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("10", 10), ("9007199254740991", 9_007_199_254_740_991),
            ("9007199254740992", 9_007_199_254_740_992), ("999999999999999999", 999_999_999_999_999_999),
            ("1000000000000000000", 1_000_000_000_000_000_000), ("9223372036854775807", .max),
            ("-9223372036854775808", .min), ("-9223372036854775807", -.max),
        ] as [(String, Int64)])
    func readsIntegers(_ source: String, _ expected: Int64) throws {
        let value = try parse(source)
        #expect(value.kind == .integer)
        #expect(value.int == expected)
        #expect(value.double == Double(expected))
    }

    @Test(
        "Every other number is a double",
        arguments: [
            ("9223372036854775808", 0x1p63), ("-9223372036854775809", -0x1p63),
            ("9999999999999999999", 1e19), ("10000000000000000000", 1e19), ("0.0", 0), ("1.0", 1), ("-1.5", -1.5),
            ("1e2", 100), ("1E2", 100), ("1e+2", 100), ("1e-2", 0.01), ("0e0", 0), ("0e5", 0), ("0.5e1", 5),
            ("123.456e-7", 123.456e-7), ("1e01", 10), ("1.7976931348623157e308", .greatestFiniteMagnitude),
            ("5e-324", .leastNonzeroMagnitude), ("1e-400", 0), ("-1e-400", 0),
        ] as [(String, Double)])
    func readsDoubles(_ source: String, _ expected: Double) throws {
        let value = try parse(source)
        #expect(value.kind == .double)
        #expect(value.int == nil)
        #expect(value.double == expected)
    }

    @Test(
        "What the grammar does not know is refused",
        arguments: [
            ("00", .invalidNumber(offset: 0)), ("01", .invalidNumber(offset: 0)), ("-01", .invalidNumber(offset: 1)),
            ("-00", .invalidNumber(offset: 1)), ("-", .unexpectedEnd(offset: 1)), ("[-]", .invalidNumber(offset: 2)),
            ("--1", .invalidNumber(offset: 1)), ("-a", .invalidNumber(offset: 1)), ("+1", .unexpectedByte(offset: 0)),
            (".5", .unexpectedByte(offset: 0)), ("1.", .unexpectedEnd(offset: 2)), ("[1.]", .invalidNumber(offset: 3)),
            ("1.e5", .invalidNumber(offset: 2)), ("-.5", .invalidNumber(offset: 1)),
            ("1e", .unexpectedEnd(offset: 2)), ("[1e]", .invalidNumber(offset: 3)), ("1e+", .unexpectedEnd(offset: 3)),
            ("[1e-]", .invalidNumber(offset: 4)), ("1ee5", .invalidNumber(offset: 2)),
            ("1e5.5", .trailingText(offset: 3)), ("1e5e5", .trailingText(offset: 3)),
            ("1.5.5", .trailingText(offset: 3)), ("0x10", .trailingText(offset: 1)), ("1_0", .trailingText(offset: 1)),
            ("1-1", .trailingText(offset: 1)), ("-Infinity", .invalidNumber(offset: 1)),
            ("-NaN", .invalidNumber(offset: 1)), ("[1 .5]", .unexpectedByte(offset: 3)),
        ] as [(String, JSONError)])
    func refuses(_ source: String, _ error: JSONError) { #expect(parseError(source) == error) }

    @Test(
        "A number beyond the doubles is refused",
        arguments: [
            "1e400", "-1e400", "1e309", "1.8e308", "1e99999999999999999999", "1" + String(repeating: "0", count: 309),
            "123" + String(repeating: "4", count: 400) + ".5",
        ])
    func refusesInfinity(_ source: String) { #expect(parseError(" " + source) == .numberOutOfRange(offset: 1)) }

    @Test("A number is at most 1,024 bytes long")
    func limitsLength() {
        let fraction = "0." + String(repeating: "1", count: 1022)
        #expect(parseError(fraction) == nil)
        #expect(parseError(fraction + "1") == .numberOutOfRange(offset: 0))
        #expect(parseError(String(repeating: "9", count: 1_000_000)) == .numberOutOfRange(offset: 0))
        #expect(parseError("1e" + String(repeating: "0", count: 1_000_000)) == .numberOutOfRange(offset: 0))
    }
}
