import HTTP
import JSON
import MatrixAPI
import Store

/// Submissions on the clients' port.
extension Applications: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let path = "/_mado/v1/apps/{roomId}/submissions"
        routes.add(.put, path + "/{submissionId}", authentication: .membersOnly, limit: .message) { [self] request in
            try request.requireNotSuspended()
            let submission = try await submit(
                request.parameter("submissionId"), request.body, to: request.roomID(), by: request.user)
            return .object { Self.write(submission, into: &$0) }
        }
        routes.add(.get, path, authentication: .membersOnly) { [self] request in
            let room = try request.roomID()
            let limit = try request.query("limit", in: 1...500) ?? 100
            let before = try request.query("before", in: 1...Int.max) ?? Int.max
            let own = try await submissions(to: room, of: request.user, before: Int64(before), limit: limit)
            return .object { object in
                object.array("submissions") { list in
                    for submission in own {
                        list.object { entry in
                            Self.write(submission, into: &entry)
                            entry.member("created_ts", submission.created)
                            entry.member("fields", Self.fields(of: submission))
                        }
                    }
                }
                if own.count == limit, let last = own.last { object.member("next_before", last.number) }
            }
        }
    }

    static func write(_ submission: StoredSubmission, into object: inout JSONWriter) {
        object.member("submission_id", submission.id)
        let state =
            switch submission.state {
            case .accepted: "accepted"
            case .answered: "answered"
            case .failed: "failed"
            }
        object.member("state", state)
        object.memberIfPresent("answer", submission.answer.map { RawJSON($0) })
    }

    static func fields(of submission: StoredSubmission) -> JSONValue {
        let body = try? JSONValue.parse(submission.body, limits: .stored)
        return body?["fields"] ?? .emptyObject
    }
}
