import HTTP
import JSON
import MatrixAPI

/// Source: Client-Server API, "Receipts", "Fully read markers".
extension Receipts: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let room = "/_matrix/client/v3/rooms/{roomId}"
        routes.add(.post, "\(room)/receipt/{receiptType}/{eventId}") { [self] request in
            guard let kind = Kind(rawValue: request.parameter("receiptType")) else {
                throw MatrixError.invalidParam("There are no receipts of the type \(request.parameter("receiptType"))")
            }
            let mark = Mark(kind, try request.eventID(), thread: try Self.thread(request.body, kind))
            try await set([mark], in: request.roomID(), by: request.user)
            return .empty
        }
        routes.add(.post, "\(room)/read_markers") { [self] request in
            var marks: [Mark] = []
            for kind in Kind.allCases {
                guard let text = try request.body.optionalString(kind.rawValue) else { continue }
                guard let event = EventID(text) else {
                    throw MatrixError.invalidParam("\(kind.rawValue) is not an event ID")
                }
                marks.append(Mark(kind, event))
            }
            try await set(marks, in: request.roomID(), by: request.user)
            return .empty
        }
    }

    private static func thread(_ body: JSONValue, _ kind: Kind) throws -> String? {
        guard let value = body["thread_id"] else { return nil }
        guard let thread = value.string, !thread.isEmpty, kind != .fullyRead, thread == "main" || EventID(thread) != nil
        else { throw MatrixError.invalidParam("thread_id must be main or the event ID of a thread's root") }
        return thread
    }
}
