import Foundation

/// The table in `docs/architecture.md`: which target may import which.
struct ImportTable {
    /// Every file may import these.
    static let everywhere: Set<String> = ["Glibc", "Synchronization", "Swift"]

    let allowed: [(target: String, imports: Set<String>)]

    init(parsing text: String) {
        allowed = text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            guard cells.count == 5, let target = Self.names(in: cells[1]).first else { return nil }
            return (target, Set(Self.names(in: cells[2])))
        }
    }

    func imports(of target: String) -> Set<String>? { allowed.first { $0.target == target }?.imports }

    /// What stands between back-ticks.
    private static func names(in cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
