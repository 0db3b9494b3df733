/// Sends at a steady rate and watches when another member has what was sent.
///
/// `@unchecked Sendable`: every use is on the loop.
final class WakeProbe: @unchecked Sendable {
    /// How the receiver waits.
    enum Kind: String {
        case poll, stream

        var title: String {
            switch self {
            case .poll: "waiting `/sync`"
            case .stream: "event stream `/_mado/v1/sync/stream`"
            }
        }
    }

    /// From a message's intended start until the receiver had it, and until the sender was answered.
    struct Figures: Sendable {
        var woken = LatencyHistogram()
        var answered = LatencyHistogram()
    }

    private let bench: Bench
    private let port: UInt16
    private let room: String
    private let sender: Member
    private let receiver: Member
    private var intended: [UInt64] = []
    private var seen = 0
    private var woken = LatencyHistogram()
    private var failure: String?
    /// What of the stream may hold the beginning of a message's number.
    private var tail: [UInt8] = []

    init(_ bench: Bench, port: UInt16, room: String, sender: Member, receiver: Member) {
        self.bench = bench
        self.port = port
        self.room = room
        self.sender = sender
        self.receiver = receiver
    }

    /// One round.
    /// - Parameter name: makes the round's transactions different from others'.
    func run(_ kind: Kind, _ name: String, perSecond rate: Double) async throws -> Figures {
        let client = try SetupClient(bench.context, port: port)
        let since = try await receiver.sync(client)
        (intended, seen, woken, failure, tail) = ([], 0, LatencyHistogram(), nil, [])
        let connection = try kind == .poll ? poll(since: since) : stream(since: since)
        await bench.context.sleep(.milliseconds(100))
        let messages = MessageRequests(room: room, token: sender.token, name: "\(name)-\(kind.rawValue)-")
        let load = try PacedLoad(bench.context, port: port, connections: 8, perSecond: rate) { [self] sequence, start in
            intended.append(start)
            return messages.request(sequence)
        }
        await bench.context.sleep(bench.round)
        try await load.stop()
        for _ in 0..<300 where seen < intended.count { await bench.context.sleep(.milliseconds(10)) }
        connection.close()
        if let failure { throw BenchError(failure) }
        guard seen == intended.count else {
            throw BenchError("\(seen) of \(intended.count) messages reached the receiver (\(kind.rawValue))")
        }
        return Figures(woken: woken, answered: load.latencies)
    }

    private func poll(since: String) throws -> ClientConnection {
        let connection = try bench.context.connect(port)
        connection.gathersParts = true
        connection.onFailure = { [unowned self] in failure = $0 }
        connection.onAnswer = { [unowned self, unowned connection] status, body in
            guard status == 200, let next = SyncAnswerText.nextBatch(in: body) else {
                failure = "sync was answered with status \(status)"
                return
            }
            take(body)
            connection.send(SyncAnswerText.poll(since: next, token: receiver.token))
        }
        connection.send(SyncAnswerText.poll(since: since, token: receiver.token))
        return connection
    }

    private func stream(since: String) throws -> ClientConnection {
        let connection = try bench.context.connect(port)
        connection.onFailure = { [unowned self] in failure = $0 }
        connection.onAnswer = { [unowned self] status, _ in failure = "the stream ended with status \(status)" }
        connection.onPart = { [unowned self] part in
            tail += part
            tail.withUnsafeBytes { take($0) }
            // An event of the stream ends with an empty line; what comes after one is not looked at again.
            if tail.suffix(2) == [0x0A, 0x0A] {
                tail = []
            } else {
                failure = "a part of the stream is not a whole event"
            }
        }
        connection.send(RequestBytes.make("GET", "/_mado/v1/sync/stream?since=\(since)", token: receiver.token))
        return connection
    }

    private func take(_ text: UnsafeRawBufferPointer) {
        let now = SystemCall.now()
        MessageRequests.forEachSequence(in: text) { sequence in
            guard sequence >= 1, sequence <= intended.count else { return }
            seen += 1
            woken.record(now - intended[sequence - 1])
        }
    }
}
