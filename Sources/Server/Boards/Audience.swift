package import JSON
package import MatrixAPI

/// For whom an announcement is.
package enum Audience: Hashable, Sendable {
    /// Every member.
    case all
    /// The members of a room.
    case group(RoomID)
    /// The members with a portal role.
    case role(String)

    /// - Throws: `M_INVALID_PARAM`.
    package init(_ value: JSONValue) throws {
        switch value["kind"]?.string {
        case "all": self = .all
        case "group":
            guard let room = RoomID(value["room_id"]?.string ?? "") else {
                throw MatrixError.invalidParam("The audience group needs a room_id")
            }
            self = .group(room)
        case "role":
            guard let role = value["role"]?.string, (1...64).contains(role.utf8.count) else {
                throw MatrixError.invalidParam("The audience role needs a role")
            }
            self = .role(role)
        default: throw MatrixError.invalidParam("The kind of an audience is all, group or role")
        }
    }

    package var json: JSONValue {
        .object { object in
            switch self {
            case .all: object.member("kind", "all")
            case .group(let room):
                object.member("kind", "group")
                object.member("room_id", room.string)
            case .role(let role):
                object.member("kind", "role")
                object.member("role", role)
            }
        }
    }
}
