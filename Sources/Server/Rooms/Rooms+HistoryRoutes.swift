import HTTP
import JSON
import MatrixAPI
import Store

/// Source: Client-Server API, "Getting events for a room", "Event context".
extension Rooms {
    /// The longest page of history.
    private static let maximumLimit = 1000

    func addHistoryRoutes(to routes: inout Routes) {
        let room = "/_matrix/client/v3/rooms/{roomId}"
        routes.add(.get, "\(room)/messages") { [self] request in
            let filter = try request.roomEventFilter()
            let page = try await messages(
                in: request.roomID(), for: request.user, from: request.timelineToken("from"),
                to: request.timelineToken("to"), order: request.timelineOrder(),
                limit: request.limit(default: filter.limit ?? 10, maximum: Self.maximumLimit), filter: filter)
            let encoding = encoding(for: request)
            return .object { object in
                object.member("start", page.start.description)
                object.memberIfPresent("end", page.end?.description)
                object.array("chunk") { list in for event in page.events { list.value(encoding.encode(event)) } }
                guard !page.members.isEmpty else { return }
                object.array("state") { list in for event in page.members { list.value(encoding.encodeState(event)) } }
            }
        }
        routes.add(.get, "/_matrix/client/v1/rooms/{roomId}/timestamp_to_event") { [self] request in
            guard let time = try request.query("ts", in: 0...Int.max) else { throw MatrixError.missingParam("ts") }
            let event = try await event(
                closestTo: Int64(time), in: request.roomID(), for: request.user, order: request.timelineOrder())
            return .object { object in
                object.member("event_id", event.eventID.string)
                object.member("origin_server_ts", event.timestamp)
            }
        }
        routes.add(.get, "\(room)/event/{eventId}") { [self] request in
            let event = try await event(request.eventID(), in: request.roomID(), for: request.user)
            return .json(Array(encoding(for: request).encode(event).bytes))
        }
        routes.add(.get, "\(room)/context/{eventId}") { [self] request in
            let context = try await context(
                of: request.eventID(), in: request.roomID(), for: request.user,
                limit: request.limit(default: 10, maximum: Self.maximumLimit), filter: request.roomEventFilter())
            let encoding = encoding(for: request)
            return .object { object in
                object.member("start", context.start.description)
                object.member("end", context.end.description)
                object.member("event", encoding.encode(context.event))
                object.array("events_before") { list in
                    for event in context.before { list.value(encoding.encode(event)) }
                }
                object.array("events_after") { list in
                    for event in context.after { list.value(encoding.encode(event)) }
                }
                object.array("state") { list in for event in context.state { list.value(encoding.encodeState(event)) } }
            }
        }
    }
}

extension Request {
    /// - Parameter standard: for a request that does not say; nil when it must.
    /// - Throws: `M_MISSING_PARAM`, `M_INVALID_PARAM`.
    func timelineOrder(default standard: TimelineOrder? = nil) throws -> TimelineOrder {
        switch query("dir") {
        case "b": return .backward
        case "f": return .forward
        case nil:
            guard let standard else { throw MatrixError.missingParam("dir") }
            return standard
        default: throw MatrixError.invalidParam("dir must be b or f")
        }
    }
}
