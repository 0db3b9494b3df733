import Testing

@testable import Outbound

struct MailMessageTests {
    private func encoded(subject: String = "Hello", text: String = "Text", name: String? = nil) -> String {
        let message = MailMessage(
            recipient: MailAddress("ana@example.org")!, subject: subject, text: text, html: "<p>\(text)</p>",
            identifier: "one.1")
        let sender = Mailbox(name: name, address: MailAddress("mado@example.org")!)
        return String(decoding: message.encoded(from: sender, date: 1_700_000_000), as: UTF8.self)
    }

    @Test func aMessageIsLinesOfAscii() {
        let text = encoded(
            subject: "お茶にしましょう、今日の午後三時に、いつもの場所で", text: String(repeating: "長い文章。", count: 200), name: "花子")
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        for line in text.split(separator: "\r\n", omittingEmptySubsequences: false) {
            #expect(line.utf8.count <= 78 && !line.contains("\n") && !line.contains("\r"))
        }
        #expect(text.contains("Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"))
        #expect(text.contains("Message-ID: <one.1@example.org>\r\n"))
        #expect(text.contains("Auto-Submitted: auto-generated\r\n"))
        #expect(text.contains("From: =?utf-8?B?6Iqx5a2Q?= <mado@example.org>\r\n"))
    }

    @Test(arguments: ["a\r\nBcc: x@y.org", "a\nX: y", "a\u{0}b", "=?utf-8?B?YQ==?="])
    func nothingInAHeaderEndsIt(_ text: String) {
        let message = encoded(subject: text, name: text)
        #expect(!message.contains("\r\nBcc:") && !message.contains("\nX:"))
        #expect(!message.contains("Subject: =?utf-8?B?YQ==?="))
    }

    @Test(arguments: [
        ("Mado <mado@example.org>", "Mado", "mado@example.org"), ("MADO@Example.org", nil, "mado@example.org"),
        ("Büro, Mado <a.b+c@x.example>", "Büro, Mado", "a.b+c@x.example"),
    ])
    func aSenderIsRead(_ text: String, _ name: String?, _ address: String) {
        let mailbox = Mailbox(text)
        #expect(mailbox?.name == name)
        #expect(mailbox?.address.description == address)
    }

    @Test(arguments: ["", "Mado", "Mado <mado>", "<a@b.org", "a\r\nb <a@b.org>", "a@b.org, c@d.org"])
    func whatIsNoSenderIsNone(_ text: String) { #expect(Mailbox(text) == nil) }

    @Test(arguments: ["a@b.org", "first.last+tag@sub.example.org", "a_b-c@localhost", "x!#$%&'*/=?^`{|}~@b.org"])
    func anAddressIsTaken(_ text: String) { #expect(MailAddress(text)?.description == text) }

    @Test(arguments: [
        "", "@", "a@", "@b", "a@b@c", "a b@c.org", "a@b c.org", "a@b.org\n", "a@-b.org", "a@b..org", ".a@b.org",
        "a..b@c.org", "\"a\"@b.org", "a@[127.0.0.1]", "ä@b.org", "a@bücher.org", "a>@b.org", "a@b.org>",
    ])
    func whatIsNoAddressIsNone(_ text: String) { #expect(MailAddress(text) == nil) }
}
