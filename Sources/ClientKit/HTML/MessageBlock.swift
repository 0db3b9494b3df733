/// A part of a message's text that stands by itself.
package indirect enum MessageBlock: Sendable, Equatable {
    case paragraph([MessageSpan])
    /// `level` 1…6.
    case heading(level: Int, [MessageSpan])
    /// Text that keeps its lines and spaces.
    case code(String)
    case quote([MessageBlock])
    case list(ordered: Bool, [[MessageBlock]])
    case rule
}

/// A run of text of one look.
package struct MessageSpan: Sendable, Equatable {
    package struct Style: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }
        package static let bold = Style(rawValue: 1)
        package static let italic = Style(rawValue: 2)
        package static let underline = Style(rawValue: 4)
        package static let strike = Style(rawValue: 8)
        package static let code = Style(rawValue: 16)
        /// The name of somebody who is mentioned.
        package static let mention = Style(rawValue: 32)
        /// Hidden until the reader wants to see it.
        package static let spoiler = Style(rawValue: 64)
    }

    package var text: String
    package var style: Style
    /// `https`, `http` or `mailto` only.
    package var link: String?

    package init(text: String, style: Style = [], link: String? = nil) {
        self.text = text
        self.style = style
        self.link = link
    }
}
