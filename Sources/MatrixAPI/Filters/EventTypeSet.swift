/// Event types, some of them with `*` for any characters.
///
/// Source: `event_filter.yaml`, `types` and `not_types`.
package struct EventTypeSet: Sendable {
    private var exact: Set<String> = []
    private var patterns: [GlobAutomaton] = []
    /// `*` is among them.
    package private(set) var isAll = false

    /// More patterns with wildcards are refused: each costs time for every event.
    static let maximumPatterns = 50

    package var isEmpty: Bool { exact.isEmpty && patterns.isEmpty && !isAll }

    /// nil with too many patterns, or with one longer than event types can be.
    package init?(_ types: [String]) {
        for type in types {
            guard type.utf8.contains(UInt8(ascii: "*")) else {
                exact.insert(type)
                continue
            }
            guard type.utf8.count <= 255, patterns.count < Self.maximumPatterns else { return nil }
            if type.utf8.allSatisfy({ $0 == UInt8(ascii: "*") }) {
                isAll = true
            } else {
                patterns.append(GlobAutomaton(Array(type.utf8), .star))
            }
        }
    }

    package func contains(_ type: String) -> Bool {
        if isAll || exact.contains(type) { return true }
        guard !patterns.isEmpty else { return false }
        let bytes = Array(type.utf8)
        return patterns.contains { $0.matches(bytes, atWordBoundaries: false) }
    }
}
