import JSON
import Testing

@testable import Server

@Suite("Session descriptions of conferences")
struct SessionDescriptionTests {
    private static let text =
        [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0",
            "a=candidate:1 1 UDP 2113937151 192.168.1.7 50000 typ host",
            "a=candidate:10 1 udp 337641727 127.77.65.68 50001 typ relay raddr 192.168.1.7 rport 9",
            "a=candidate:2 1 TCP 1 127.77.65.68 50001 typ host tcptype active",
            "a=candidate:3 1 UDP 1 hidden.local 50001 typ host", "a=candidate:nonsense", "a=sendrecv",
            "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=recvonly", "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
        ].joined(separator: "\r\n") + "\r\n"

    @Test("candidates that lead elsewhere than allowed are taken out, and nothing else")
    func filtered() {
        let relay = TransportAddress("127.77.65.68:50001")
        let filtered = SessionDescription.filtered(Self.text) { $0 == relay }
        let expected = Self.text.split(whereSeparator: \.isNewline).compactMap { line -> String? in
            guard line.hasPrefix("a=candidate:") else { return String(line) }
            // What says nothing of where it leads is written anew.
            return line.contains("typ relay")
                ? "a=candidate:10 1 udp 337641727 127.77.65.68 50001 typ relay raddr 0.0.0.0 rport 9" : nil
        }
        #expect(filtered.split(whereSeparator: \.isNewline).map(String.init) == expected)
        #expect(filtered.hasSuffix("\r\n"))
        #expect(SessionDescription.addresses(in: filtered) == [relay])
        #expect(SessionDescription.addresses(in: Self.text).count == 2)
        #expect(!SessionDescription.filtered(Self.text) { _ in false }.contains("candidate"))
    }

    @Test("a candidate is one however it is written")
    func spellings() {
        let place = TransportAddress("127.77.65.68:50001")
        let rest = "1 1 udp 1 127.77.65.68 50001 typ host"
        for line in [
            "a=CANDIDATE:\(rest)", "a=Candidate:\(rest)", "A=candidate:\(rest)", "a= candidate:\(rest)",
            "a=candidate :\(rest)", "a=candidate: \(rest)", "a=candidate\t:\(rest)", "a=candidate:\(rest)\textra",
            "a=candidate:1  1 udp 1 127.77.65.68 50001 typ host",
            "a=candidate:1 1 udp 1 127.77.65.68 50001 typ host\u{0}",
            "a=candidate:1\t1\tudp\t1\t10.0.0.1\t22\ttyp\thost 1 udp 1 127.77.65.68 50001 typ host",
        ] {
            let filtered = SessionDescription.filtered("v=0\r\n\(line)\r\ns=-\r\n") { $0 == place }
            #expect(filtered == "v=0\r\ns=-\r\n", "\(line)")
        }
        #expect(
            SessionDescription.filtered("v=0\r\na=candidate:\(rest) generation 0 ufrag x\r\n") { $0 == place }
                == "v=0\r\na=candidate:\(rest)\r\n")
        #expect(
            SessionDescription.filtered("v=0\r\na=end-of-candidates\r\n") { _ in false }.contains("end-of-candidates"))
    }

    @Test("control characters besides the ends of lines")
    func plain() {
        #expect(SessionDescription.isPlain(Self.text))
        #expect(SessionDescription.isPlain("s=日本\n"))
        for text in ["a=x\ty", "a=\u{0}", "s=\u{b}a=candidate:", "s=\u{85}", "s=\u{2028}", "s=\u{7f}"] {
            #expect(!SessionDescription.isPlain(text))
        }
    }

    @Test("one candidate")
    func candidates() {
        #expect(
            SessionDescription.Candidate("candidate:1 1 UDP 1 10.0.0.1 5000 typ host")?.address
                == TransportAddress("10.0.0.1:5000"))
        for text in [
            "", "candidate:1 1 UDP 1 10.0.0.1 0 typ host", "candidate:1 1 UDP 1 10.0.0.1 70000 typ host",
            "candidate:1 1 UDP 1 10.0.0.1 5000 host typ", "candidate:1 1 TCP 1 10.0.0.1 5000 typ host",
            "candidate:1 1 UDP 1 localhost 5000 typ host", "1 1 UDP 1 10.0.0.1 5000 typ host",
            "CANDIDATE:1 1 UDP 1 10.0.0.1 5000 typ host", "candidate:1 1 UDP 1 10.0.0.1 5000 typ",
            "candidate:1 1 UDP 1 10.0.0.1 5000 typ other", "candidate:1 1 UDP 1 10.0.0.1 5000 typ\thost",
            "candidate:1 1 UDP x 10.0.0.1 5000 typ host", "candidate:1 x UDP 1 10.0.0.1 5000 typ host",
            "candidate:<1> 1 UDP 1 10.0.0.1 5000 typ host", "candidate:1 1 UDP 1 10.0.0.1 5000 typ host\nx",
        ] {
            #expect(SessionDescription.Candidate(text) == nil, "\(text)")
        }
    }

    @Test("what is offered")
    func media() {
        #expect(SessionDescription.media(in: Self.text) == (true, false))
        #expect(SessionDescription.media(in: "v=0\nm=video 9 x\na=sendonly\nm=audio 0 x\n") == (false, true))
        #expect(SessionDescription.media(in: "v=0\nm=audio 9 x\na=inactive\n") == (false, false))
        #expect(SessionDescription.media(in: "v=0\nm=video 0 x\na=bundle-only\na=sendrecv\n") == (false, true))
    }
}

@Suite("Events of a conference")
struct ConferenceEventsTests {
    private func types(_ events: [[UInt8]]?) -> [String]? {
        events?.map { json(String(decoding: $0, as: UTF8.self))["type"]?.string ?? "" }
    }

    @Test("each until what comes behind it is asked for")
    func order() {
        var events = ConferenceEvents()
        #expect(events.take(after: 0) == nil)
        events.unpublished("p1")
        events.connection(nil, isUp: true)
        #expect(types(events.take(after: 0)) == ["unpublished", "connected"])
        // The answer may have been lost.
        #expect(types(events.take(after: 0)) == ["unpublished", "connected"])
        #expect(types(events.take(after: 1)) == ["connected"])
        #expect(events.take(after: events.last) == nil)
        events.connection("s1", isUp: false)
        #expect(types(events.take(after: 2)) == ["disconnected"])
    }

    @Test("who never asks is out")
    func overflow() {
        var events = ConferenceEvents()
        for _ in 0...500 { events.unpublished("p1") }
        #expect(types(events.take(after: 0)) == ["ended"])
    }
}
