import JSON
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    @Test("Members, elements and nesting get their commas and colons")
    func writesStructure() {
        let bytes = JSONWriter.object { writer in
            writer.member("string", "s")
            writer.member("int", 1)
            writer.member("int64", Int64.min)
            writer.member("bool", true)
            writer.member("double", 1.5)
            writer.memberNull("null")
            writer.member("raw", RawJSON(Array("[1, 2]".utf8)))
            writer.object("object") { $0.object("inner") { _ in } }
            writer.array("array") { writer in
                writer.value("s")
                writer.value(-1)
                writer.value(Int64.max)
                writer.value(false)
                writer.value(0.25)
                writer.null()
                writer.value(RawJSON(bytes: Array("{}".utf8)[...]))
                writer.object { $0.member("a", 0) }
                writer.object { _ in }
                writer.array { _ in }
                writer.array { $0.array { $0.value(1) } }
            }
            writer.member("last", "")
        }
        #expect(
            text(bytes)
                == #"{"string":"s","int":1,"int64":-9223372036854775808,"bool":true,"double":1.5,"null":null,"#
                + #""raw":[1, 2],"object":{"inner":{}},"array":["s",-1,9223372036854775807,false,0.25,null,{},"#
                + #"{"a":0},{},[],[[1]]],"last":""}"#)
        #expect(parseError(bytes) == nil)
    }

    @Test("Nil leaves a member out")
    func writesOptionals() {
        let bytes = JSONWriter.object { writer in
            writer.memberIfPresent("a", nil as String?)
            writer.memberIfPresent("b", "s" as String?)
            writer.memberIfPresent("c", nil as Int?)
            writer.memberIfPresent("d", 1 as Int?)
            writer.memberIfPresent("e", nil as Int64?)
            writer.memberIfPresent("f", 2 as Int64?)
            writer.memberIfPresent("g", nil as Bool?)
            writer.memberIfPresent("h", false as Bool?)
            writer.memberIfPresent("i", nil as Double?)
            writer.memberIfPresent("j", 0.5 as Double?)
            writer.memberIfPresent("k", nil as JSONValue?)
            writer.memberIfPresent("l", try? parse("[ ]"))
            writer.memberIfPresent("m", nil as RawJSON?)
            writer.memberIfPresent("n", RawJSON(Array("0".utf8)) as RawJSON?)
        }
        #expect(text(bytes) == #"{"b":"s","d":1,"f":2,"h":false,"j":0.5,"l":[ ],"n":0}"#)
    }

    @Test("Scalars stand at the top too, and nothing is an empty text")
    func writesTop() {
        var writer = JSONWriter(reserving: 0)
        #expect(writer.bytes.isEmpty)
        writer.value("a")
        #expect(text(writer.bytes) == "\"a\"")
        #expect(text(JSONWriter.array { _ in }) == "[]")
        #expect(text(JSONWriter.array(reserving: 4) { $0.value(1) }) == "[1]")
        #expect(text(JSONWriter.object(reserving: 4) { _ in }) == "{}")
    }

    @Test(
        "Strings and names get the escapes they need and no other",
        arguments: [
            ("", #""""#), ("plain / text", #""plain / text""#), ("\"", #""\"""#), ("\\", #""\\""#),
            ("\u{08}\t\n\u{0C}\r", #""\b\t\n\f\r""#),
            ("\u{0}\u{1}\u{B}\u{E}\u{F}\u{10}\u{1A}\u{1F}", #""\u0000\u0001\u000b\u000e\u000f\u0010\u001a\u001f""#),
            ("\u{7F}\u{80}\u{2028}", "\"\u{7F}\u{80}\u{2028}\""), ("日本語 😀 é", "\"日本語 😀 é\""),
            ("é\"é\né", #""é\"é\né""#), ("12345678\"12345678\\", #""12345678\"12345678\\""#),
            ("\"quoted\"", #""\"quoted\"""#), ("</script>", #""</script>""#),
        ])
    func escapes(_ string: String, _ expected: String) throws {
        #expect(text(JSONWriter.array { $0.value(string) }) == "[\(expected)]")
        let object = JSONWriter.object { $0.member(string, string) }
        #expect(text(object) == "{\(expected):\(expected)}")
        #expect(try JSONValue.parse(object)[string]?.string?.utf8.elementsEqual(string.utf8) == true)
    }

    @Test("Every ASCII character at every place of a word survives")
    func roundTripsCharacters() throws {
        for code in UInt8.min..<0x80 {
            for prefix in 0..<9 {
                let string = String(repeating: "a", count: prefix) + String(Unicode.Scalar(code)) + "zé"
                let value = try JSONValue.parse(JSONWriter.array { $0.value(string) })
                #expect(value.array?.map(\.string) == [string])
            }
        }
    }

    @Test("Integers are written in full", arguments: [0, 1, -1, 9, 10, 99, 100, -1_000_000, .max, .min] as [Int64])
    func writesIntegers(_ value: Int64) {
        #expect(text(JSONWriter.array { $0.value(value) }) == "[\(value)]")
    }

    @Test(
        "Doubles come back as they were",
        arguments: [
            0, -0.0, 0.1, -1.5, 1e16, 1e21, 1e-7, 123456789.125, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi,
            1.0 / 3,
        ] as [Double])
    func roundTripsDoubles(_ value: Double) throws {
        let read = try JSONValue.parse(JSONWriter.array { $0.value(value) })
        #expect(read.array?.map { $0.double?.bitPattern } == [value.bitPattern])
    }

    @Test("A parsed value is written as it was received")
    func splicesValues() throws {
        let value = try parse(#"{"content": { "b" : 1e2, "a" : "\u0041" } , "n": 7}"#)
        let content = try #require(value["content"])
        let bytes = JSONWriter.object { writer in
            writer.member("content", content)
            writer.array("all") { $0.value(content) }
        }
        #expect(
            text(bytes) == #"{"content":{ "b" : 1e2, "a" : "\u0041" },"all":[{ "b" : 1e2, "a" : "\u0041" }]}"#)
    }

    @Test("Ready text is taken from an array or a slice")
    func splicesText() {
        let source = Array("[7]".utf8)
        let texts = [RawJSON(source), RawJSON(source[1...1]), RawJSON(bytes: source), RawJSON(bytes: source[1...1])]
        #expect(text(JSONWriter.array { for text in texts { $0.value(text) } }) == "[[7],7,[7],7]")
    }

    @Test("An error of a body passes through")
    func passesErrorsOn() {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            _ = try JSONWriter.object { try $0.array("a") { _ in throw Failure() } }
        }
    }

    @Test("A copy of a writer goes on by itself")
    func copies() {
        var original = JSONWriter()
        var copy = original
        original.value(1)
        copy.array { $0.value(2) }
        #expect(text(original.bytes) == "1")
        #expect(text(copy.bytes) == "[2]")
    }

    @Test("A second value at the top is a bug of ours")
    func trapsOnSecondValue() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.value(1)
            writer.value(2)
        }
    }

    @Test("A member in an array is a bug of ours")
    func trapsOnMemberInArray() async {
        await #expect(processExitsWith: .failure) { _ = JSONWriter.array { $0.member("a", 1) } }
    }

    @Test("A value without name in an object is a bug of ours")
    func trapsOnValueInObject() async {
        await #expect(processExitsWith: .failure) { _ = JSONWriter.object { $0.value(1) } }
    }

    @Test("The text of an open container is a bug of ours")
    func trapsOnOpenContainer() async {
        await #expect(processExitsWith: .failure) { _ = JSONWriter.object { _ = $0.bytes } }
    }

    @Test("Infinity is a bug of ours")
    func trapsOnInfinity() async {
        await #expect(processExitsWith: .failure) { _ = JSONWriter.array { $0.value(Double.infinity) } }
    }
}
