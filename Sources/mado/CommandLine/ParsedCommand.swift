/// A command line that fits the specification.
struct ParsedCommand: Equatable {
    /// The names of the commands, the program's own left out: `["member", "add"]`.
    let path: [String]
    /// Options in the order given; the value of a flag is empty.
    let options: [(name: String, value: String)]
    /// By the names of the specification.
    let arguments: [String: String]
    /// Those of the last argument, where that takes any number.
    var many: [String] = []
    /// `--help` was among them; then nothing is missing for want of arguments.
    let wantsHelp: Bool

    func has(_ option: String) -> Bool { options.contains { $0.name == option } }
    /// The last value given.
    func value(_ option: String) -> String? { options.last { $0.name == option }?.value }
    /// All values of an option that may stand several times.
    func values(_ option: String) -> [String] { options.filter { $0.name == option }.map(\.value) }

    static func == (left: ParsedCommand, right: ParsedCommand) -> Bool {
        left.path == right.path && left.arguments == right.arguments && left.many == right.many
            && left.wantsHelp == right.wantsHelp
            && left.options.elementsEqual(right.options) { $0.name == $1.name && $0.value == $1.value }
    }
}
