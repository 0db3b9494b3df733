import HTTP
import JSON
import MatrixAPI

/// Source: Client-Server API, "Getting events for a room".
extension Rooms {
    func addStateRoutes(to routes: inout Routes) {
        let room = "/_matrix/client/v3/rooms/{roomId}"
        routes.add(.get, "\(room)/state") { [self] request in
            let state = try await state(of: request.roomID(), for: request.user)
            let encoding = encoding(for: request)
            return .json(JSONWriter.array { list in for event in state { list.value(encoding.encodeState(event)) } })
        }
        routes.add(.get, "\(room)/state/{eventType}/{stateKey...}") { [self] request in
            let key = StateKey(request.parameter("eventType"), request.parameter("stateKey"))
            let event = try await stateEvent(key, of: request.roomID(), for: request.user)
            switch request.query("format") {
            case nil, "content": return .json(Array(event.contentBytes))
            case "event": return .json(Array(encoding(for: request).encodeState(event).bytes))
            default: throw MatrixError.invalidParam("format must be content or event")
            }
        }
        routes.add(.get, "\(room)/members") { [self] request in
            let selection = try MemberSelection(
                membership: request.membership("membership"), notMembership: request.membership("not_membership"))
            let members = try await members(
                of: request.roomID(), for: request.user, at: request.timelineToken("at"), selection)
            let encoding = encoding(for: request)
            return .object { object in
                object.array("chunk") { list in for event in members { list.value(encoding.encodeState(event)) } }
            }
        }
        routes.add(.get, "\(room)/joined_members") { [self] request in
            let members = try await joinedMembers(of: request.roomID(), for: request.user)
            return .object { object in
                object.object("joined") { joined in
                    for event in members { joined.member(event.stateKey ?? "", Self.profile(event)) }
                }
            }
        }
    }

    private static func profile(_ member: Event) -> RawJSON {
        let content = member.content
        return RawJSON(
            JSONWriter.object { object in
                object.memberIfPresent("display_name", content["displayname"]?.string)
                object.memberIfPresent("avatar_url", content["avatar_url"]?.string)
            })
    }
}
