/// How well texts match the words that are looked for: the more often they have them and the shorter they are, the better.
///
/// Okapi BM25 among the texts that have all of the words, which makes each word count alike: how rare a word is on the
/// whole server would have to be counted there.
package struct TextRanking: Sendable {
    private static let saturation = 1.2
    private static let lengthShare = 0.75

    private let words: [SearchWord]

    package init(_ words: [SearchWord]) { self.words = words }

    /// A rank for each text, higher for better ones.
    /// - Parameter texts: tokens with spaces between them.
    package func ranks(of texts: [String]) -> [Double] {
        let tokens = texts.map { $0.utf8.split(separator: UInt8(ascii: " ")) }
        let average = Double(tokens.reduce(0) { $0 + $1.count }) / Double(max(1, tokens.count))
        let wanted = words.map { word in (tokens: word.tokens.map { Array($0.utf8) }, isPrefix: word.isPrefix) }
        return tokens.map { tokens in
            let length = Double(tokens.count) / max(1, average)
            let dampening = Self.saturation * (1 - Self.lengthShare + Self.lengthShare * length)
            return wanted.reduce(0) { rank, word in
                // The index may have found it in another form: without accents.
                let frequency = Double(max(1, Self.count(word.tokens, isPrefix: word.isPrefix, in: tokens)))
                return rank + frequency * (Self.saturation + 1) / (frequency + dampening)
            }
        }
    }

    private static func count(_ phrase: [[UInt8]], isPrefix: Bool, in tokens: [String.UTF8View.SubSequence]) -> Int {
        guard let last = phrase.last, tokens.count >= phrase.count else { return 0 }
        var count = 0
        for start in 0...(tokens.count - phrase.count) {
            let end = start + phrase.count - 1
            guard isPrefix ? tokens[end].starts(with: last) : tokens[end].elementsEqual(last) else { continue }
            if zip(tokens[start..<end], phrase).allSatisfy({ $0.elementsEqual($1) }) { count += 1 }
        }
        return count
    }
}
