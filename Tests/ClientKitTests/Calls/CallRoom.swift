import JSON
import TestSupport

@testable import ClientKit

/// A room of a server that the test plays: what one device sends into it reaches all, in order. Time stands still until the
/// test lets it pass.
@MainActor final class CallRoom {
    nonisolated static let id = "!room:test"

    /// What somebody has sent.
    struct Said {
        let device: String
        let type: String
        let event: JSONValue

        var callID: String { event["content"]?["call_id"]?.string ?? "" }
        /// Why it was hung up.
        var reason: String? { event["content"]?["reason"]?.string }
    }

    let clock = DrivenConnectionClock()
    let changes = AwaitedChanges()
    private(set) var devices: [CallDevice] = []
    private(set) var said: [Said] = []
    /// What devices have told the server of calls that go on: device, method and call.
    private(set) var reports: [String] = []
    /// Nothing of what is sent arrives, until it is set back.
    var isHeld = false { didSet { if !isHeld { deliver() } } }
    private var delivered = 0
    private var stalled: Set<String> = []
    private var stalls: [CheckedContinuation<Void, Never>] = []

    /// - Parameter names: of members, or of members and their devices: `kenji`, `kenji/phone`.
    init(_ names: String...) throws {
        let members = Set(names.map { CallDevice.userID($0) }).sorted()
        for name in names { devices.append(try CallDevice(name, members: members, in: self)) }
    }

    func device(_ name: String) -> CallDevice { devices.first { $0.name == name }! }

    /// Waits until something holds.
    func until(_ condition: @MainActor () -> Bool) async throws { try await changes.until(condition) }

    /// Lets time pass until something holds.
    func pass(until condition: @MainActor () -> Bool) async throws {
        while !condition() {
            try Task.checkCancellation()
            clock.wakeNext()
            await Task.yield()
        }
    }

    /// Waits until all that is being sent was heard, and what that has others send.
    func settle() async {
        var count = -1
        while count != said.count {
            count = said.count
            for device in devices { for sent in device.desk.sending.values { await sent.value } }
        }
    }

    /// The types of what was sent, with the device.
    var words: [String] { said.map { "\($0.device) \($0.type.dropFirst("m.call.".count))" } }

    /// What a device sends of a type (`kenji m.call.answer`) gets no answer and reaches nobody, until all of it is refused.
    func stall(_ what: String) { stalled.insert(what) }

    var hasStalled: Bool { !stalls.isEmpty }

    func refuseStalled() {
        let waiting = stalls
        stalls = []
        for continuation in waiting { continuation.resume() }
    }

    /// Both find a way to one another.
    func connect(_ first: CallDevice, _ second: CallDevice) {
        first.watch.peer(second.userID)?.connect()
        second.watch.peer(first.userID)?.connect()
        changes.happened()
    }

    /// Two talk with one another.
    /// - Returns: their calls.
    func talk(_ first: CallDevice, _ second: CallDevice) async throws -> (Call, Call) {
        let call = try first.desk.call(first.conversation, .video, people: [second.userID])
        try await until { !second.desk.ringing.isEmpty }
        let taken = second.desk.ringing[0]
        second.desk.accept(taken, .video)
        try await until { call.phase == .connecting && second.watch.peer(first.userID) != nil }
        connect(first, second)
        return (call, taken)
    }

    // MARK: The server

    fileprivate func answer(_ request: ClientRequest, of device: String, _ userID: String) async -> ClientResponse {
        let path = request.url.split(separator: "/").map { String($0) }
        if path.suffix(2).first == "calls" {
            reports.append("\(device) \(request.method) \(path.last ?? "")")
            changes.happened()
            return ClientResponse(status: 200, body: Array("{}".utf8))
        }
        guard path.suffix(3).first == "send", case .bytes(let body) = request.body else {
            return Self.refusal(404, "M_NOT_FOUND")
        }
        let (type, transaction) = (path[path.count - 2], path[path.count - 1])
        if stalled.contains("\(device) \(type)") {
            await withCheckedContinuation { continuation in
                stalls.append(continuation)
                changes.happened()
            }
            return Self.refusal(403, "M_FORBIDDEN")
        }
        let text = """
            {"event_id":"$\(said.count)","type":"\(type)","sender":"\(userID)","origin_server_ts":\(clock.now().wall),
            "content":\(String(decoding: body, as: UTF8.self)),"unsigned":{"transaction_id":"\(transaction)"}}
            """
        guard let event = try? JSONValue.parse(Array(text.utf8)) else { return Self.refusal(400, "M_NOT_JSON") }
        said.append(Said(device: device, type: type, event: event))
        deliver()
        return ClientResponse(status: 200, body: Array(#"{"event_id":"$e"}"#.utf8))
    }

    private static func refusal(_ status: Int, _ code: String) -> ClientResponse {
        ClientResponse(status: status, body: Array(#"{"errcode":"\#(code)","error":"No"}"#.utf8))
    }

    private func deliver() {
        while !isHeld, delivered < said.count {
            let next = said[delivered]
            delivered += 1
            for device in devices { device.hear(next) }
        }
        changes.happened()
    }
}

/// A device of a member of a ``CallRoom``: an account without a connection of its own, and its calls.
@MainActor final class CallDevice {
    let name: String
    let userID: String
    let account: AccountModel
    let conversation: ConversationModel
    let watch: CallWatch
    /// Hears nothing until it is set back, and then all at once.
    var isAway = false { didSet { if !isAway { comeBack() } } }
    private let unconnected: UnconnectedAccount
    private var missed: [CallEvent] = []

    private var client: ClientModel { unconnected.client }
    var desk: CallDesk { client.calls }

    static func userID(_ name: String) -> String { "@\(name.split(separator: "/")[0]):test" }

    fileprivate init(_ name: String, members: [String], in room: CallRoom) throws {
        let userID = Self.userID(name)
        (self.name, self.userID) = (name, userID)
        let transport = FakeTransport { [weak room] in
            guard let room else { throw TransportError.cut }
            return await room.answer($0, of: name, userID)
        }
        unconnected = try UnconnectedAccount(
            userID, device: name, isMado: true, transport: transport, clock: room.clock)
        account = unconnected.account
        unconnected.client.accounts = [account]
        account.connection = ConnectionReport(state: .streaming)
        var summary = RoomSummary(roomID: CallRoom.id, membership: "join")
        summary.members = members.map { Person(userID: $0) }
        summary.memberCount = members.count
        summary.isDirect = members.count == 2
        conversation = ConversationModel(roomID: CallRoom.id, account: account)
        _ = conversation.take(summary)
        account.byRoom[CallRoom.id] = conversation
        watch = CallWatch(unconnected.client.calls, name: name, changes: room.changes)
    }

    func hear(_ said: CallRoom.Said) {
        guard let received = ReceivedEvent(said.event), var event = CallEvent(received, roomID: CallRoom.id) else {
            return
        }
        event.isEcho = said.device == name
        if isAway { missed.append(event) } else { desk.take([event], account) }
    }

    /// What the sync of a device brings that was away.
    private func comeBack() {
        let events = missed
        missed = []
        desk.take(events, account)
    }

    /// Somebody who is none of the devices sends something, which this one alone hears.
    func hear(_ content: CallEvent.Content, from party: CallParty, callID: String) {
        desk.take([CallMachineTests.event(party, content, callID: callID, room: CallRoom.id)], account)
    }
}
