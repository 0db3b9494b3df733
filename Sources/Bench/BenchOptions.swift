import Glibc

/// The command line.
struct BenchOptions {
    static let usage = """
        usage: mado-bench [all|WORK]... [OPTION]...
               mado-bench seed --data DIR [OPTION]...

        WORK: \(BenchWork.allCases.map(\.rawValue).joined(separator: ", "))

        seed makes the large store and keeps it, for a server to be started on.

        --data DIR       where `seed` makes it; there must be nothing
        --server FILE    the `mado` to measure (default: beside mado-bench)
        --arcade FILE    the `mado-arcade` to measure (default: beside mado-bench)
        --nginx FILE     nginx, for comparison (default: nginx)
        --synapse FILE   synapse_homeserver, for comparison (default: synapse_homeserver)
        --folder DIR     where stores are kept meanwhile; on the disk that counts (default: .)
        --results FILE   write the report there too
        --seconds N      length of one round (default: 2)
        --rounds N       rounds of each measurement (default: 3)
        --idle N         members who wait, for their memory (default: 2000)
        --members N      members of one large room, or connected at once (default: 10000)
        --events N       events of a large store (default: 1000000)
        --sessions N     joint sessions at the arcade (default: 2000)
        """

    var works: [String] = []
    /// Where a large store is to be made that stays; nil to measure.
    var seed: String?
    var server = ""
    var arcade = ""
    var nginx = "nginx"
    var synapse = "synapse_homeserver"
    var folder = "."
    var results: String?
    var seconds = 2.0
    var rounds = 3
    var idleMembers = 2000
    var members = 10_000
    var events = 1_000_000
    var sessions = 2000

    init(_ words: [String], program: String) throws(BenchError) {
        server = (program.split(separator: "/", omittingEmptySubsequences: false).dropLast() + ["mado"])
            .joined(separator: "/")
        arcade = server + "-arcade"
        var words = words[...]
        while let word = words.popFirst() {
            guard word.hasPrefix("--") else {
                works.append(word)
                continue
            }
            guard let value = words.popFirst() else { throw BenchError("\(word) needs a value\n\(Self.usage)") }
            switch word {
            case "--data": seed = value
            case "--server": server = value
            case "--arcade": arcade = value
            case "--nginx": nginx = value
            case "--synapse": synapse = value
            case "--folder": folder = value
            case "--results": results = value
            case "--seconds": seconds = try Self.number(value, of: word)
            case "--rounds": rounds = Int(try Self.number(value, of: word))
            case "--idle": idleMembers = Int(try Self.number(value, of: word))
            case "--members": members = Int(try Self.number(value, of: word))
            case "--events": events = Int(try Self.number(value, of: word))
            case "--sessions": sessions = Int(try Self.number(value, of: word))
            default: throw BenchError("\(word) is not known\n\(Self.usage)")
            }
        }
        guard (works == ["seed"]) == (seed != nil) else { throw BenchError("seed needs --data DIR\n\(Self.usage)") }
        if seed != nil {
            works = []
            return
        }
        if works.isEmpty || works == ["all"] { works = BenchWork.allCases.map(\.rawValue) }
        for work in works where BenchWork(rawValue: work) == nil {
            throw BenchError("\(work) is not known\n\(Self.usage)")
        }
    }

    private static func number(_ text: String, of option: String) throws(BenchError) -> Double {
        guard let value = Double(text), value > 0, value <= 10_000_000 else {
            throw BenchError("\(option) \(text): not a number that makes sense")
        }
        return value
    }
}

/// What can be measured.
enum BenchWork: String, CaseIterable {
    case small, sends, wake, idle, fanout, presence, storm, media, large, growth, synapse, sessions
}
