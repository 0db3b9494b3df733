/// Why a change of push rules is refused.
package enum PushRuleError: Error, Hashable, Sendable {
    /// There is no such rule.
    case notFound
    /// The identifier is empty, too long, or has a slash or backslash.
    case invalidID
    /// The identifier starts with a dot, or the rule is the server's own and cannot be deleted or moved.
    case reserved
    /// The rule named in `before` or `after` is not there.
    case neighbourNotFound(String)
    /// A member of the body that has to be there.
    case missing(String)
    /// A member of the body that is not what it must be.
    case malformed(String)
    /// More of something than a member may have.
    case tooMany(String)

    /// The answer to the client whose request this was.
    package var matrixError: MatrixError {
        switch self {
        case .notFound: .notFound("The push rule was not found")
        case .invalidID: .invalidParam("Not an identifier for a push rule")
        case .reserved: .invalidParam("Push rules with a dot in front are the server's own")
        case .neighbourNotFound(let id): MatrixError(400, .unknown, "before/after rule not found: \(id)")
        case .missing(let name): .missingParam(name)
        case .malformed(let name): .invalidParam("\(name) is not what it must be")
        case .tooMany(let what): .invalidParam("Too many \(what)")
        }
    }
}
