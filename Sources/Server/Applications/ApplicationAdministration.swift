import HTTP
import JSON
import MatrixAPI
import Store

/// What `mado app` asks of a server, over the socket in the data folder.
package struct ApplicationAdministration: RouteProviding {
    private let applications: Applications

    package init(applications: Applications) { self.applications = applications }

    package func addRoutes(to routes: inout Routes) {
        func add(_ method: HTTPMethod, _ path: String, _ handler: @escaping Route.Handler) {
            routes.add(method, path, authentication: .none, limit: .unlimited) { request in
                try await applications.portal.prepare()
                return try await handler(request)
            }
        }
        add(.get, "/apps") { _ in try await list() }
        add(.post, "/apps") { try await make($0) }
        add(.delete, "/apps/{name}") { request in
            let room = try await room(request)
            try await applications.remove(room.id)
            return .object { $0.member("name", room.name) }
        }
        add(.get, "/apps/{name}/submissions") { try await submissions($0) }
    }

    private func room(_ request: Request) async throws -> PortalRoom {
        try await applications.portal.room(named: request.parameter("name"), ofType: .app)
    }

    private func list() async throws -> Answer {
        let all = try await applications.all()
        return .object { object in
            object.array("applications") { list in
                for (room, application) in all {
                    list.object { entry in
                        entry.member("room_id", room.id.string)
                        entry.member("name", room.name)
                        entry.memberIfPresent("title", room.description["title"]?.string)
                        entry.memberIfPresent("program", application?.program)
                        entry.memberIfPresent("input", application?.input.rawValue)
                        entry.member("members", room.room.joinedCount)
                    }
                }
            }
        }
    }

    /// `POST /apps` with `name`, `form`, `program`, `input`, `timeout_ms`, `default_subscribed`.
    private func make(_ request: Request) async throws -> Answer {
        let body = request.body
        var wish = Applications.Creation(
            name: try body.requiredString("name"), form: try body.required("form"),
            program: try body.requiredString("program"))
        if let name = try body.optionalString("input") {
            guard let input = StoredApplication.Input(rawValue: name) else {
                let all = StoredApplication.Input.allCases.map(\.rawValue).joined(separator: ", ")
                throw MatrixError.invalidParam("input is one of \(all)")
            }
            wish.input = input
        }
        if let timeout = try body.optionalInt("timeout_ms") {
            guard (1000...3_600_000).contains(timeout) else {
                throw MatrixError.invalidParam("A program has from 1 s to 1 h for a submission")
            }
            wish.timeout = .milliseconds(timeout)
        }
        wish.isDefaultSubscribed = try body.optionalBool("default_subscribed") ?? false
        let id = try await applications.set(wish)
        return .object { $0.member("room_id", id.string) }
    }

    /// `GET /apps/{name}/submissions?before=…`: at most 500, newest first.
    private func submissions(_ request: Request) async throws -> Answer {
        let before = try request.query("before", in: 1...Int.max) ?? Int.max
        let found = try await applications.submissions(
            to: room(request).id, of: nil, before: Int64(before), limit: 500)
        return .object { object in
            object.array("submissions") { list in
                for submission in found {
                    list.object { entry in
                        Applications.write(submission, into: &entry)
                        entry.member("number", submission.number)
                        entry.member("user_id", submission.user.string)
                        entry.member("created_ts", submission.created)
                        entry.member("fields", Applications.fields(of: submission))
                    }
                }
            }
            if found.count == 500, let last = found.last { object.member("next_before", last.number) }
        }
    }
}
