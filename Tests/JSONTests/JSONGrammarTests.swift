import JSON
import Testing

/// The grammar of RFC 8259, sections 2 to 7, and what it excludes.
@Suite("JSON grammar")
struct JSONGrammarTests {
    @Test(
        "Valid texts are accepted",
        arguments: [
            "{}", "[]", "\"\"", "0", "null", "true", "false", "[[]]", "[{}]", "{\"\":0}", "{\"a\":{}}",
            " \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n", " { \"a\" : 1 , \"b\" : 2 } ",
            "[null,true,false]", "[\"\u{7F}\"]", "[\"\u{2028}\u{2029}\"]", "[\"\u{FEFF}\"]", "[\"\u{FFFF}\"]",
            "[\"\u{10FFFF}\"]", "{\"a\":1,\"A\":2,\"a \":3}", "[[],[],{},{},\"\",0]",
            "[\"aaaaaaa\",\"aaaaaaaa\",\"aaaaaaaaa\"]",
        ])
    func accepts(_ source: String) { #expect(parseError(source) == nil) }

    @Test(
        "Other texts are refused, with the place",
        arguments: [
            ("", .unexpectedEnd(offset: 0)), (" \n", .unexpectedEnd(offset: 2)), ("[", .unexpectedEnd(offset: 1)),
            ("{", .unexpectedEnd(offset: 1)), ("[1", .unexpectedEnd(offset: 2)), ("[1,", .unexpectedEnd(offset: 3)),
            ("{\"a\"", .unexpectedEnd(offset: 4)), ("{\"a\":", .unexpectedEnd(offset: 5)),
            ("{\"a\":1", .unexpectedEnd(offset: 6)), ("{\"a\":1,", .unexpectedEnd(offset: 7)),
            ("\"", .unexpectedEnd(offset: 1)), ("\"abcdefghijk", .unexpectedEnd(offset: 12)),
            ("tru", .unexpectedEnd(offset: 3)), ("[[[", .unexpectedEnd(offset: 3)),
            ("]", .unexpectedByte(offset: 0)), ("}", .unexpectedByte(offset: 0)), (",", .unexpectedByte(offset: 0)),
            (":", .unexpectedByte(offset: 0)), ("[,]", .unexpectedByte(offset: 1)),
            ("[1,]", .unexpectedByte(offset: 3)),
            ("[,1]", .unexpectedByte(offset: 1)), ("[1,,2]", .unexpectedByte(offset: 3)),
            ("[1 2]", .unexpectedByte(offset: 3)), ("[1}", .unexpectedByte(offset: 2)),
            ("{\"a\":1]", .unexpectedByte(offset: 6)), ("{1:2}", .unexpectedByte(offset: 1)),
            ("{a:2}", .unexpectedByte(offset: 1)), ("{'a':2}", .unexpectedByte(offset: 1)),
            ("{\"a\" 1}", .unexpectedByte(offset: 5)), ("{\"a\"::1}", .unexpectedByte(offset: 5)),
            ("{\"a\":}", .unexpectedByte(offset: 5)), ("{\"a\",1}", .unexpectedByte(offset: 4)),
            ("{\"a\":1,}", .unexpectedByte(offset: 7)), ("{,}", .unexpectedByte(offset: 1)),
            ("{\"a\":1 \"b\":2}", .unexpectedByte(offset: 7)), ("{null:1}", .unexpectedByte(offset: 1)),
            ("trUe", .unexpectedByte(offset: 2)), ("True", .unexpectedByte(offset: 0)),
            ("nul ", .unexpectedByte(offset: 3)), ("NaN", .unexpectedByte(offset: 0)),
            ("Infinity", .unexpectedByte(offset: 0)), ("undefined", .unexpectedByte(offset: 0)),
            ("// c\n1", .unexpectedByte(offset: 0)), ("[1/**/]", .unexpectedByte(offset: 2)),
            ("'a'", .unexpectedByte(offset: 0)), ("\u{FEFF}1", .unexpectedByte(offset: 0)),
            ("\u{A0}1", .unexpectedByte(offset: 0)), ("\u{0B}1", .unexpectedByte(offset: 0)),
            ("\u{0C}1", .unexpectedByte(offset: 0)), ("[\u{0}]", .unexpectedByte(offset: 1)),
            ("1 2", .trailingText(offset: 2)), ("{}}", .trailingText(offset: 2)), ("[]]", .trailingText(offset: 2)),
            ("[],", .trailingText(offset: 2)), ("truefalse", .trailingText(offset: 4)),
            ("1a", .trailingText(offset: 1)), ("null\u{0}", .trailingText(offset: 4)),
            ("\"a\"\"b\"", .trailingText(offset: 3)),
        ] as [(String, JSONError)])
    func refuses(_ source: String, _ error: JSONError) { #expect(parseError(source) == error) }

    @Test("Every beginning of a text is refused without a trap")
    func refusesBeginnings() {
        let whole = Array(#"{"a":[1.5e+3,"é\ud83d\ude00\n",true],"b":{"c":null,"d":"日"}}"#.utf8)
        #expect(parseError(whole) == nil)
        for count in 0..<whole.count {
            #expect(parseError(Array(whole[..<count])) != nil, "the first \(count) bytes")
        }
    }

    @Test("Every single byte in place of another is accepted or refused without a trap")
    func survivesMutations() {
        let whole = Array(#"{"a":[1.5e+3,"é\u00e9\n",true]}"#.utf8)
        var acceptedCount = 0
        for position in whole.indices {
            for byte in UInt8.min...UInt8.max {
                var mutated = whole
                mutated[position] = byte
                #expect(JSONInvariants.violation(by: mutated) == nil, "byte \(byte) at \(position)")
                if parseError(mutated) == nil { acceptedCount += 1 }
            }
        }
        #expect(acceptedCount > whole.count)
        #expect(acceptedCount < whole.count * 128)
    }

    @Test("An error says in words what is wrong and where, and never quotes the text")
    func describesErrors() throws {
        let error = try #require(parseError("{\"secret\":1,\"secret\":2}"))
        #expect(error == .duplicateKey(offset: 12))
        #expect(error.offset == 12)
        #expect(error.description == "duplicate key at byte 12")
    }
}
