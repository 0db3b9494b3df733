import Foundation
import Testing

@Suite struct ArchitectureTests {
    private let files: [SourceFile]
    private let table: ImportTable

    init() throws {
        files = try SourceFile.all()
        let document = SourceFile.root.appending(path: "docs/architecture.md")
        table = ImportTable(parsing: try String(contentsOf: document, encoding: .utf8))
    }

    @Test func everyTargetImportsOnlyWhatTheTableAllows() {
        #expect(!files.isEmpty)
        for file in files {
            guard let allowed = table.imports(of: file.target) else {
                Issue.record("\(file.path): \(file.target) is not in the table of docs/architecture.md")
                continue
            }
            for name in file.imports where !allowed.contains(name) && !ImportTable.everywhere.contains(name) {
                Issue.record(
                    "\(file.path) imports \(name), which docs/architecture.md does not allow for \(file.target)")
            }
        }
    }

    @Test func theTablePointsDownwardOnly() {
        var above: Set<String> = []
        let targets = Set(table.allowed.map(\.target))
        for (target, imports) in table.allowed {
            for name in imports where targets.contains(name) && !above.contains(name) {
                Issue.record("\(target) may import \(name), which does not stand above it")
            }
            above.insert(target)
        }
        #expect(table.imports(of: "Server")?.contains("HTTP") == true)
    }

    @Test func thereIsNoFoundation() {
        for file in files where file.imports.contains(where: { $0.hasPrefix("Foundation") }) {
            Issue.record("\(file.path) imports Foundation")
        }
    }

    @Test func thereIsNoSQLOutsideTheStores() throws {
        let statement = try Regex(
            #"(?i)"[^"\n]*\b(select\s.+\sfrom|insert\s+(or\s+\w+\s+)?into|delete\s+from|update\s+\w+\s+set|create\s+(table|index))\b"#
        )
        // The load generator measures SQLite by itself, to have something to compare with.
        for file in files where !file.target.hasPrefix("Store") && file.target != "Bench" {
            if file.path.hasPrefix("Sources/ClientKit/Store/") { continue }
            for line in file.text.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                if line.contains(statement) { Issue.record("\(file.path) holds SQL: \(line)") }
            }
        }
    }

    @Test func importsAreReadInEveryForm() {
        let text = """
            import A
            package import B
            @preconcurrency internal import C
            import struct D.Inner
            import E.Submodule
            // import F
            let text = "import G"
            """
        #expect(SourceFile(target: "", path: "", text: text).imports == ["A", "B", "C", "D", "E"])
    }
}
