import JSON
import MatrixAPI

/// Who logs in, as clients write it.
///
/// Source: Client-Server API, "Identifier types".
package enum LoginIdentifier: Sendable {
    /// A localpart, or a whole user identifier.
    case name(String)
    /// An address of mail, in lower case.
    case address(String)

    /// From a body that has `identifier`, or `user` as older clients write it.
    /// - Throws: `M_UNKNOWN` for a kind of identifier that is not known here.
    init(_ body: JSONValue) throws {
        guard let identifier = try body.optionalObject("identifier") else {
            self = .name(try body.requiredString("user"))
            return
        }
        switch try identifier.requiredString("type") {
        case "m.id.user": self = .name(try identifier.requiredString("user"))
        case "m.id.thirdparty" where try identifier.requiredString("medium") == "email":
            self = .address(try identifier.requiredString("address").lowercased())
        default: throw MatrixError(400, .unknown, "Only m.id.user and addresses of mail are known as identifiers")
        }
    }
}
