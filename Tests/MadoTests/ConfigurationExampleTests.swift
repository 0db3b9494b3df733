import Foundation
import Server
import Testing

@testable import mado

@Suite struct ConfigurationExampleTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func theFileInTheDocumentsIsTheOneThatIsPrinted() throws {
        let file = Self.root.appending(path: "docs/mado.example.toml")
        #expect(
            try String(contentsOf: file, encoding: .utf8) == ConfigurationExample.text(),
            "run: mado config example > docs/mado.example.toml")
    }

    @Test func asItStandsItIsTheDefaults() throws {
        let file = try ConfigurationFile(parsing: Array(ConfigurationExample.text().utf8), path: "example")
        #expect(try ConfigurationLoader(file: file, environment: [:], overrides: []).load() == ServerConfiguration())
    }

    /// With every line switched on it must be right as well, and hold every key.
    @Test func everyLineOfItIsAllowed() throws {
        let lines = ConfigurationExample.text().split(separator: "\n").map { line in
            line.hasPrefix("#") && !line.hasPrefix("# ") ? line.dropFirst() : line
        }
        let file = try ConfigurationFile(parsing: Array(lines.joined(separator: "\n").utf8), path: "example")
        #expect(throws: Never.self) { try ConfigurationLoader(file: file, environment: [:], overrides: []).load() }
        let keys = file.entries.filter { $0.value != nil }.map(\.key)
        #expect(keys == ConfigurationKeys.all.map(\.name))
    }
}
