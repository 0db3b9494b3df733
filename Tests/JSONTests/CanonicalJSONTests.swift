import JSON
import Testing

/// Matrix specification, appendices, canonical JSON.
@Suite("Canonical JSON")
struct CanonicalJSONTests {
    @Test(
        "The specification's examples",
        arguments: [
            ("{}", "{}"),
            ("{\n    \"one\": 1,\n    \"two\": \"Two\"\n}", #"{"one":1,"two":"Two"}"#),
            ("{\n    \"b\": \"2\",\n    \"a\": \"1\"\n}", #"{"a":"1","b":"2"}"#),
            (#"{"b":"2","a":"1"}"#, #"{"a":"1","b":"2"}"#),
            (
                """
                {
                    "auth": {
                        "success": true,
                        "mxid": "@john.doe:example.com",
                        "profile": {
                            "display_name": "John Doe",
                            "three_pids": [
                                {
                                    "medium": "email",
                                    "address": "john.doe@example.org"
                                },
                                {
                                    "medium": "msisdn",
                                    "address": "123456789"
                                }
                            ]
                        }
                    }
                }
                """,
                #"{"auth":{"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe","three_pids":["#
                    + #"{"address":"john.doe@example.org","medium":"email"},"#
                    + #"{"address":"123456789","medium":"msisdn"}]},"success":true}}"#
            ),
            ("{\n    \"a\": \"日本語\"\n}", #"{"a":"日本語"}"#),
            ("{\n    \"本\": 2,\n    \"日\": 1\n}", #"{"日":1,"本":2}"#),
            (#"{ "a": "\u65E5" }"#, #"{"a":"日"}"#),
            ("{\n    \"a\": null\n}", #"{"a":null}"#),
            ("{\n    \"a\": -0,\n    \"b\": 1e10\n}", #"{"a":0,"b":10000000000}"#),
        ])
    func specificationExamples(_ source: String, _ expected: String) throws {
        #expect(try canonical(source) == expected)
    }

    @Test(
        "Strings have the fewest escapes",
        arguments: [
            (#""\/\u0041\u00e9\ud83d\ude00\u007f\u2028""#, "\"/Aé😀\u{7F}\u{2028}\""),
            (#""\u0022\u005c\u0008\u0009\u000a\u000c\u000d""#, #""\"\\\b\t\n\f\r""#),
            (
                #""\u0000\u0001\u0007\u000b\u000E\u000F\u0010\u001A\u001f""#,
                #""\u0000\u0001\u0007\u000b\u000e\u000f\u0010\u001a\u001f""#
            ),
            (#"{"\u0062":1,"a\/":2}"#, #"{"a/":2,"b":1}"#),
        ])
    func minimalEscapes(_ source: String, _ expected: String) throws { #expect(try canonical(source) == expected) }

    @Test("Keys are sorted by code point of what they stand for")
    func sortsKeys() throws {
        // UTF-16 would put U+1F600 (D83D DE00) before U+FF5E; code points do not.
        #expect(
            try canonical(#"{"\uff5e":1,"\ud83d\ude00":2,"Z":3,"a":4,"":5,"aa":6,"é":7,"A":8,"\u0000":9,"a\u0000":10}"#)
                == #"{"":5,"\u0000":9,"A":8,"Z":3,"a":4,"a\u0000":10,"aa":6,"é":7,"～":1,"😀":2}"#)
        #expect(try canonical(#"{"\u0062":1,"a":2,"\u0063":3}"#) == #"{"a":2,"b":1,"c":3}"#)
        let shuffled = (0..<100).map { $0 * 37 % 100 }.map { "\"\($0 + 100)\":\($0)" }.joined(separator: ",")
        let sorted = (0..<100).map { "\"\($0 + 100)\":\($0)" }.joined(separator: ",")
        #expect(try canonical("{\(shuffled)}") == "{\(sorted)}")
    }

    @Test(
        "Integers within ±(2^53 - 1) are kept",
        arguments: [
            ("9007199254740991", "9007199254740991"), ("-9007199254740991", "-9007199254740991"), ("0", "0"),
            ("-0", "0"), ("-0e1", "0"), ("0e99999", "0"), ("1E+2", "100"), ("-12e3", "-12000"),
            ("5e15", "5000000000000000"),
            ("1e0", "1"), ("1e002", "100"),
        ])
    func keepsIntegers(_ source: String, _ expected: String) throws { #expect(try canonical(source) == expected) }

    @Test(
        "Other numbers have no canonical form",
        arguments: [
            "9007199254740992", "-9007199254740992", "9223372036854775807", "-9223372036854775808",
            "9223372036854775808", "1e16", "9007199254740992e0", "1e300", "1.5", "1.0", "0.0", "-0.0", "1e-1", "10e-1",
            "0e-1", "1.5e1", "10000000000000000000001e-21",
        ])
    func refusesNumbers(_ number: String) throws {
        let value = try parse("{\"a\":[\(number)]}")
        #expect(throws: JSONError.notCanonical(offset: 6)) { try value.canonical() }
    }

    @Test("A part has its canonical form by itself")
    func canonicalPart() throws {
        let value = try parse(#"{"content":{ "b" : [ ] , "a" : { } },"x":1.5}"#)
        #expect(text(try #require(value["content"]).canonical()) == #"{"a":{},"b":[]}"#)
        #expect(throws: JSONError.notCanonical(offset: 41)) { try value.canonical() }
    }
}
