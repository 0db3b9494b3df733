/// A program that the user has put on the list of those that the server may ask for.
package struct RegisteredProgram: Sendable, Equatable, Identifiable {
    /// What instructions call it.
    package var name: String
    /// The program with its arguments, in the words of a command line; no shell reads it.
    package var command: String
    package var id: String { name }

    package init(name: String, command: String) {
        self.name = name
        self.command = command
    }
}
