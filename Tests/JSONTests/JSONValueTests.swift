import JSON
import Testing

@Suite("JSON values")
struct JSONValueTests {
    @Test("A cursor finds members, elements and their text")
    func navigates() throws {
        let value = try parse(
            #" {"type":"m.room.message","content":{"body":"Gr\u00fc\u00dfe","n":[1,-2,3.5]},"x":null} "#)
        #expect(value.kind == .object)
        #expect(value.isObject)
        #expect(!value.isArray)
        #expect(value.count == 3)
        #expect(value["x"]?.isNull == true)
        #expect(value["y"] == nil)
        #expect(value["type"]?["y"] == nil)
        #expect(value["content"].map { text($0.bytes) } == #"{"body":"Gr\u00fc\u00dfe","n":[1,-2,3.5]}"#)
        #expect(text(value.bytes).hasPrefix(#"{"type""#))
        let numbers = try #require(value["content"]?["n"]?.array)
        #expect(numbers.count == 3)
        #expect(!numbers.isEmpty)
        #expect(numbers.map(\.kind) == [.integer, .integer, .double])
        #expect(numbers.map(\.int) == [1, -2, nil])
        #expect(numbers.map(\.double) == [1, -2, 3.5])
        #expect(value.object?.map(\.key) == ["type", "content", "x"])
        #expect(value.object?.map(\.value.kind) == [.string, .object, .null])
    }

    @Test("A path of names leads to a string or to nothing")
    func findsStrings() throws {
        let value = try parse(#"{"type":"t","content":{"body":"b","empty":{}}}"#)
        #expect(value.string("type") == "t")
        #expect(value.string("content", "body") == "b")
        #expect(value.string("content") == nil)
        #expect(value.string("content", "empty") == nil)
        #expect(value.string("content", "absent", "body") == nil)
        #expect(value.string("type", "body") == nil)
        #expect(try parse(#""top""#).string() == "top")
    }

    @Test("Each accessor answers only for its own kind")
    func accessorsAreStrict() throws {
        let source = #"[null,true,false,7,7.5,"7",[7],{"7":7}]"#
        let values = Array(try #require(try parse(source).array))
        #expect(values.map(\.kind) == [.null, .bool, .bool, .integer, .double, .string, .array, .object])
        #expect(values.map(\.isNull) == [true, false, false, false, false, false, false, false])
        #expect(values.map(\.bool) == [nil, true, false, nil, nil, nil, nil, nil])
        #expect(values.map(\.int) == [nil, nil, nil, 7, nil, nil, nil, nil])
        #expect(values.map(\.double) == [nil, nil, nil, 7, 7.5, nil, nil, nil])
        #expect(values.map(\.string) == [nil, nil, nil, nil, nil, "7", nil, nil])
        #expect(values.map(\.isArray) == [false, false, false, false, false, false, true, false])
        #expect(values.map { $0.array?.count } == [nil, nil, nil, nil, nil, nil, 1, nil])
        #expect(values.map { $0.object?.count } == [nil, nil, nil, nil, nil, nil, nil, 1])
        #expect(values.last?.object?.isEmpty == false)
        #expect(try parse("{}").object?.isEmpty == true)
        #expect(values.map(\.count) == [0, 0, 0, 0, 0, 0, 1, 1])
        #expect(values.map { $0["7"]?.int } == [nil, nil, nil, nil, nil, nil, nil, 7])
    }

    @Test("Siblings after deep subtrees are found")
    func skipsSubtrees() throws {
        let value = try parse(#"{"a":[[1,[2,{"z":3}]],{}],"b":{"c":{"d":[]}},"e":[[],[],4]}"#)
        #expect(value["e"]?.array?.map(\.count) == [0, 0, 0])
        #expect(value["e"]?.array.map { Array($0).last?.int } == 4)
        #expect(value["b"]?["c"]?["d"]?.isArray == true)
        #expect(value["z"] == nil)
        #expect(value["c"] == nil)
        #expect(value["a"]?.array?.map(\.kind) == [.array, .object])
    }

    @Test("Names are found however they are escaped, scalar by scalar")
    func comparesNames() throws {
        let value = try parse(#"{"\u0062ody":1,"caf\u00e9":2,"cafe\u0301":3,"":4,"a\"b":5,"😀":6}"#)
        #expect(value["body"]?.int == 1)
        #expect(value["caf\u{E9}"]?.int == 2)
        #expect(value["cafe\u{301}"]?.int == 3)
        #expect(value[""]?.int == 4)
        #expect(value["a\"b"]?.int == 5)
        #expect(value["\u{1F600}"]?.int == 6)
        #expect(value["bod"] == nil)
        #expect(value["bodyy"] == nil)
        #expect(value["Body"] == nil)
    }

    @Test("A string is compared without being made")
    func comparesStrings() throws {
        let values = Array(try #require(try parse(#"["m.text","m.te\u0078t","m.texts","m.tex",7,"","é"]"#).array))
        #expect(values.map { $0.stringEquals("m.text") } == [true, true, false, false, false, false, false])
        #expect(values.map { $0.stringEquals("") } == [false, false, false, false, false, true, false])
        #expect(values.map { $0.stringEquals("é") } == [false, false, false, false, false, false, true])
        #expect(try parse(#""b""#).stringEquals("b"))
    }

    @Test("A cursor keeps its text alive and may cross tasks")
    func outlivesItsDocument() async throws {
        var document: JSONDocument? = try JSONDocument(parsing: Array(#"{"a":["b"]}"#.utf8))
        let value = try #require(document?.root["a"])
        document = nil
        let found = await Task { value.array?.map(\.string) }.value
        #expect(found == ["b"])
    }
}
