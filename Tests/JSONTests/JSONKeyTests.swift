import JSON
import Testing

@Suite("JSON duplicate keys")
struct JSONKeyTests {
    @Test(
        "An object that names a member twice is refused at the second name",
        arguments: [
            (#"{"a":1,"a":2}"#, 7), (#"{"":1,"":2}"#, 6), (#"{"a":1,"b":2,"a":3}"#, 13),
            (#"{"a":{"b":1,"b":2}}"#, 12), (#"[{"a":1},{"a":1,"a":1}]"#, 16),
            (#"{"a":1,"\u0061":2}"#, 7), (#"{"\u0061":1,"a":2}"#, 12), (#"{"\u0061":1,"\u0061":2}"#, 12),
            (#"{"\/":1,"/":2}"#, 8), (#"{"\u00E9":1,"é":2}"#, 12), (#"{"\ud83d\uDE00":1,"😀":2}"#, 18),
            (#"{"\n":1,"\u000a":2}"#, 8), (#"{"\\u0061":1,"\u005cu0061":2}"#, 13),
            (#"{"k1":0,"k2":0,"k3":0,"k4":0,"k5":0,"k6":0,"k7":0,"k8":0,"k8":0}"#, 57),
            (#"{"k1":0,"k2":0,"k3":0,"k4":0,"k5":0,"k6":0,"k7":0,"k1":0}"#, 50),
            (#"{"k1":{"x":[1,2]},"k2":[{}],"k1":0}"#, 28),
        ])
    func refuses(_ source: String, _ offset: Int) { #expect(parseError(source) == .duplicateKey(offset: offset)) }

    @Test(
        "Names that only look alike are different members",
        arguments: [
            #"{"a":1,"A":2}"#, #"{"a":{"a":{"a":1}},"b":{"a":1}}"#, #"{"a":"a","b":"a"}"#, #"{"a":1,"a\u0000":2}"#,
            #"{"\u00e9":1,"e\u0301":2}"#, #"{"\\u0061":1,"a":2}"#, #"{"a":["a","a",{"a":0}]}"#,
            #"{"ab":0,"ba":0,"aa":0,"bb":0}"#,
        ])
    func accepts(_ source: String) { #expect(parseError(source) == nil) }

    /// 100,000 members; `last` is the text of the last one's name.
    private func large(_ last: String, name: (Int) -> String = { "k\($0)" }) -> String {
        var source = "{"
        for number in 0..<99_999 { source += "\"\(name(number))\":0," }
        return source + "\"\(last)\":0}"
    }

    // Comparing each pair would take minutes; the limit only tells that from the linear way.
    @Test("100,000 names are told apart in linear time", .timeLimit(.minutes(5)))
    func handlesManyKeys() throws {
        let value = try parse(large("last"))
        #expect(value.count == 100_000)
        #expect(value["last"]?.int == 0)
        let duplicate = large("k0")
        #expect(parseError(duplicate) == .duplicateKey(offset: duplicate.utf8.count - 7))
        let escaped = large(#"\u006b99998"#)
        #expect(parseError(escaped) == .duplicateKey(offset: escaped.utf8.count - 16))
    }

    @Test("100,000 escaped names are told apart in linear time", .timeLimit(.minutes(5)))
    func handlesManyEscapedKeys() {
        #expect(parseError(large("last") { #"\u006b\#($0)"# }) == nil)
        let duplicate = large("k5") { #"\u006b\#($0)"# }
        #expect(parseError(duplicate) == .duplicateKey(offset: duplicate.utf8.count - 7))
    }

    @Test("Every object size finds a duplicate of every member", arguments: [2, 3, 8, 9, 10, 31, 32, 33, 64])
    func findsEachDuplicate(_ count: Int) {
        let names = (0..<count).map { "name\($0)" }
        #expect(parseError("{" + names.map { "\"\($0)\":[0]" }.joined(separator: ",") + "}") == nil)
        for name in names {
            let members = (names + [name]).map { "\"\($0)\":[0]" }
            let source = "{" + members.joined(separator: ",") + "}"
            let offset = source.utf8.count - 1 - (members.last ?? "").utf8.count
            #expect(parseError(source) == .duplicateKey(offset: offset))
        }
    }
}
