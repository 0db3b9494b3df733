import HTTP
import JSON
import MatrixAPI
import Store

/// A device of each member that is nowhere: it is sent keys like any other, until a new device of the member takes it
/// up and so reads what was written while the member had no device at all.
///
/// Messages to it stay until it is deleted, so that taking it up can begin anew.
///
/// Source: MSC3814.
package final class DehydratedDevices: RouteProviding {
    private static let path = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device"
    private static let defaultName = "Dehydrated device"
    /// Messages in one answer.
    private static let maximumMessages = 100

    private let journal: Journal
    private let keys: DeviceKeys
    private let sessions: Sessions

    package init(journal: Journal, keys: DeviceKeys, sessions: Sessions) {
        self.journal = journal
        self.keys = keys
        self.sessions = sessions
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.put, Self.path, authentication: .membersOnly) { [self] in try await put($0) }
        routes.add(.get, Self.path, authentication: .membersOnly) { [self] request in
            let device = try await device(of: request.user)
            return .object { object in
                object.member("device_id", device.device.string)
                object.member("device_data", RawJSON(device.data))
            }
        }
        routes.add(.delete, Self.path, authentication: .membersOnly) { [self] request in
            let user = request.user
            let deleted = try await journal.write { transaction in
                guard let device = try transaction.store.dehydratedDevice(of: user) else { throw Self.notFound }
                _ = try transaction.deleteDevices([device.device], of: user)
                return device.device
            }
            sessions.ended(user, devices: [deleted])
            return .object { $0.member("device_id", deleted.string) }
        }
        routes.add(.post, Self.path + "/{deviceId}/events", authentication: .membersOnly) { [self] in
            try await messages($0)
        }
    }

    /// `PUT …/dehydrated_device`: takes the place of the one before.
    private func put(_ request: Request) async throws -> Answer {
        let user = request.user
        guard let device = DeviceID(try request.body.requiredString("device_id")) else {
            throw MatrixError.invalidParam("device_id is not a device ID")
        }
        guard let data = try request.body.optionalObject("device_data"), data["algorithm"]?.string != nil else {
            throw MatrixError.missingParam("device_data, with its algorithm")
        }
        _ = try request.body.required("device_keys")
        let upload = try DeviceKeyUpload(request.body, user: user, device: device)
        if let key = upload.signingKey { try upload.requireSignatures(by: device, of: user, key: key) }
        let name = try request.body.optionalString("initial_device_display_name") ?? Self.defaultName
        let bytes = Array(data.bytes)
        let (replaced, position) = try await journal.write { transaction in
            let store = transaction.store
            let before = try store.dehydratedDevice(of: user)?.device
            if let before { _ = try transaction.deleteDevices([before], of: user) }
            guard try store.device(device, of: user) == nil else {
                throw MatrixError.invalidParam("You have another device with that identifier")
            }
            try store.setDevice(
                StoredDevice(user: user, id: device, displayName: name, created: transaction.now))
            _ = try DeviceKeys.keep(upload, of: user, device: device, in: transaction)
            try store.setDehydratedDevice(StoredDehydratedDevice(user: user, device: device, data: bytes))
            return (before, transaction.advance())
        }
        keys.forgetCounts(of: user, device: device, at: position)
        if let replaced, replaced != device { sessions.ended(user, devices: [replaced]) }
        return .object { $0.member("device_id", device.string) }
    }

    /// `POST …/dehydrated_device/{deviceId}/events`: a page of the messages that wait for it.
    private func messages(_ request: Request) async throws -> Answer {
        let device = try await device(of: request.user)
        guard device.device.string == request.parameter("deviceId") else { throw Self.notFound }
        var after: Int64 = 0
        if let token = try request.body.optionalString("next_batch") {
            guard let position = Int64(token), position >= 0 else {
                throw MatrixError.invalidParam("next_batch is not a token of ours")
            }
            after = position
        }
        let found = try await journal.store.read { [after] reader in
            try reader.toDeviceMessages(
                for: device.user, device: device.device, after: after, through: .max, limit: Self.maximumMessages)
        }
        return .object { object in
            object.array("events") { events in
                for message in found {
                    events.object { event in
                        event.member("type", message.type)
                        event.member("sender", message.sender.string)
                        event.member("content", RawJSON(message.json))
                    }
                }
            }
            object.member("next_batch", String(found.last?.position ?? after))
        }
    }

    private func device(of user: UserID) async throws -> StoredDehydratedDevice {
        guard let device = try await journal.store.read({ try $0.dehydratedDevice(of: user) }) else {
            throw Self.notFound
        }
        return device
    }

    private static let notFound = MatrixError.notFound("There is no dehydrated device")
}
