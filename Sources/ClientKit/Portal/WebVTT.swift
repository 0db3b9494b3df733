/// Subtitles in the WebVTT format: what is said, and when. Styles, places and notes are left out.
///
/// Source: W3C, "WebVTT: The Web Video Text Tracks Format".
package struct WebVTT: Sendable, Equatable {
    package struct Cue: Sendable, Equatable {
        /// Milliseconds from the beginning.
        package var from: Int64
        package var to: Int64
        package var text: String
    }

    /// In the order of their beginning.
    package let cues: [Cue]

    /// What is no cue is left out; a file without the mark at its beginning has none.
    package init(_ bytes: [UInt8]) {
        var text = Substring(String(decoding: bytes, as: UTF8.self))
        if text.first == "\u{feff}" { text = text.dropFirst() }
        guard text.hasPrefix("WEBVTT") else {
            cues = []
            return
        }
        var cues: [Cue] = []
        var current: (from: Int64, to: Int64, lines: [String])?
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if current == nil, let times = Self.times(line) {
                current = (times.0, times.1, [])
            } else if line.isEmpty {
                if let cue = current.flatMap(Self.cue) { cues.append(cue) }
                current = nil
            } else {
                current?.lines.append(Self.withoutTags(line))
            }
        }
        if let cue = current.flatMap(Self.cue) { cues.append(cue) }
        self.cues = cues.sorted { $0.from < $1.from }
    }

    /// What is said at a time, the lines of several cues below one another.
    package func text(at milliseconds: Int64) -> String {
        cues.filter { $0.from <= milliseconds && milliseconds < $0.to }.map(\.text).joined(separator: "\n")
    }

    private static func cue(_ found: (from: Int64, to: Int64, lines: [String])) -> Cue? {
        found.lines.isEmpty || found.to <= found.from
            ? nil : Cue(from: found.from, to: found.to, text: found.lines.joined(separator: "\n"))
    }

    private static func times(_ line: Substring) -> (Int64, Int64)? {
        let words = line.split(separator: " ")
        guard words.count >= 3, words[1] == "-->", let from = time(words[0]), let to = time(words[2]) else {
            return nil
        }
        return (from, to)
    }

    /// `hh:mm:ss.ttt`, the hours may be missing.
    private static func time(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let last = parts.last else { return nil }
        let seconds = last.split(separator: ".", omittingEmptySubsequences: false)
        guard seconds.count == 2, seconds[1].utf8.count == 3, let whole = Int64(seconds[0]),
            let thousandths = Int64(seconds[1]), (0..<60).contains(whole), thousandths >= 0
        else { return nil }
        var minutes: Int64 = 0
        for part in parts.dropLast() {
            guard let number = Int64(part), (0..<1_000_000).contains(number) else { return nil }
            minutes = minutes * 60 + number
        }
        return (minutes * 60 + whole) * 1000 + thousandths
    }

    private static func withoutTags(_ line: Substring) -> String {
        var text = ""
        var isInTag = false
        for character in line {
            if character == "<" {
                isInTag = true
            } else if character == ">", isInTag {
                isInTag = false
            } else if !isInTag {
                text.append(character)
            }
        }
        return text.replacing("&amp;", with: "&").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
    }
}
