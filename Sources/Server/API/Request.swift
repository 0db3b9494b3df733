package import EventLoop
package import HTTP
package import JSON
package import MatrixAPI

/// A request that found its endpoint: authenticated, with path parameters decoded and the body parsed.
package struct Request: Sendable {
    package let head: HTTPRequestHead
    package let loop: EventLoop
    /// Number of the request, for the log.
    package let id: UInt64
    /// When its head was there, before it was authenticated.
    package let received: MonotonicTime
    let parameters: [(name: String, value: String)]
    /// The body; an empty object when there was none.
    package let body: JSONValue
    /// The body of an endpoint that takes it part by part.
    package let stream: RequestBody?
    let authenticated: Session?

    /// The session of an endpoint that requires one.
    package var session: Session {
        guard let authenticated else { preconditionFailure("endpoint without authentication asks for a session") }
        return authenticated
    }
    package var optionalSession: Session? { authenticated }
    package var user: UserID { session.user }

    /// That the member may act, and not only look.
    /// - Throws: `M_USER_SUSPENDED`. Source: Client-Server API, "Account suspension".
    package func requireNotSuspended() throws {
        if authenticated?.isSuspended == true { throw MatrixError.userSuspended }
    }

    /// A path parameter, percent-decoded.
    package func parameter(_ name: String) -> String {
        guard let found = parameters.first(where: { $0.name == name }) else {
            preconditionFailure("no path parameter \(name) in \(head.path)")
        }
        return found.value
    }

    /// - Throws: `M_INVALID_PARAM` when it is not such an identifier.
    package func identifier<ID: MatrixIdentifier>(_ name: String, _ type: ID.Type = ID.self) throws -> ID {
        guard let id = ID(parameter(name)) else { throw MatrixError.invalidParam("Not a valid \(name)") }
        return id
    }
    package func roomID() throws -> RoomID { try identifier("roomId") }
    package func userID() throws -> UserID { try identifier("userId") }
    package func eventID() throws -> EventID { try identifier("eventId") }

    /// A query parameter, decoded.
    package func query(_ name: String) -> String? { head.queryValue(name) }

    /// - Throws: `M_INVALID_PARAM` when it is there and not an integer in `range`.
    package func query(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = query(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw MatrixError.invalidParam("\(name) must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// - Throws: `M_INVALID_PARAM` when it is there and neither `true` nor `false`.
    package func queryFlag(_ name: String) throws -> Bool {
        switch query(name) {
        case nil, "false": false
        case "true": true
        default: throw MatrixError.invalidParam("\(name) must be true or false")
        }
    }
}
