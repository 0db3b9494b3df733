import Testing

@testable import Server

@Suite struct SafeHTMLTests {
    @Test(arguments: [
        ("a <b>bold</b> word", "a <b>bold</b> word"),
        ("<p>one<p>two", "<p>one<p>two</p></p>"),
        ("<script>alert(1)</script>text", "text"),
        ("<SCRIPT SRC=x>alert(1)</ScRiPt >text", "text"),
        ("<style>p{}</style><svg><a href='https://x'>y</a></svg>z", "z"),
        ("<iframe src=https://x></iframe>y", "y"),
        ("<b onclick=alert(1) style='x'>y</b>", "<b>y</b>"),
        ("<a href=\"javascript:alert(1)\">x</a>", "<a>x</a>"),
        ("<a href='java&#115;cript:alert(1)'>x</a>", "<a>x</a>"),
        ("<a href='data:text/html,x'>x</a>", "<a>x</a>"),
        (
            "<a href='https://example.org/?a=1&amp;b=2' target=_top>x</a>",
            "<a href=\"https://example.org/?a=1&amp;b=2\">x</a>"
        ),
        ("<a href='https://x/\" onmouseover=\"y'>x</a>", "<a>x</a>"),
        ("<img src='https://tracker/'>x", "x"),
        ("<img src='mxc://a/b' onerror=x width=10 height='1em'>", "<img src=\"mxc://a/b\" width=\"10\">"),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ("&auml; &euro; &unknown; &#x41; &#0; &#xD800;", "ä € &amp;unknown; A &amp;#0; &amp;#xD800;"),
        ("<!-- <b>no</b> --><!DOCTYPE html><?php x ?>y", "y"),
        ("</b></i>x<b", "x<b></b>"),
        ("<b><i>x</b>y</i>", "<b><i>x</i></b>y"),
        (
            "<code class='language-swift'>x</code><code class=evil>y</code>",
            "<code class=\"language-swift\">x</code><code>y</code>"
        ),
        ("<unknown>x</unknown>", "x"),
        ("<b/onload=x>y", "<b>y</b>"),
        ("<", "&lt;"), ("<a href=", "<a></a>"), ("", ""),
    ])
    func theAllowListDecides(_ html: String, _ expected: String) {
        #expect(SafeHTML.sanitise(html) == expected)
    }

    /// What was made safe stays as it is: nothing becomes a tag by being looked at twice.
    @Test func sanitisingTwiceIsSanitisingOnce() {
        for html in [
            "&lt;script&gt;x", "<<b>b>", "<scr<script>x</script>ipt>y", "&amp;lt;b&amp;gt;", "<a title='\"><b>'>x</a>",
        ] {
            let once = SafeHTML.sanitise(html)
            #expect(SafeHTML.sanitise(once) == once)
            #expect(!once.lowercased().contains("<script"))
        }
    }

    @Test func nestingIsBounded() {
        let html = SafeHTML.sanitise(String(repeating: "<div>", count: 10_000) + "x")
        #expect(html.utf8.count < 2_000)
        #expect(html.contains("x"))
    }

    @Test func textIsWhatPeopleRead() {
        #expect(
            SafeHTML.text(of: "<h1>Title</h1><p>One  <b>two</b>\nthree</p><script>x</script>")
                == "Title\nOne two three")
        #expect(SafeHTML.text(of: "a &amp; b &lt;c&gt;") == "a & b <c>")
    }
}
