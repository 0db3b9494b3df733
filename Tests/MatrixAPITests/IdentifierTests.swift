import MatrixAPI
import Testing

@Suite struct IdentifierTests {
    @Test(arguments: [
        ("@a:b", true), ("@a:b:80", true), ("@a:[::1]", true), ("@a:b:c", false), ("@a:", false), ("@a", false),
        ("a:b", false), ("#a:b", false), ("@:b", true), ("@A B!é窓:b", true), ("@a\u{0}:b", false),
        ("@a\n:b", false), ("@a:b c", false), ("@a:b_c", false), ("", false), ("@", false),
    ])
    func userIDs(_ text: String, _ expected: Bool) {
        #expect((UserID(text) != nil) == expected)
        #expect(UserID(text)?.string == (expected ? text : nil))
    }

    @Test func partsOfUserIDs() throws {
        let user = try #require(UserID("@a/b.c:d:80"))
        #expect(user.localpart == "a/b.c")
        #expect(user.server == "d:80")
        #expect(user.isCurrent)
        for historical in ["@A:b", "@a b:c", "@:b", "@é:b"] { #expect(UserID(historical)?.isCurrent == false) }
    }

    @Test func identifiersHaveAtMost255Bytes() {
        func length(_ count: Int, _ sigil: String) -> String {
            sigil + String(repeating: "a", count: count - 3) + ":b"
        }
        #expect(UserID(length(255, "@")) != nil && UserID(length(256, "@")) == nil)
        #expect(RoomAlias(length(255, "#")) != nil && RoomAlias(length(256, "#")) == nil)
        #expect(RoomID(length(255, "!")) != nil && RoomID(length(256, "!")) == nil)
        #expect(EventID(length(255, "$")) != nil && EventID(length(256, "$")) == nil)
        #expect(UserID("@" + String(repeating: "窓", count: 85) + ":b") == nil)
    }

    @Test(arguments: [
        ("#a:b", true), ("#窓 口:b", true), ("#:b", false), ("#a", false), ("#a:b/c", false), ("@a:b", false),
        ("#a\u{7}:b", false), ("#a:b:80", true),
    ])
    func aliases(_ text: String, _ expected: Bool) { #expect((RoomAlias(text) != nil) == expected) }

    @Test(arguments: [
        ("!a:b", "b"), ("!a", nil), ("!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM", nil), ("!a:b:80", "b:80"),
    ])
    func rooms(_ text: String, _ server: String?) {
        #expect(RoomID(text)?.string == text)
        #expect(RoomID(text)?.server.map(String.init) == server)
    }

    @Test func roomsAndEventsNeedTheirSigil() {
        for text in ["", "!", "a", "$a", "! a"] { #expect(RoomID(text) == nil) }
        for text in ["", "$", "a", "!a", "$a b", "$a\n"] { #expect(EventID(text) == nil) }
        #expect(EventID("$acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk") != nil)
        #expect(EventID("$old:server") != nil)
    }

    @Test(arguments: [
        "matrix.org", "matrix.org:8888", "1.2.3.4", "1.2.3.4:1234", "[1234:5678::abcd]", "[1234:5678::abcd]:5678",
        "localhost", "a-b.c", "255.255.255.255", "1.2.3", "1.2.3.4.5", "1.2.3.x", "[::]", "[::1]", "[1::]",
        "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[::ffff:1.2.3.4]", "[1:2:3:4:5:6:1.2.3.4]", "[::1.2.3.4]", "x:0",
        "x:65535",
    ])
    func serverNames(_ text: String) { #expect(ServerName(text)?.string == text) }

    @Test(arguments: [
        "", ":80", "a:", "a:80:80", "a:x", "a:123456", "a:65536", "a_b", "a b", "a/b", "é", "256.1.1.1", "1.2.3.999",
        "1.2.3.0004", "[", "[]", "[:]", "[:::]", "[1]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]",
        "[1:2:3:4:5:6:7:8::]", "[1::2::3]", "[12345::]", "[g::]", "[::1]x", "[::1]:", "[::1.2.3]", "[1.2.3.4::]",
        "[1:2:3:4:5:6:7:1.2.3.4]", "[:1:2:3:4:5:6:7]", "[::1.2.3.256]",
    ])
    func noServerNames(_ text: String) { #expect(ServerName(text) == nil) }

    @Test func partsOfServerNames() throws {
        let name = try #require(ServerName("[::1]:8448"))
        #expect(name.host == "[::1]" && name.port == 8448)
        let plain = try #require(ServerName("a.b"))
        #expect(plain.host == "a.b" && plain.port == nil)
    }

    @Test func grammarsWithoutTypes() {
        let long = String(repeating: "a", count: 256)
        for text in ["a", "A-z._~0", String(long.dropLast())] { #expect(IdentifierGrammar.isOpaque(text)) }
        for text in ["", long, "a b", "é", "a+b"] { #expect(!IdentifierGrammar.isOpaque(text)) }
        for text in ["m.a", "org.example.x_y-1", "a"] { #expect(IdentifierGrammar.isNamespaced(text)) }
        for text in ["", "1a", "A", "a b", ".a", "_a", long] { #expect(!IdentifierGrammar.isNamespaced(text)) }
        for text in ["a", "0", "a.b_c=d-e/f+g"] { #expect(IdentifierGrammar.isLocalpart(text)) }
        for text in ["", "A", "a b", "é", "a:b", "a@b", "~"] { #expect(!IdentifierGrammar.isLocalpart(text)) }
    }

    @Test(arguments: [("abc", "abc"), ("ABC", "abc"), ("#", "=23"), ("á", "=c3=a1"), ("a=b", "a=3db"), ("", "")])
    func localpartsForNames(_ name: String, _ localpart: String) {
        #expect(IdentifierGrammar.localpart(for: name) == localpart)
    }
}
