import HTTP
import JSON
import MatrixAPI
import Store

/// `/pushers`
///
/// Source: Client-Server API, `pusher.yaml`.
extension Pushers: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/pushers") { [self] request in
            let pushers = try await all(of: request.user)
            return .object { object in
                object.array("pushers") { list in
                    for pusher in pushers { list.object { Self.write(pusher, to: &$0) } }
                }
            }
        }
        routes.add(
            .post, "/_matrix/client/v3/pushers/set", authentication: .membersOnly, maximumBodyBytes: 65_536
        ) { [self] request in
            let body = request.body
            guard let kind = body["kind"] else { throw MatrixError.missingParam("kind") }
            let appID = try body.requiredString("app_id")
            let pushkey = try body.requiredString("pushkey")
            guard appID.count <= 64 else { throw MatrixError.invalidParam("app_id has at most 64 characters") }
            guard pushkey.utf8.count <= 512 else { throw MatrixError.invalidParam("pushkey has at most 512 bytes") }
            if kind.isNull {
                try await remove(appID: appID, pushkey: pushkey, of: request.user)
            } else {
                try await set(try Self.wish(body, appID: appID, pushkey: pushkey), for: request.session)
            }
            return .empty
        }
    }

    private static func wish(_ body: JSONValue, appID: String, pushkey: String) throws -> Wish {
        guard let data = try body.optionalObject("data") else { throw MatrixError.missingParam("data") }
        return Wish(
            kind: try body.requiredString("kind"), appID: appID, pushkey: pushkey,
            appDisplayName: try body.requiredString("app_display_name"),
            deviceDisplayName: try body.requiredString("device_display_name"),
            profileTag: try body.optionalString("profile_tag"), language: try body.requiredString("lang"), data: data,
            appends: try body.optionalBool("append") ?? false)
    }

    private static func write(_ pusher: StoredPusher, to object: inout JSONWriter) {
        object.member("pushkey", pusher.pushkey)
        object.member("kind", pusher.kind)
        object.member("app_id", pusher.appID)
        object.member("app_display_name", pusher.appDisplayName)
        object.member("device_display_name", pusher.deviceDisplayName)
        object.memberIfPresent("profile_tag", pusher.profileTag)
        object.member("lang", pusher.language)
        object.member("data", RawJSON(pusher.data))
    }
}
