/// What a page says of itself, for a preview of a link to it.
///
/// Source: the Open Graph protocol (ogp.me), whose names clients know; pages without it have a title and text at least.
struct PageSummary: Equatable, Sendable {
    /// Of `og:…`, without the prefix; the first of each.
    var properties: [String: String] = [:]
    var title: String?
    /// `<meta name="description">`
    var description: String?
    /// The beginning of the text that people read.
    var text: String?
    /// Where a picture is that stands for the page, as it stands there: it may be relative to `base`.
    var picture: String?
    /// `<base href>`
    var base: String?

    /// What of Open Graph goes to clients as it is.
    static let passedOn: Set<String> = ["type", "site_name", "locale", "image:alt"]
    /// Longest values that are kept, in characters: what clients show of them is less.
    static let maximumTitle = 300
    static let maximumText = 1000

    var shownTitle: String? { properties["title"] ?? title }
    var shownDescription: String? { properties["description"] ?? description ?? text }
}

extension String {
    /// Runs of white space as one space, none at the ends, and no more than `limit` characters.
    func condensed(to limit: Int) -> String {
        var condensed = ""
        var count = 0
        var isGap = false
        for character in self {
            if character.isWhitespace || character.isNewline {
                isGap = count > 0
                continue
            }
            if count + (isGap ? 1 : 0) >= limit {
                condensed += "…"
                break
            }
            if isGap {
                condensed.append(" ")
                count += 1
                isGap = false
            }
            condensed.append(character)
            count += 1
        }
        return condensed
    }
}
