/// A command of the program, described: its options, arguments and commands below it. Parsing, help and error
/// messages all come from this.
struct CommandSpecification: Sendable {
    struct Option: Sendable {
        enum Kind: Sendable, Equatable {
            /// Stands alone: `--guests`.
            case flag
            /// Takes a value: `--data DIR` or `--data=DIR`.
            case value(placeholder: String)
            /// Takes a value and may stand several times.
            case repeated(placeholder: String)
        }

        /// With its dashes: `--data`.
        let name: String
        let kind: Kind
        let summary: String

        init(_ name: String, _ kind: Kind = .flag, _ summary: String) {
            self.name = name
            self.kind = kind
            self.summary = summary
        }
    }

    struct Argument: Sendable {
        enum Count: Sendable {
            case one
            /// May be absent; the last one only.
            case optional
            /// Any number, none too; the last one only.
            case many
        }

        let name: String
        let summary: String
        var count = Count.one
    }

    let name: String
    let summary: String
    /// Shown below the summary by `--help`.
    var discussion = ""
    var options: [Option] = []
    /// In order. A command that has commands too takes a word that is none of them as an argument.
    var arguments: [Argument] = []
    var commands: [CommandSpecification] = []
}
