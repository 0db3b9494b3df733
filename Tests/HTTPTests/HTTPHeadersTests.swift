import Testing

@testable import HTTP

@Suite struct HTTPHeadersTests {
    @Test func keepsOrderAndLowersNames() {
        let headers = HTTPHeaders([("Host", "a"), ("X-One", "1"), ("x-one", "2"), ("Ünï-CODE", "3")])
        #expect(headers.count == 4)
        #expect(headers.map(\.name) == ["host", "x-one", "x-one", "Ünï-code"])
        #expect(headers.map(\.value) == ["a", "1", "2", "3"])
        #expect(headers.first(named: "x-one") == "1")
        #expect(headers.all(named: "x-one") == ["1", "2"])
        #expect(headers.first(named: "x-on") == nil)
        #expect(headers.contains("host") && !headers.contains("hos"))
    }

    @Test func setReplacesAllAndRemoveRemovesAll() {
        var headers: HTTPHeaders = ["a": "1", "b": "2", "A": "3"]
        headers.set("A", "4")
        #expect(headers.map(\.name) == ["b", "a"])
        #expect(headers.map(\.value) == ["2", "4"])
        headers.remove("B")
        headers.remove("none")
        #expect(headers.map(\.name) == ["a"])
        headers.remove("a")
        #expect(headers.isEmpty && headers == HTTPHeaders())
    }

    @Test func emptyNamesAndValuesAndLongOnes() {
        let long = String(repeating: "v", count: 70_000)
        let headers: HTTPHeaders = ["empty": "", "long": long, "": "x"]
        #expect(headers.first(named: "empty") == "")
        #expect(headers.first(named: "long") == long)
        #expect(headers.first(named: "") == "x")
    }

    @Test(arguments: [
        ("close", true), ("Close", true), ("keep-alive, Close", true), (" , close ,", true), ("closed", false),
        ("", false), ("keep-alive", false), ("clo se", false), ("a,b,\tclose\t", true),
    ])
    func listElements(value: String, expected: Bool) {
        let headers: HTTPHeaders = ["connection": "x", "Connection": value]
        #expect(headers.contains(token: "close", in: "connection") == expected)
    }
}
