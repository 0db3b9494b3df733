extension String {
    /// Without white space at both ends.
    func trimmingSpaces() -> String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }

    func containsIgnoringCase(_ other: String) -> Bool {
        other.isEmpty || lowercased().contains(other.lowercased())
    }

    /// A few emoji and nothing else: shown large.
    var isOnlyEmoji: Bool {
        !isEmpty && count <= 5
            && allSatisfy { character in
                character.isWhitespace
                    || character.unicodeScalars.contains { $0.properties.isEmojiPresentation || $0.value == 0xfe0f }
            }
    }
}
