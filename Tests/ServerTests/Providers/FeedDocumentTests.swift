import JSON
import Testing

@testable import Server

@Suite struct FeedDocumentTests {
    private func items(_ text: String) throws -> [FeedItem] { try FeedDocument.items(in: Array(text.utf8)) }

    @Test func rss() throws {
        let items = try items(
            """
            <?xml version="1.0"?>
            <rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
            <channel><title>News</title><link>https://example.org/</link>
            <item><title>Second &amp;lt;b&amp;gt; &amp;amp; last</title><link>https://example.org/2</link><guid>2</guid>
              <pubDate>Thu, 26 Nov 2026 14:03:00 +0900</pubDate><description>Short</description>
              <content:encoded><![CDATA[<p>Long <script>alert(1)</script><b>text</b></p>]]></content:encoded></item>
            <item><title>First</title><link>javascript:alert(1)</link><pubDate>26 Nov 26 05:00 GMT</pubDate>
              <description>&lt;p onclick="x"&gt;Text&lt;/p&gt;</description></item>
            <item></item>
            </channel></rss>
            """)
        #expect(items.map(\.headline) == ["First", "Second <b> & last"])
        #expect(items[1].id == "2")
        #expect(items[1].link == "https://example.org/2")
        #expect(items[1].html == "<p>Long <b>text</b></p>")
        #expect(items[1].text == "Long text")
        #expect(items[1].published == 1_795_669_380_000)
        #expect(items[0].link == nil)
        #expect(items[0].html == "<p>Text</p>")
        #expect(items[0].published == 1_795_669_200_000)
        #expect(!items[0].id.isEmpty)
    }

    @Test func atom() throws {
        let items = try items(
            """
            <feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>
            <entry><id>urn:1</id><title type="html">A &lt;i&gt;title&lt;/i&gt;</title>
              <link rel="self" href="https://example.org/self"/><link href="https://example.org/1?a=1&amp;b=2"/>
              <updated>2026-11-26T14:03:00.25+09:00</updated>
              <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">One<p>two</p></div></content></entry>
            </feed>
            """)
        #expect(items.count == 1)
        #expect(items[0].id == "urn:1")
        #expect(items[0].headline == "A title")
        #expect(items[0].link == "https://example.org/1?a=1&b=2")
        #expect(items[0].published == 1_795_669_380_000)
        #expect(items[0].text == "One two")
    }

    @Test func jsonFeed() throws {
        let items = try items(
            """
            {"version":"https://jsonfeed.org/version/1.1","title":"x","items":[
              {"id":"1","title":"a < b","content_html":"<b>x</b>","url":"https://example.org/","date_published":"2026-11-26"},
              {"id":2,"content_text":"only text"}]}
            """)
        #expect(items.map(\.headline) == ["only text", "a < b"])
        #expect(items.map(\.id) == ["2", "1"])
    }

    @Test func encodingsOfOldAreRead() throws {
        var document = Array(#"<?xml version="1.0" encoding="ISO-8859-1"?><rss><channel><item><title>Z"#.utf8)
        document += [0xfc] + Array("rich</title></item></channel></rss>".utf8)
        #expect(try FeedDocument.items(in: document).map(\.headline) == ["Zürich"])
    }

    @Test(arguments: [
        "", "not a feed", "<html><body>x</body></html>", "{}", #"{"version":"1","items":[]}"#, "{", "<rss><channel>",
        "<rss><channel></rss>", "<rss>&undeclared;</rss>", "\u{0}\u{1}",
    ])
    func whatIsNoFeedIsRefused(_ text: String) {
        #expect(throws: FeedDocumentError.self) { try items(text) }
    }

    @Test func entitiesAreRefused() {
        let bomb = """
            <?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
            <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rss><channel><item><title>&c;</title></item></channel></rss>
            """
        #expect(throws: FeedDocumentError.declaresEntities) { try items(bomb) }
        let file = """
            <?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>
            <rss><channel><item><title>&x;</title></item></channel></rss>
            """
        #expect(throws: FeedDocumentError.declaresEntities) { try items(file) }
    }

    @Test func depthAndNumberAreBounded() throws {
        let deep = String(repeating: "<x>", count: 1000)
        #expect(throws: FeedDocumentError.tooLarge) { try items("<rss>" + deep) }
        let many = (0..<500).map { "<item><title>\($0)</title></item>" }.joined()
        #expect(try items("<rss><channel>\(many)</channel></rss>").count == FeedDocument.maximumItems)
        let long = String(repeating: "ä", count: 200_000)
        let item = try items(
            "<rss><channel><item><title>\(long)</title><description>\(long)</description></item></channel></rss>")
        #expect(item[0].headline.count <= 300)
        #expect((item[0].text?.utf8.count ?? 0) <= FeedItem.maximumTextBytes)
    }

    @Test(arguments: [
        ("Thu, 26 Nov 2026 14:03:00 +0900", 1_795_669_380_000), ("26 Nov 2026 05:03 GMT", 1_795_669_380_000),
        ("Thu, 26 Nov 26 00:03:00 EST", 1_795_669_380_000), ("2026-11-26T05:03:00Z", 1_795_669_380_000),
        ("2026-11-26", 1_795_651_200_000), ("29 Feb 2024 00:00:00 +0000", 1_709_164_800_000),
    ])
    func dates(_ text: String, _ expected: Int64) {
        #expect(DateText.parse(text) == expected)
    }

    @Test(arguments: [
        "", "tomorrow", "2026-13-01", "32 Nov 2026 00:00 GMT", "1 2 3", "2026-11-26T", "-", "99999-01-01",
    ])
    func whatIsNoDate(_ text: String) {
        if text == "2026-11-26T" { return #expect(DateText.parse(text) != nil) }
        #expect(DateText.parse(text) == nil)
    }
}
