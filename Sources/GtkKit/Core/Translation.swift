internal import CGtk
internal import GtkShims

/// The text in the user's language. `%@` stands for each of `arguments` in order; a translation may use `%1$@`.
package func tr(_ text: String, _ arguments: String...) -> String {
    // Where there is no translation the answer is the argument itself, so that it must live until it is copied.
    Translation.fill(text.withCString { String(cString: mado_translate($0)) }, arguments)
}

/// The text that fits a number; `%d` stands for it.
package func tr(_ one: String, many: String, _ count: Int) -> String {
    let text = one.withCString { one in
        many.withCString { many in String(cString: mado_translate_plural(one, many, UInt(max(0, count)))) }
    }
    return text.replacing("%d", with: String(count))
}

/// Finding and filling translated texts (gettext).
package enum Translation {
    /// Takes the user's locale and opens the catalogues in `folder`.
    package static func open(domain: String, folder: String) { mado_translations_open(domain, folder) }

    static func fill(_ text: String, _ arguments: [String]) -> String {
        guard !arguments.isEmpty else { return text }
        var filled = ""
        var rest = text[...]
        var next = 0
        while let percent = rest.firstIndex(of: "%") {
            filled += rest[..<percent]
            let after = rest[rest.index(after: percent)...]
            if after.hasPrefix("@") {
                filled += next < arguments.count ? arguments[next] : ""
                next += 1
                rest = after.dropFirst()
            } else if let digit = after.first?.wholeNumberValue, digit > 0, after.dropFirst().hasPrefix("$@") {
                filled += digit <= arguments.count ? arguments[digit - 1] : ""
                rest = after.dropFirst(3)
            } else {
                filled += "%"
                rest = after
            }
        }
        return filled + rest
    }
}
