import HTTP
import JSON
import MatrixAPI
import Store

extension DeviceKeys: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let v3 = "/_matrix/client/v3/keys/"
        routes.add(.post, v3 + "upload") { [self] in try await upload($0) }
        // Clients of the first years named their device in the path.
        routes.add(.post, v3 + "upload/{deviceId}") { [self] in try await upload($0) }
        routes.add(.post, v3 + "query") { [self] in try await query($0) }
        routes.add(.post, v3 + "claim") { [self] in try await claim($0) }
        for version in [v3, "/_matrix/client/unstable/keys/"] {
            routes.add(.post, version + "device_signing/upload") { [self] in try await uploadCrossSigningKeys($0) }
            routes.add(.post, version + "signatures/upload") { [self] in try await uploadSignatures($0) }
        }
    }

    /// `POST /_matrix/client/v3/keys/upload`.
    private func upload(_ request: Request) async throws -> Answer {
        let session = request.session
        guard session.hasDevice else { throw MatrixError.missingParam("device_id") }
        let keys = try DeviceKeyUpload(request.body, user: session.user, device: session.device)
        let left = try await upload(keys, of: session.user, device: session.device)
        return .object { body in
            body.object("one_time_key_counts") { counts in
                for (algorithm, count) in left.sorted(by: { $0.key < $1.key }) { counts.member(algorithm, count) }
                if left["signed_curve25519"] == nil { counts.member("signed_curve25519", 0) }
            }
        }
    }

    /// Members in one query, at most.
    static let maximumQueried = 10_000

    /// `POST /_matrix/client/v3/keys/query`.
    private func query(_ request: Request) async throws -> Answer {
        guard let asked = try request.body.required("device_keys").object else {
            throw MatrixError.badJSON("device_keys must be an object")
        }
        guard asked.count <= Self.maximumQueried else {
            throw MatrixError(413, .tooLarge, "Ask for the keys of at most \(Self.maximumQueried) users at a time")
        }
        var wanted: [UserID: [DeviceID]] = [:]
        for (name, devices) in asked {
            guard let user = UserID(name) else { throw MatrixError.invalidParam("\(name) is not a user ID") }
            // Older clients sent null or an object for "all devices".
            wanted[user] = (devices.array.map(Array.init) ?? []).compactMap { $0.string.flatMap(DeviceID.init) }
        }
        let found = try await query(wanted, viewer: request.user)
        return .object { body in
            body.object("failures") { _ in }
            body.object("device_keys") { users in
                // Also who has no device left: the client is to forget those that it knows.
                for member in found {
                    users.object(member.user.string) { devices in
                        for (id, keys) in member.devices { devices.member(id.string, RawJSON(keys)) }
                    }
                }
            }
            for usage in ["master", "self_signing", "user_signing"] {
                body.object("\(usage)_keys") { users in
                    for member in found {
                        if let key = member.crossSigning[usage] { users.member(member.user.string, RawJSON(key)) }
                    }
                }
            }
        }
    }

    /// `POST /_matrix/client/v3/keys/claim`.
    private func claim(_ request: Request) async throws -> Answer {
        guard let asked = try request.body.required("one_time_keys").object else {
            throw MatrixError.badJSON("one_time_keys must be an object")
        }
        var wanted: [(user: UserID, device: DeviceID, algorithm: String)] = []
        for (name, devices) in asked {
            guard let user = UserID(name), let devices = devices.object else {
                throw MatrixError.invalidParam("one_time_keys must have an object of devices for each user ID")
            }
            for (device, algorithm) in devices {
                guard let device = DeviceID(device), let algorithm = algorithm.string else {
                    throw MatrixError.invalidParam("one_time_keys must name an algorithm for each device")
                }
                wanted.append((user, device, algorithm))
            }
        }
        megolmSessions.claims(.init(request.session))
        let claimed = try await claim(wanted)
        let byUser = Dictionary(grouping: claimed, by: \.user).sorted { $0.key < $1.key }
        return .object { body in
            body.object("failures") { _ in }
            body.object("one_time_keys") { users in
                for (user, claims) in byUser {
                    users.object(user.string) { devices in
                        for claim in claims {
                            devices.object(claim.device.string) {
                                $0.member("\(claim.key.algorithm):\(claim.key.keyID)", RawJSON(claim.key.json))
                            }
                        }
                    }
                }
            }
        }
    }
}
