import ClientKit
import GtkKit
import Testing

@testable import mado_desktop

@Suite struct WordsTests {
    @Test func theConnectionInWords() {
        #expect(Words.connection(ConnectionReport(state: .streaming)) == "Streaming")
        let noon = LocalTime.currentMilliseconds
        let report = ConnectionReport(
            state: .offline(since: noon, problem: .transport(.cannotConnect(host: "x.org")), retryAt: nil),
            proxy: "proxy:3128")
        #expect(
            Words.connectionDetail(report, waiting: 3)
                == "Offline since \(LocalTime(noon).time): x.org does not answer, through proxy proxy:3128 · 3 waiting to be sent"
        )
    }

    @Test func pollsAreTheNetworksDoingOnlyWhereTheServerHasAStream() {
        let report = ConnectionReport(state: .polling)
        #expect(Words.connectionDetail(report, waiting: 0).contains("the network holds streams back"))
        #expect(
            Words.connectionDetail(report, waiting: 0, hasStream: false) == "Connected; everything arrives at once")
    }

    @Test func noticesSayWhoseTheyAreAndWhere() {
        var notice = Notice(
            roomID: "!r:x", itemID: "$i", sender: Person(userID: "@k:x", displayName: "Kenji"),
            conversationTitle: "Kenji", isDirect: true, text: "Hello", timestamp: 0, isHighlight: false, hasSound: false
        )
        #expect(Words.title(notice) == "Kenji")
        notice.isDirect = false
        notice.conversationTitle = "Lobby"
        #expect(Words.title(notice) == "Kenji in Lobby")
        notice.isOfPortal = true
        #expect(Words.title(notice) == "Lobby")
    }

    @Test func sizesAndDurations() {
        #expect(
            [0, 999, 1500, 1_500_000, 2_340_000_000].map { Words.bytes($0) } == [
                "0 bytes", "999 bytes", "2 kB", "1.5 MB", "2.3 GB",
            ])
        #expect(
            [0, 59_999, 65_000, 3_600_000].map { Words.duration(milliseconds: $0) } == [
                "0:00", "0:59", "1:05", "60:00",
            ])
    }

    @Test func namesInARow() {
        let people = ["Ana", "Kenji", "Sora", "Luis"].map { (name: String) in
            Person(userID: "@\(name):x", displayName: name)
        }
        #expect(Words.names([]) == "")
        #expect(Words.names(Array(people.prefix(1))) == "Ana")
        #expect(Words.names(Array(people.prefix(3))) == "Ana, Kenji and Sora")
        #expect(Words.names(people) == "Ana, Kenji and 2 others")
    }

    @Test func longTextsAreFolded() {
        let short = [MessageSpan(text: "short", style: .bold)]
        #expect(MessageMarkup.beginning(of: short) == nil)
        #expect(MessageMarkup.beginning(of: [MessageSpan(text: String(repeating: "a", count: 3100))]) == nil)
        let long = MessageSpan(text: String(repeating: "x", count: 50_000))
        let shown = MessageMarkup.beginning(of: short + [long])
        #expect(shown?.first == short[0])
        #expect(shown?.last?.text.count == MessageMarkup.limit - 5 + 1)
    }

    @Test func timesOfTheDay() {
        #expect(DayTimes.parse("17:00, 9:05;12:30") == [545, 750, 1020])
        #expect(DayTimes.parse("24:00") == nil)
        #expect(DayTimes.parse("noon") == nil)
        #expect(DayTimes.text([545, 1020]) == "09:05, 17:00")
    }

    @Test(arguments: [
        ("👍", true), ("👍🏽 ❤️", true), ("1", false), ("#", false), ("ok 👍", false), ("", false), ("👨‍👩‍👧‍👦", true),
    ])
    func emojiAlone(text: String, expected: Bool) { #expect(text.isOnlyEmoji == expected) }

    @Test func presenceInWords() {
        #expect(Words.presence(PersonPresence(availability: .ready, message: "at the desk")) == "Ready · at the desk")
        #expect(Words.presence(PersonPresence(availability: .busy, inCall: true)) == "In a call")
        #expect(
            Words.presence(PersonPresence(availability: .offline, connectsEverySeconds: 900)) == "Every 15 minutes")
    }
}
