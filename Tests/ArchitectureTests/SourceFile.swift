import Foundation

/// A Swift file of the package.
struct SourceFile {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The folder below `Sources`.
    let target: String
    /// From the package's folder.
    let path: String
    let text: String

    /// Names of imported modules, submodules and single declarations cut to the module.
    var imports: [String] {
        text.split(separator: "\n").compactMap { line in
            var words = line.split(separator: " ").map(String.init)
            while let word = words.first, word.hasPrefix("@") || Self.modifiers.contains(word) { words.removeFirst() }
            guard words.first == "import", words.count > 1 else { return nil }
            let name = Self.kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
            return name.split(separator: ".").first.map(String.init)
        }
    }

    /// All Swift files below `Sources`.
    static func all() throws -> [SourceFile] {
        let sources = root.appending(path: "Sources")
        let files =
            FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
        return try files.filter { $0.pathExtension == "swift" }.map { file in
            let relative = file.path().dropFirst(sources.path().count).drop { $0 == "/" }
            let target = relative.split(separator: "/").first.map(String.init) ?? ""
            return SourceFile(
                target: target, path: "Sources/\(relative)", text: try String(contentsOf: file, encoding: .utf8))
        }
    }

    private static let modifiers: Set<String> = ["package", "internal", "public", "private", "fileprivate"]
    private static let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
}
