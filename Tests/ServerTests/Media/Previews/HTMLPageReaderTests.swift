import Testing

@testable import Server

@Suite struct HTMLPageReaderTests {
    private func read(_ html: String, charset: String? = nil) -> PageSummary {
        HTMLPageReader.read(Array(html.utf8), charset: charset)
    }

    @Test func openGraphComesFirst() {
        let page = read(
            """
            <!DOCTYPE html><html><head><title>Plain  title</title>
            <meta name="description" content="Plain">
            <meta name="twitter:image" content="small.png">
            <meta property="og:title" content="Window &amp; more">
            <meta property="OG:description" content=" Two
              lines ">
            <meta property="og:image" content="/pictures/a.png"><meta property="og:image" content="b.png">
            <meta property="og:site_name" content="Mado"></head><body><p>Text</p></body></html>
            """)
        #expect(page.shownTitle == "Window & more")
        #expect(page.shownDescription == "Two lines")
        #expect(page.picture == "/pictures/a.png")
        #expect(page.properties["site_name"] == "Mado")
        #expect(page.title == "Plain title")
    }

    @Test func withoutItTitleAndReadingMatterAreTaken() {
        let page = read(
            """
            <title>窓</title><base href="https://example.org/a/"><link rel="image_src" href="x.jpg">
            <body><nav>Home | Shop</nav><script>var x = "<p>no</p>"</script><style>p{}</style>
            <p>First <b>words</b>.</p><p>More.</p></body>
            """)
        #expect(page.shownTitle == "窓")
        #expect(page.shownDescription == "First words. More.")
        #expect(page.picture == "x.jpg")
        #expect(page.base == "https://example.org/a/")
    }

    @Test func charactersOfOtherEncodings() {
        // 窓 in Shift_JIS.
        let title: [UInt8] = [0x91, 0x8B]
        let said = HTMLPageReader.read(Array("<title>".utf8) + title + Array("</title>".utf8), charset: "Shift_JIS")
        #expect(said.title == "窓")
        let found = HTMLPageReader.read(
            Array("<head><meta charset=\"shift_jis\"><title>".utf8) + title + Array("</title>".utf8), charset: nil)
        #expect(found.title == "窓")
        #expect(read("<title>é 窓</title>", charset: "no-such-charset").title == "é 窓")
    }

    @Test func nestingWithoutEndIsCutOff() {
        let deep = "<title>Deep</title><body>" + String(repeating: "<div>", count: 200_000) + "text"
        let page = read(deep)
        #expect(page.title == "Deep")
        #expect(page.text == nil)
        let many = read("<body>" + String(repeating: "<br>", count: 200_000) + "behind")
        #expect(many.text == nil)
    }

    @Test func whatIsLongIsCutOff() throws {
        let page = read("<title>\(String(repeating: "x", count: 1 << 20))</title>")
        #expect(try #require(page.title).count == PageSummary.maximumTitle + 1)
        let wide = read("<meta property='og:title' content='\(String(repeating: "y", count: 1 << 20))'>")
        #expect(try #require(wide.shownTitle).count <= PageSummary.maximumText + 1)
        let attributes = read("<meta \(String(repeating: "a=b ", count: 100_000)) property='og:title' content='z'>")
        #expect(attributes.shownTitle == nil || attributes.shownTitle == "z")
    }

    @Test(
        arguments: [
            "", "<", "<title", "<!DOCTYPE", "<meta property=", "\u{0}\u{0}", "<title>\u{0}</title>", "&#xFFFFFFFF;",
            "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><title>&b;</title>",
        ])
    func brokenPagesAreRead(html: String) {
        let page = read(html)
        #expect(page.title?.contains("root:") != true)
    }
}
