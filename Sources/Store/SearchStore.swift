package import MatrixAPI

/// What can be searched for in events. Source: Client-Server API, `search.yaml`, `keys`.
package enum SearchKey: String, Sendable, CaseIterable {
    case body = "content.body"
    case name = "content.name"
    case topic = "content.topic"
}

/// The words of an event, by which it is found.
package struct SearchableText: Sendable {
    package let position: Int64
    package let key: SearchKey
    /// The tokens of the text with spaces between them, made where nobody waits: the writer only puts them down.
    package let tokens: String

    package init(position: Int64, key: SearchKey, text: String) {
        self.position = position
        self.key = key
        tokens = SearchWord.tokens(in: text).joined(separator: " ")
    }
}

/// What somebody looks for: all of the words, in any order.
package struct TextSearch: Sendable {
    package let words: [SearchWord]
    package var keys: Set<SearchKey>
    package var rooms: [RoomID]

    package init(words: [SearchWord], keys: Set<SearchKey>, rooms: [RoomID]) {
        self.words = words
        self.keys = keys
        self.rooms = rooms
    }
}

/// A word as the index has it.
///
/// Scripts without spaces between words (Chinese, Japanese, Korean, Thai) are indexed character by character, and a word
/// of them is found as a succession of these.
package struct SearchWord: Sendable, Hashable {
    /// In this order, one behind the other.
    package let tokens: [String]
    /// Whether the last token may go on: `proj` finds `projector`.
    package let isPrefix: Bool

    /// The words of a text.
    package static func words(in text: String) -> [SearchWord] {
        text.split(whereSeparator: \.isWhitespace).compactMap { part in
            let tokens = Self.tokens(in: part)
            guard let last = tokens.last else { return nil }
            return SearchWord(tokens: tokens, isPrefix: last.count >= 3)
        }
    }

    /// Letters and digits in lower case; everything else divides.
    package static func tokens(in text: some StringProtocol) -> [String] {
        asciiTokens(in: text) ?? unicodeTokens(in: text)
    }

    /// The same without a look at Unicode's tables, which is most of the work; nil when the text needs them.
    private static func asciiTokens(in text: some StringProtocol) -> [String]? {
        var tokens: [String] = []
        var word: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): word.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(byte | 0x20)
            case 0x80...: return nil
            default:
                if !word.isEmpty { tokens.append(String(decoding: word, as: UTF8.self)) }
                word.removeAll(keepingCapacity: true)
            }
        }
        if !word.isEmpty { tokens.append(String(decoding: word, as: UTF8.self)) }
        return tokens
    }

    private static func unicodeTokens(in text: some StringProtocol) -> [String] {
        var tokens: [String] = []
        var word = ""
        func end() {
            if !word.isEmpty { tokens.append(word) }
            word = ""
        }
        for character in text.lowercased() {
            if Self.standsAlone(character) {
                end()
                tokens.append(String(character))
            } else if character.isLetter || character.isNumber {
                word.append(character)
            } else {
                end()
            }
        }
        end()
        return tokens
    }

    private static func standsAlone(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first else { return false }
        switch scalar.value {
        case 0x0E00...0x0E7F, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF,
            0x20000...0x3FFFF:
            return character.isLetter
        default: return false
        }
    }
}

package protocol SearchReading {
    /// All events up to this position are in the index.
    func indexedPosition() throws(StoreError) -> Int64

    /// Positions of events that match, at or before `through`, newest first.
    func search(_ search: TextSearch, through: Int64, limit: Int) throws(StoreError) -> [Int64]

    /// The same, best match first; `rank` is higher for better ones. Of very many matches
    /// the older ones may be left out.
    func searchByRank(_ search: TextSearch, offset: Int, limit: Int)
        throws(StoreError) -> [(position: Int64, rank: Double)]

    /// How many match, counted up to `limit`.
    func searchCount(_ search: TextSearch, limit: Int) throws(StoreError) -> Int

    /// Events whose words are still to be taken out of the index, since they were redacted or deleted.
    func wordRemovals(limit: Int) throws(StoreError) -> [Int64]
}

/// Redacting and deleting events adds to ``SearchReading/wordRemovals(limit:)``.
package protocol SearchWriting {
    /// Forgets those, once their words are taken out.
    func deleteWordRemovals(_ positions: [Int64]) throws(StoreError)
}
