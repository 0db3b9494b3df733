import HTTP
import JSON
import MatrixAPI
import Store

/// Messages from device to device, by which clients exchange keys. Each arrives, in order, once.
///
/// Source: Client-Server API, "Send-to-Device messaging".
package final class ToDevice: RouteProviding {
    /// Messages in one request, at most.
    private static let maximumMessages = 2_000
    /// Content of one message, at most: as that of an event.
    private static let maximumBytes = 65_536

    private let journal: Journal

    private let megolmSessions: MegolmSessions

    package init(journal: Journal, megolmSessions: MegolmSessions = MegolmSessions()) {
        self.journal = journal
        self.megolmSessions = megolmSessions
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.put, "/_matrix/client/v3/sendToDevice/{eventType}/{txnId}", limit: .message) { [self] in
            try await send($0)
        }
    }

    private struct Message: Sendable {
        let user: UserID
        /// nil for all devices.
        let device: DeviceID?
        let content: [UInt8]
    }

    /// `PUT /_matrix/client/v3/sendToDevice/{eventType}/{txnId}`.
    private func send(_ request: Request) async throws -> Answer {
        let messages = try Self.messages(request.body)
        let type = request.parameter("eventType")
        let sender = request.session
        let key = TransactionKey(
            user: sender.user, device: sender.device, scope: "sendToDevice \(type)",
            identifier: request.parameter("txnId"))
        try await journal.write { transaction in
            guard try transaction.store.transaction(key) == nil else { return }
            for message in messages {
                for device in try Self.recipients(of: message, transaction.store) {
                    try transaction.send(message.content, type: type, from: sender.user, to: message.user, device)
                }
            }
            try transaction.store.insertTransaction(
                StoredTransaction(eventID: nil, created: transaction.now), for: key)
        }
        megolmSessions.sends(.init(sender))
        return .empty
    }

    /// - Throws: `M_BAD_JSON` when it is not as specified, `M_TOO_LARGE` when there are too many, or
    ///   one is too large.
    private static func messages(_ body: JSONValue) throws -> [Message] {
        guard let users = try body.required("messages").object else {
            throw MatrixError.badJSON("messages must be an object")
        }
        var messages: [Message] = []
        for (name, devices) in users {
            guard let user = UserID(name), let devices = devices.object else {
                throw MatrixError.badJSON("messages must have an object of devices for each user ID")
            }
            for (device, content) in devices {
                guard content.isObject, let id = DeviceID(device) else {
                    throw MatrixError.badJSON("messages must have an object for each device")
                }
                guard content.bytes.count <= maximumBytes else {
                    throw MatrixError(413, .tooLarge, "A message to a device has at most \(maximumBytes) bytes")
                }
                messages.append(
                    Message(user: user, device: device == "*" ? nil : id, content: Array(content.bytes)))
            }
        }
        guard messages.count <= maximumMessages else { throw MatrixError(413, .tooLarge, "Too many messages at once") }
        return messages
    }

    private static func recipients(of message: Message, _ store: any StoreWriter) throws -> [DeviceID] {
        guard let device = message.device else { return try store.devices(of: message.user).map(\.id) }
        return try store.device(device, of: message.user) == nil ? [] : [device]
    }
}

extension JournalTransaction {
    /// Leaves a message for a device.
    func send(
        _ content: [UInt8], type: String, from sender: UserID, to user: UserID, _ device: DeviceID
    ) throws {
        let event = StoredToDeviceMessage.syncEvent(type: type, sender: sender, content: content)
        let position = record(.toDevice(user: user, device: device, message: event))
        try store.insertToDeviceMessage(
            StoredToDeviceMessage(
                position: position, user: user, device: device, sender: sender, type: type, json: content))
    }
}

extension StoredToDeviceMessage {
    /// The event as sync gives it.
    var syncEvent: [UInt8] { Self.syncEvent(type: type, sender: sender, content: json) }

    static func syncEvent(type: String, sender: UserID, content: [UInt8]) -> [UInt8] {
        JSONWriter.object { event in
            event.member("type", type)
            event.member("sender", sender.string)
            event.member("content", RawJSON(content))
        }
    }
}
