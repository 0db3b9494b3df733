import JSON
import Testing

@Suite("JSON strings")
struct JSONStringTests {
    @Test(
        "Escapes are decoded",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{08}\u{0C}\n\r\t"), (#""\u0000""#, "\u{0}"), (#""\u001F""#, "\u{1F}"),
            (#""\u0041\u007f""#, "A\u{7F}"), (#""\u0080\u07FF""#, "\u{80}\u{7FF}"),
            (#""\u0800\uD7FF\uE000\uFFFF""#, "\u{800}\u{D7FF}\u{E000}\u{FFFF}"),
            (#""\uD800\uDC00""#, "\u{10000}"), (#""\udbff\udfff""#, "\u{10FFFF}"), (#""\ud83d\uDE00!""#, "😀!"),
            (#""a\u00e9b""#, "a\u{E9}b"), (#""\\u0041""#, #"\u0041"#), (#""日本\n語""#, "日本\n語"),
            (#""12345678\n12345678\t""#, "12345678\n12345678\t"),
        ])
    func decodes(_ source: String, _ expected: String) throws {
        #expect(try parse(source).string?.unicodeScalars.elementsEqual(expected.unicodeScalars) == true)
    }

    @Test(
        "Half a surrogate pair is refused",
        arguments: [
            (#""\ud800""#, 1), (#""\uDBFF""#, 1), (#""\udc00""#, 1), (#""\uDFFF""#, 1), (#""ab\ud83dcd""#, 3),
            (#""\ud83d\n""#, 1), (#""\ud83d\u0041""#, 1), (#""\ud83d\ud83d\ude00""#, 1), (#""\ude00\ud83d""#, 1),
            (#""\ud83d\ude00\ude00""#, 13), (#""\ud83d\\ude00""#, 1), (#""\ud83d"#, 1), (#""\ud83d\"#, 1),
            (#""\ud83d\ue000""#, 1), (#""\udc00\udc00""#, 1), (#""\udfff\udfff""#, 1),
        ])
    func refusesLoneSurrogates(_ source: String, _ offset: Int) {
        #expect(parseError(source) == .loneSurrogate(offset: offset))
    }

    @Test(
        "Other escapes are refused",
        arguments: [
            (#""\a""#, .invalidEscape(offset: 1)), (#""\'""#, .invalidEscape(offset: 1)),
            (#""\0""#, .invalidEscape(offset: 1)), (#""\x41""#, .invalidEscape(offset: 1)),
            (#""\U0041""#, .invalidEscape(offset: 1)), (#""\N""#, .invalidEscape(offset: 1)),
            (#""\u00g0""#, .invalidEscape(offset: 1)), (#""\u 041""#, .invalidEscape(offset: 1)),
            (#""\u+041""#, .invalidEscape(offset: 1)), (#""\u{41}""#, .invalidEscape(offset: 1)),
            (#""\u004""#, .invalidEscape(offset: 1)), (#""\u00""#, .unexpectedEnd(offset: 6)),
            (#""\u004"]"#, .invalidEscape(offset: 1)), (#""\"#, .unexpectedEnd(offset: 2)),
            (#""\""#, .unexpectedEnd(offset: 3)), (#""\ud83d\u00zz""#, .invalidEscape(offset: 7)),
            ("\"\\\u{E9}\"", .invalidEscape(offset: 1)),
        ] as [(String, JSONError)])
    func refusesEscapes(_ source: String, _ error: JSONError) { #expect(parseError(source) == error) }

    @Test("Control characters must be escaped", arguments: UInt8.min..<0x20)
    func refusesControlCharacters(_ byte: UInt8) {
        for prefix in 0..<10 {
            let source = Array("\"".utf8) + [UInt8](repeating: 0x61, count: prefix) + [byte, 0x22]
            #expect(parseError(source) == .controlCharacter(offset: prefix + 1))
        }
    }

    @Test(
        "Bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xC2, 0xC2], [0xDF, 0x7F],
            [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xE1, 0x80], [0xE1, 0x80, 0x41], [0xE1, 0x41, 0x80],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80], [0xF1, 0x80, 0x80, 0x41], [0xF1, 0x80, 0x41, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
            [0xE2, 0x82, 0xE2, 0x82, 0xAC],
        ] as [[UInt8]])
    func refusesInvalidUTF8(_ bytes: [UInt8]) {
        for prefix in 0..<10 {
            let start = Array("[\"".utf8) + [UInt8](repeating: 0x61, count: prefix) + bytes
            #expect(parseError(start + Array("\"]".utf8)) == .invalidUTF8(offset: prefix + 2))
            #expect(parseError(start) == .invalidUTF8(offset: prefix + 2))
        }
        #expect(parseError(Array("\"é".utf8) + bytes + [0x22]) == .invalidUTF8(offset: 3))
        #expect(parseError(Array("{\"".utf8) + bytes + Array("\":0}".utf8)) == .invalidUTF8(offset: 2))
    }

    @Test("Every scalar is accepted in its UTF-8 and its escaped form")
    func acceptsEveryScalar() throws {
        var (plain, escaped, expected) = ("\"", "\"", "")
        for scalar in (0x20...0x10FFFF).lazy.compactMap(Unicode.Scalar.init) where scalar != "\"" && scalar != "\\" {
            // All of the first two planes' beginnings, then a sample.
            guard scalar.value < 0x3000 || scalar.value % 257 == 0 else { continue }
            plain.unicodeScalars.append(scalar)
            expected.unicodeScalars.append(scalar)
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        #expect(try parse(plain + "\"").string?.utf8.elementsEqual(expected.utf8) == true)
        #expect(try parse(escaped + "\"").string?.utf8.elementsEqual(expected.utf8) == true)
        #expect(try text(parse(escaped + "\"").canonical()) == plain + "\"")
    }

    @Test("What ends a plain run is found at every place of a word")
    func findsSpecialBytes() throws {
        for length in 0..<40 {
            let run = String(repeating: "\u{7F}", count: length)
            for special in ["\\\"", "\\\\", "é", "😀", "\\u0000"] {
                let value = try parse("[\"\(run)\(special)\(run)\",\"\(run)\"]")
                let strings = Array(try #require(value.array))
                #expect(strings[0].string?.utf8.count == 2 * length + (special == "é" ? 2 : special == "😀" ? 4 : 1))
                #expect(strings[1].string == run)
            }
        }
    }
}
