/// How much a member may do in a room: an integer, or what creators have from room version 12 on.
///
/// Source: Client-Server API, `m.room.power_levels`; Room Version 12, "Authorisation rules".
package enum PowerLevel: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    case level(Int64)
    /// Greater than any integer; not greater than another creator's.
    case infinite

    package init(integerLiteral value: Int64) { self = .level(value) }

    package var description: String {
        switch self {
        case .level(let value): "\(value)"
        case .infinite: "infinite"
        }
    }
}
