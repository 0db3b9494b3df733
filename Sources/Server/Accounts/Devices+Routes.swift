import HTTP
import JSON
import MatrixAPI
import Store

/// `/devices`, `/delete_devices`, `/logout`.
///
/// Source: Client-Server API, `device_management.yaml`, `logout.yaml`.
extension Devices: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/devices") { [self] request in
            let devices = try await all(of: request.user)
            return .object { object in
                object.array("devices") { array in
                    for device in devices { array.object { Self.write(device, into: &$0) } }
                }
            }
        }
        routes.add(.get, "/_matrix/client/v3/devices/{deviceId}") { [self] request in
            let device = try await device(try Self.deviceID(request.parameter("deviceId")), of: request.user)
            return .object { Self.write(device, into: &$0) }
        }
        routes.add(.put, "/_matrix/client/v3/devices/{deviceId}") { [self] request in
            let id = try Self.deviceID(request.parameter("deviceId"))
            if request.session.service != nil {
                try await make(
                    id, of: request.user, named: request.body.optionalString("display_name"))
            } else if let name = try request.body.optionalString("display_name") {
                try await rename(id, of: request.user, to: name)
            } else {
                _ = try await device(id, of: request.user)
            }
            return .empty
        }
        addDeletion(to: &routes)
        addLogout(to: &routes)
    }

    private func addDeletion(to routes: inout Routes) {
        routes.add(.delete, "/_matrix/client/v3/devices/{deviceId}", authentication: .membersOnly) { [self] request in
            let id = try Self.deviceID(request.parameter("deviceId"))
            return try await authentication.perform(request, flows: [[.password]]) { _ in
                try await delete([id], of: request.user)
                return .empty
            }
        }
        routes.add(.post, "/_matrix/client/v3/delete_devices", authentication: .membersOnly) { [self] request in
            try await authentication.perform(request, flows: [[.password]]) { authorised in
                _ = try authorised.parameters.required("devices")
                let ids = try authorised.parameters.optionalStrings("devices").map(Self.deviceID)
                try await delete(ids, of: request.user)
                return .empty
            }
        }
    }

    /// A locked account may do nothing but this, so that the token is looked at here.
    ///
    /// Source: Client-Server API, "Account locking".
    private func addLogout(to routes: inout Routes) {
        routes.add(.post, "/_matrix/client/v3/logout", authentication: .none) { [self] request in
            let (user, device) = try await owner(of: request)
            try await delete([device], of: user)
            return .empty
        }
        routes.add(.post, "/_matrix/client/v3/logout/all", authentication: .none) { [self] request in
            try await deleteAll(of: try await owner(of: request).user)
            return .empty
        }
    }

    private func owner(of request: Request) async throws -> (user: UserID, device: DeviceID) {
        guard let token = try MatrixApplication.accessToken(request.head) else {
            throw MatrixError(401, .missingToken, "Missing access token")
        }
        return try await sessions.device(forToken: token)
    }

    /// - Throws: `M_INVALID_PARAM` when it can't be a device's identifier.
    static func deviceID(_ text: String) throws -> DeviceID {
        guard let id = DeviceID(text) else { throw MatrixError.invalidParam("Not a valid device ID") }
        return id
    }

    private static func write(_ device: StoredDevice, into object: inout JSONWriter) {
        object.member("device_id", device.id.string)
        object.memberIfPresent("display_name", device.displayName)
        object.memberIfPresent("last_seen_ip", device.lastSeenAddress)
        object.memberIfPresent("last_seen_ts", device.lastSeen)
    }
}
