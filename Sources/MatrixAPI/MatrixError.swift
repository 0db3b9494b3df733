package import JSON

/// An error that a client is told: HTTP status, `errcode`, and a sentence for people.
///
/// Source: Client-Server API, "Standard error response".
package struct MatrixError: Error, Sendable {
    package let status: Int
    package let code: Code
    package let message: String
    /// Further members of the answer, e.g. `retry_after_ms`; each value is JSON.
    package var extra: [(name: String, value: RawJSON)] = []

    package init(_ status: Int, _ code: Code, _ message: String, extra: [(name: String, value: RawJSON)] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra
    }

    /// The `errcode` of an error.
    package struct Code: Hashable, Sendable, ExpressibleByStringLiteral {
        package let string: String
        package init(stringLiteral value: String) { string = value }

        package static let forbidden: Code = "M_FORBIDDEN"
        package static let unknownToken: Code = "M_UNKNOWN_TOKEN"
        package static let missingToken: Code = "M_MISSING_TOKEN"
        package static let userLocked: Code = "M_USER_LOCKED"
        package static let userSuspended: Code = "M_USER_SUSPENDED"
        package static let userDeactivated: Code = "M_USER_DEACTIVATED"
        package static let badJSON: Code = "M_BAD_JSON"
        package static let notJSON: Code = "M_NOT_JSON"
        package static let notFound: Code = "M_NOT_FOUND"
        package static let limitExceeded: Code = "M_LIMIT_EXCEEDED"
        package static let unrecognized: Code = "M_UNRECOGNIZED"
        package static let unknown: Code = "M_UNKNOWN"
        package static let userInUse: Code = "M_USER_IN_USE"
        package static let invalidUsername: Code = "M_INVALID_USERNAME"
        package static let roomInUse: Code = "M_ROOM_IN_USE"
        package static let invalidRoomState: Code = "M_INVALID_ROOM_STATE"
        package static let unsupportedRoomVersion: Code = "M_UNSUPPORTED_ROOM_VERSION"
        package static let guestAccessForbidden: Code = "M_GUEST_ACCESS_FORBIDDEN"
        package static let missingParam: Code = "M_MISSING_PARAM"
        package static let invalidParam: Code = "M_INVALID_PARAM"
        package static let tooLarge: Code = "M_TOO_LARGE"
        package static let exclusive: Code = "M_EXCLUSIVE"
        package static let weakPassword: Code = "M_WEAK_PASSWORD"
        package static let badAlias: Code = "M_BAD_ALIAS"
        package static let wrongRoomKeysVersion: Code = "M_WRONG_ROOM_KEYS_VERSION"
        package static let resourceLimitExceeded: Code = "M_RESOURCE_LIMIT_EXCEEDED"
        package static let cannotLeaveServerNoticeRoom: Code = "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM"
        package static let invalidSignature: Code = "M_INVALID_SIGNATURE"
        package static let notYetUploaded: Code = "M_NOT_YET_UPLOADED"
        package static let threepidAuthFailed: Code = "M_THREEPID_AUTH_FAILED"
        package static let threepidDenied: Code = "M_THREEPID_DENIED"
        package static let threepidInUse: Code = "M_THREEPID_IN_USE"
        package static let threepidNotFound: Code = "M_THREEPID_NOT_FOUND"
        package static let unactionable: Code = "M_UNABLE_TO_AUTHORISE_JOIN"
    }

    /// The body of the answer.
    package var body: [UInt8] {
        JSONWriter.object { object in
            object.member("errcode", code.string)
            object.member("error", message)
            for (name, value) in extra { object.member(name, value) }
        }
    }
}

extension MatrixError {
    package static func forbidden(_ message: String) -> MatrixError { MatrixError(403, .forbidden, message) }
    package static let userSuspended = MatrixError(
        403, .userSuspended, "Your account is suspended: you can read, leave, and take back what you wrote")
    package static func notFound(_ message: String) -> MatrixError { MatrixError(404, .notFound, message) }
    package static func badJSON(_ message: String) -> MatrixError { MatrixError(400, .badJSON, message) }
    package static func missingParam(_ name: String) -> MatrixError {
        MatrixError(400, .missingParam, "Missing parameter: \(name)")
    }
    package static func invalidParam(_ message: String) -> MatrixError { MatrixError(400, .invalidParam, message) }
    package static func invalidSignature(_ message: String) -> MatrixError {
        MatrixError(400, .invalidSignature, message)
    }
    package static func unrecognized() -> MatrixError { MatrixError(404, .unrecognized, "Unrecognized request") }
    /// - Parameter retryAfter: how long to wait, told in the body and in `Retry-After`.
    package static func limitExceeded(retryAfter: Duration) -> MatrixError {
        let (seconds, attoseconds) = retryAfter.components
        let milliseconds = max(1, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        return MatrixError(
            429, .limitExceeded, "Too many requests",
            extra: [("retry_after_ms", RawJSON(Array(String(milliseconds).utf8)))])
    }
}
