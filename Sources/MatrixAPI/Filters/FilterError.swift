/// Why a filter is refused: the member that is not what it must be, and what that is.
package struct FilterError: Error, Hashable, Sendable {
    package let member: String
    package let expected: String

    init(_ member: String, _ expected: String) {
        self.member = member
        self.expected = expected
    }

    /// The answer to the client whose request this was.
    package var matrixError: MatrixError { .badJSON("\(member) of the filter must be \(expected)") }
}
