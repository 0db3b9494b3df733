import Testing

@testable import ClientKit

@Suite("HTML of messages") struct MessageHTMLTests {
    private func paragraph(_ text: String, _ style: MessageSpan.Style = [], link: String? = nil) -> MessageBlock {
        .paragraph([MessageSpan(text: text, style: style, link: link)])
    }

    @Test func looksNest() {
        #expect(
            MessageHTML.parse("See <b>the <i>new</i></b> plan") == [
                .paragraph([
                    MessageSpan(text: "See "), MessageSpan(text: "the ", style: .bold),
                    MessageSpan(text: "new", style: [.bold, .italic]), MessageSpan(text: " plan"),
                ])
            ])
    }

    @Test func blocks() {
        let html =
            "<h2>Lunch</h2><p>At  noon:</p><ol><li>rice</li><li>soup<ul><li>miso</li></ul></li></ol>"
            + "<blockquote><p>fine</p></blockquote><hr><pre><code>a &lt; b\n  c\n</code></pre>"
        #expect(
            MessageHTML.parse(html) == [
                .heading(level: 2, [MessageSpan(text: "Lunch")]), paragraph("At noon:"),
                .list(
                    ordered: true,
                    [[paragraph("rice")], [paragraph("soup"), .list(ordered: false, [[paragraph("miso")]])]]),
                .quote([paragraph("fine")]), .rule, .code("a < b\n  c"),
            ])
    }

    @Test func theQuotedMessageOfAReplyIsLeftOut() {
        #expect(
            MessageHTML.parse("<mx-reply><blockquote>old <b>x</b></blockquote></mx-reply>new") == [paragraph("new")])
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "<style>*{}</style>", "<iframe src=x>x</iframe>", "<!-- <b>x</b> -->",
        "<mx-reply>a", "<img src=x onerror=alert(1)>",
    ])
    func nothingIsLeftOf(html: String) {
        #expect(MessageHTML.parse(html) == [])
    }

    @Test(arguments: [
        "javascript:alert(1)", "JaVaScRiPt:x", "file:///etc/passwd", "data:text/html,x", " https://x y", "//x",
    ])
    func unsafeLinksLoseTheirTarget(target: String) {
        #expect(MessageHTML.parse("<a href=\"\(target)\">x</a>") == [paragraph("x")])
    }

    @Test func safeLinksAndMentions() {
        #expect(
            MessageHTML.parse("<a href='https://example.org/?a=1&amp;b=2'>x</a>")
                == [paragraph("x", link: "https://example.org/?a=1&b=2")])
        #expect(
            MessageHTML.parse("<a href=\"https://matrix.to/#/@ana:x.org\">Ana</a>") == [paragraph("Ana", .mention)])
    }

    @Test func addressesInTextAreFound() {
        #expect(
            MessageHTML.parse(plain: "see (https://example.org/a_(b)), or http://x.org.") == [
                .paragraph([
                    MessageSpan(text: "see ("),
                    MessageSpan(text: "https://example.org/a_(b)", link: "https://example.org/a_(b)"),
                    MessageSpan(text: "), or "), MessageSpan(text: "http://x.org", link: "http://x.org"),
                    MessageSpan(text: "."),
                ])
            ])
        #expect(MessageHTML.parse(plain: "a : b\n c") == [paragraph("a : b\n c")])
    }

    @Test func brokenTagsAreText() {
        #expect(MessageHTML.parse("1 < 2 and <b") == [paragraph("1 < 2 and <b")])
        #expect(MessageHTML.parse("</b></ul></li>x") == [paragraph("x")])
        #expect(MessageHTML.parse("&#0;&#x110000;&unknown;&amp") == [paragraph("&#0;&#x110000;&unknown;&amp")])
    }

    @Test func depthIsLimited() {
        let html = String(repeating: "<blockquote>", count: 20_000) + "deep" + String(repeating: "<b>", count: 20_000)
        var blocks = MessageHTML.parse(html)
        var depth = 0
        while case .quote(let inner)? = blocks.first {
            blocks = inner
            depth += 1
        }
        #expect(depth < 30)
        #expect(blocks == [paragraph("deep")])
    }

    @Test func spoilersAreHiddenWhereTextIsShownWithoutClicking() {
        let html = "The murderer is <span data-mx-spoiler>the gardener</span>, <b>sorry</b>"
        #expect(
            MessageHTML.shownText(plain: "The murderer is the gardener, sorry", html: html)
                == "The murderer is ▒▒▒▒▒▒▒▒▒▒▒▒, sorry")
        #expect(MessageHTML.shownText(plain: "as it is", html: "<b>as</b> it is") == "as it is")
        guard case .paragraph(let spans) = MessageHTML.parse(html).first else {
            Issue.record("no paragraph")
            return
        }
        let hidden = MessageHTML.hidingSpoilers(spans, link: "mado:reveal")
        #expect(!hidden.contains { $0.text.contains("gardener") })
        #expect(hidden.filter { $0.link != nil }.map(\.link) == ["mado:reveal"])
        // A sender's own link of that kind is none.
        #expect(MessageHTML.parse("<a href='mado:reveal'>x</a>") == [paragraph("x")])
    }
}
