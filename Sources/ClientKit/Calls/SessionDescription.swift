/// What this program has to know of a session description (SDP) besides handing it on.
///
/// Source: RFC 8866, RFC 8829.
package struct SessionDescription: Sendable, Equatable {
    package let text: String

    package init(_ text: String) { self.text = text }

    private var lines: [Substring] { text.split { $0 == "\n" || $0 == "\r\n" || $0 == "\r" } }

    /// Whether there is a picture: a line of video that is not refused.
    package var hasVideo: Bool { media.contains { $0.kind == "video" && !$0.isRefused } }

    package var hasAudio: Bool { media.contains { $0.kind == "audio" && !$0.isRefused } }

    private struct Media {
        var kind: Substring
        var isRefused: Bool
        var receives = true
        var sends = true
    }

    /// Its lines of media. The port 0 refuses one, unless it says that it goes with another (RFC 9143).
    private var media: [Media] {
        var found: [Media] = []
        for line in lines {
            if line.hasPrefix("m=") {
                let words = line.dropFirst(2).split(separator: " ")
                found.append(Media(kind: words.first ?? "", isRefused: words.dropFirst().first == "0"))
            }
            guard !found.isEmpty else { continue }
            let last = found.count - 1
            switch line {
            case "a=bundle-only": found[last].isRefused = false
            case "a=sendonly": found[last].receives = false
            case "a=recvonly": found[last].sends = false
            case "a=inactive": (found[last].receives, found[last].sends) = (false, false)
            default: break
            }
        }
        return found
    }

    private var flowing: [Media] { media.filter { !$0.isRefused && ($0.kind == "audio" || $0.kind == "video") } }

    /// Whether the sender of this description wants nothing to be sent to it: the other side is on hold.
    package var holds: Bool { !flowing.contains { $0.receives } }

    /// Whether the sender of this description sends anything.
    package var sends: Bool { flowing.contains { $0.sends } }

    /// Whether the sender of this description sends pictures.
    package var sendsVideo: Bool { flowing.contains { $0.kind == "video" && $0.sends } }

    /// The same with fewer directions, as a later version of it.
    func restricted(isReceiving: Bool, isSending: Bool, revision: UInt64) -> SessionDescription {
        var changed = ""
        for line in lines {
            switch line {
            case "a=sendrecv": changed += "a=" + Self.direction(isReceiving, isSending)
            case "a=sendonly": changed += "a=" + Self.direction(false, isSending)
            case "a=recvonly": changed += "a=" + Self.direction(isReceiving, false)
            case _ where line.hasPrefix("o="):
                var words = line.split(separator: " ").map { String($0) }
                if words.count > 2, let version = UInt64(words[2]) { words[2] = String(version &+ revision) }
                changed += words.joined(separator: " ")
            default: changed += line
            }
            changed += "\r\n"
        }
        return SessionDescription(changed)
    }

    private static func direction(_ receives: Bool, _ sends: Bool) -> String {
        switch (receives, sends) {
        case (true, true): "sendrecv"
        case (true, false): "recvonly"
        case (false, true): "sendonly"
        case (false, false): "inactive"
        }
    }

    /// The user fragment and the certificate's fingerprint: other ones mean another connection.
    package var identity: String {
        let found = lines.filter { $0.hasPrefix("a=ice-ufrag:") || $0.hasPrefix("a=fingerprint:") }
        return Set(found).sorted().joined(separator: " ")
    }

    /// How many lines of media it has.
    package var mediaCount: Int { lines.count { $0.hasPrefix("m=") } }
}

extension SessionDescription {
    /// The number that stands for an encoding such as "VP8" in the first line of this kind of media.
    package func payload(of encoding: String, in media: String) -> Int? { payloads(of: encoding, in: media).first }

    /// H.264 of the baseline profile whose units may be split over packets (RFC 6184, packetization mode 1), else of any
    /// profile. nil where none may be split: what a camera's encoder makes does not fit into packets.
    package var payloadOfH264: Int? {
        let splittable = payloads(of: "H264", in: "video").filter {
            parameters(of: $0).contains("packetization-mode=1")
        }
        return splittable.first { parameters(of: $0).lowercased().contains("profile-level-id=42") } ?? splittable.first
    }

    private func parameters(of payload: Int) -> Substring {
        lines.first { $0.hasPrefix("a=fmtp:\(payload) ") } ?? ""
    }

    private func payloads(of encoding: String, in media: String) -> [Int] {
        var found: [Int] = []
        var isInside = false
        for line in text.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
            if line.hasPrefix("m=") { isInside = line.hasPrefix("m=\(media) ") }
            guard isInside, line.hasPrefix("a=rtpmap:") else { continue }
            let words = line.dropFirst("a=rtpmap:".count).split(separator: " ")
            guard words.count > 1, words[1].lowercased().hasPrefix(encoding.lowercased() + "/"),
                let number = Int(words[0]), (0...127).contains(number)
            else { continue }
            found.append(number)
        }
        return found
    }
}
