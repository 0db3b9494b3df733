import JSON
import MatrixAPI
import Testing

@Suite struct PropertyPathTests {
    @Test(arguments: [
        ("content", ["content"]), ("content.body", ["content", "body"]),
        (#"content.m\.relates_to"#, ["content", "m.relates_to"]), (#"content.m\\foo"#, ["content", #"m\foo"#]),
        (#"content.\x"#, ["content", #"\x"#]), (#"a\"#, [#"a\"#]), (#"a\\.b"#, [#"a\"#, "b"]), ("", [""]),
        ("a..b", ["a", "", "b"]), (".", ["", ""]),
    ])
    func names(_ path: String, _ names: [String]) {
        #expect(PropertyPath(path).names == names)
        #expect(PropertyPath(path).text == path)
    }

    @Test func values() throws {
        let value = try json(#"{"a":{"b.c":[1],"":2},"d":null}"#)
        #expect(PropertyPath(#"a.b\.c"#).value(in: value)?.isArray == true)
        #expect(PropertyPath("a.").value(in: value)?.int == 2)
        #expect(PropertyPath("d").value(in: value)?.isNull == true)
        #expect(PropertyPath("d.e").value(in: value) == nil)
        #expect(PropertyPath("a.b.c").value(in: value) == nil)
    }
}
