import HTTP

/// What a conference looks at in a session description (RFC 8866): candidates (RFC 8839) and media.
enum SessionDescription {
    /// The same without the candidates that lead elsewhere than `isAllowed` says, so that the bridge tries no address that
    /// a client thinks of. What is left of them is written anew, for the bridge reads them less strictly than this.
    static func filtered(_ text: String, _ isAllowed: (TransportAddress) -> Bool) -> String {
        lines(text).compactMap { line -> String? in
            guard isCandidate(line) else { return String(line) }
            guard let candidate = candidate(line), isAllowed(candidate.address) else { return nil }
            return "a=" + candidate.text
        }.joined(separator: "\r\n") + "\r\n"
    }

    /// Where the one who wrote it listens, over UDP.
    static func addresses(in text: String) -> [TransportAddress] {
        lines(text).compactMap { candidate($0)?.address }
    }

    /// Whether it has no control characters besides the ends of lines: what reads them as spaces, or as an end, would see
    /// other lines than this.
    static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x0a, 0x0d: true
            case 0..<0x20, 0x7f...0x9f, 0x2028, 0x2029: false
            default: true
            }
        }
    }

    /// Whether a line is a candidate to anybody, however it is written.
    private static func isCandidate(_ line: Substring) -> Bool {
        let letters = line.utf8.lazy.filter { $0 != UInt8(ascii: " ") }
        return letters.map { (0x41...0x5a).contains($0) ? $0 + 0x20 : $0 }.starts(with: "a=candidate".utf8)
    }

    private static func candidate(_ line: Substring) -> Candidate? {
        line.hasPrefix("a=") ? Candidate(line.dropFirst(2)) : nil
    }

    /// One way to somebody, over UDP.
    struct Candidate: Sendable, Equatable {
        let address: TransportAddress
        /// `candidate:…`, made of what was checked.
        let text: String

        private static let kinds: Set<Substring> = ["host", "srflx", "prflx", "relay"]

        /// `candidate:FOUNDATION COMPONENT UDP PRIORITY ADDRESS PORT typ KIND …`; nil for another transport, a name, or
        /// nonsense. What stands behind is not kept: the bridge sends to the address.
        init?(_ text: some StringProtocol) {
            let fields = text.split(separator: " ", maxSplits: 8, omittingEmptySubsequences: false)
            let name = "candidate:"
            guard fields.count >= 8, text.utf8.count <= 1000, isPlain(String(text)), fields[0].hasPrefix(name),
                let component = UInt16(fields[1]), (1...256).contains(component), fields[2].lowercased() == "udp",
                let priority = UInt32(fields[3]), let address = PeerAddress(fields[4]), let port = UInt16(fields[5]),
                port > 0, fields[6] == "typ", let kind = Self.kinds.first(where: { $0 == fields[7] })
            else { return nil }
            let foundation = fields[0].dropFirst(name.count)
            guard (1...32).contains(foundation.utf8.count), foundation.utf8.allSatisfy(Self.isIceCharacter) else {
                return nil
            }
            self.address = TransportAddress(address, port: port)
            var text = "candidate:\(foundation) \(component) udp \(priority) \(address) \(port) typ \(kind)"
            // Where it comes from is of no use to anybody, but has to stand there (RFC 8839 section 5.1).
            if kind != "host" { text += address.isIPv4 ? " raddr 0.0.0.0 rport 9" : " raddr :: rport 9" }
            self.text = text
        }

        private static func isIceCharacter(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }

    /// Which kinds of media it offers to send.
    static func media(in text: String) -> (audio: Bool, video: Bool) {
        var sends: [String: Bool] = [:]
        var current: String?
        for line in lines(text) {
            if line.hasPrefix("m=") {
                let fields = line.dropFirst(2).split(separator: " ")
                current = fields.first.map(String.init)
                // Port 0 is a refusal, unless the medium goes with another one (RFC 8843).
                if let current { sends[current] = fields.count > 1 && fields[1] != "0" }
            } else if line == "a=bundle-only", let current {
                sends[current] = true
            } else if line == "a=recvonly" || line == "a=inactive", let current {
                sends[current] = false
            }
        }
        return (sends["audio"] == true, sends["video"] == true)
    }

    /// A line's end is one character to Swift, however it is written.
    private static func lines(_ text: String) -> [Substring] { text.split(whereSeparator: \.isNewline) }
}
