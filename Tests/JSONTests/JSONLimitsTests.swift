import JSON
import Testing

@Suite("JSON limits")
struct JSONLimitsTests {
    private func nested(_ depth: Int, _ open: String = "[", _ close: String = "]") -> String {
        String(repeating: open, count: depth) + String(repeating: close, count: depth)
    }

    @Test("Depth ends at the limit, for arrays and objects")
    func limitsDepth() {
        #expect(parseError(nested(100)) == nil)
        #expect(parseError(nested(101)) == .tooDeep(offset: 100))
        let objects = String(repeating: "{\"a\":", count: 99) + "{}" + String(repeating: "}", count: 99)
        #expect(parseError(objects) == nil)
        #expect(parseError("{\"a\":" + objects + "}") == .tooDeep(offset: 500))
        #expect(parseError("[[],[]]", limits: JSONLimits(maximumDepth: 2)) == nil)
        #expect(parseError("[[],[[]]]", limits: JSONLimits(maximumDepth: 2)) == .tooDeep(offset: 5))
        #expect(parseError("7", limits: JSONLimits(maximumDepth: 0)) == nil)
        #expect(parseError("[]", limits: JSONLimits(maximumDepth: 0)) == .tooDeep(offset: 0))
    }

    @Test("No configuration goes deeper than the canonical form can follow")
    func capsDepth() throws {
        let limits = JSONLimits(maximumDepth: .max, maximumBytes: .max, maximumNodes: .max)
        let deepest = nested(JSONLimits.largestDepth)
        #expect(text(try parse(deepest, limits: limits).canonical()) == deepest)
        #expect(
            parseError(nested(JSONLimits.largestDepth + 1), limits: limits)
                == .tooDeep(offset: JSONLimits.largestDepth))
    }

    @Test("A million brackets cost no stack")
    func refusesManyBrackets() {
        #expect(parseError(String(repeating: "[", count: 1_000_000)) == .tooDeep(offset: 100))
        #expect(parseError(String(repeating: "{\"a\":", count: 200_000)) == .tooDeep(offset: 500))
    }

    @Test("Size ends at the limit")
    func limitsSize() {
        #expect(parseError("[1,2]", limits: JSONLimits(maximumBytes: 5)) == nil)
        #expect(parseError("[1,2] ", limits: JSONLimits(maximumBytes: 5)) == .tooLarge(offset: 5))
    }

    @Test("Nodes, member names included, end at the limit")
    func limitsNodes() {
        #expect(parseError("[1,2]", limits: JSONLimits(maximumNodes: 3)) == nil)
        #expect(parseError("[1,2,3]", limits: JSONLimits(maximumNodes: 3)) == .tooManyNodes(offset: 5))
        #expect(parseError("{\"a\":1}", limits: JSONLimits(maximumNodes: 3)) == nil)
        #expect(parseError("{\"a\":[]}", limits: JSONLimits(maximumNodes: 2)) == .tooManyNodes(offset: 5))
        #expect(parseError("{\"a\":1,\"b\":2}", limits: JSONLimits(maximumNodes: 3)) == .tooManyNodes(offset: 7))
        #expect(parseError("1", limits: JSONLimits(maximumNodes: 0)) == .tooManyNodes(offset: 0))
    }
}
