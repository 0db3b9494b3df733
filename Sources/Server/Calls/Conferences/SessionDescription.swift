import HTTP

/// What a conference looks at in a session description (RFC 8866): candidates (RFC 8839) and media.
enum SessionDescription {
    /// The same without the candidates that lead elsewhere than `isAllowed` says, so that the bridge tries no address that
    /// a client thinks of.
    static func filtered(_ text: String, _ isAllowed: (TransportAddress) -> Bool) -> String {
        lines(text).filter { line in
            guard line.hasPrefix("a=candidate:") else { return true }
            return address(ofCandidate: line.dropFirst(2)).map(isAllowed) ?? false
        }.joined(separator: "\r\n") + "\r\n"
    }

    /// Where the one who wrote it listens, over UDP.
    static func addresses(in text: String) -> [TransportAddress] {
        lines(text).compactMap { line in
            line.hasPrefix("a=candidate:") ? address(ofCandidate: line.dropFirst(2)) : nil
        }
    }

    /// `candidate:FOUNDATION COMPONENT UDP PRIORITY ADDRESS PORT typ …`; nil for another transport, a name, or nonsense.
    static func address(ofCandidate text: some StringProtocol) -> TransportAddress? {
        let fields = text.split(separator: " ", maxSplits: 7, omittingEmptySubsequences: false)
        guard fields.count == 8, fields[0].hasPrefix("candidate:"), fields[2].lowercased() == "udp", fields[6] == "typ",
            let address = PeerAddress(fields[4]), let port = UInt16(fields[5]), port > 0
        else { return nil }
        return TransportAddress(address, port: port)
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
