import EventLoop
import HTTP
import Server
import Synchronization

/// The devices that listen: for each person the event streams that are open.
final class ArcadeStreams: Sendable {
    /// Streams of one person; the oldest gives way to a further one.
    private static let maximum = 16
    private static let heartbeat = Duration.seconds(15)

    /// A stream that is open. `@unchecked Sendable`: confined to the exchange's loop.
    private final class Stream: @unchecked Sendable {
        let exchange: HTTPExchange
        var timer: LoopTimer?
        init(_ exchange: HTTPExchange) { self.exchange = exchange }

        func send(_ bytes: [UInt8]) {
            exchange.loop.execute { self.write(bytes) }
        }

        func write(_ bytes: [UInt8]) {
            // One that does not read is dropped by the engine, and comes back for the present state.
            if !exchange.isClosed { exchange.write(bytes) }
        }

        func beat() {
            guard !exchange.isClosed else { return }
            timer = exchange.loop.schedule(after: ArcadeStreams.heartbeat) { [weak self] in
                self?.write(Array(":\n\n".utf8))
                self?.beat()
            }
        }

        func end() {
            exchange.loop.execute {
                self.timer?.cancel()
                if !self.exchange.isClosed { self.exchange.finish() }
            }
        }
    }

    private let open = Mutex<[String: [Stream]]>([:])

    /// Begins a stream. On the exchange's loop.
    func add(_ person: String, _ exchange: HTTPExchange) {
        let stream = Stream(exchange)
        exchange.onClose = { [weak self, weak stream] in
            stream?.timer?.cancel()
            if let stream { self?.remove(person, stream) }
        }
        exchange.begin(
            .ok,
            HTTPHeaders([
                ("content-type", "text/event-stream"), ("cache-control", "no-store, no-transform"),
                ("x-accel-buffering", "no"),
            ]))
        stream.write(Array(":\n\n".utf8))
        stream.beat()
        let former = open.withLock { open -> Stream? in
            open[person, default: []].append(stream)
            return open[person].flatMap { $0.count > Self.maximum ? $0.first : nil }
        }
        if let former {
            remove(person, former)
            former.end()
        }
    }

    private func remove(_ person: String, _ stream: Stream) {
        open.withLock { open in
            open[person]?.removeAll { $0 === stream }
            if open[person]?.isEmpty == true { open[person] = nil }
        }
    }

    /// Sends a JSON object to all devices of a person.
    func send(_ json: [UInt8], to person: String) {
        guard let streams = open.withLock({ $0[person] }) else { return }
        var text = Array("data: ".utf8)
        text.reserveCapacity(json.count + 8)
        text += json
        text += Array("\n\n".utf8)
        for stream in streams { stream.send(text) }
    }

    var count: Int { open.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    func endAll() {
        let all = open.withLock { open in
            defer { open = [:] }
            return open.values.flatMap { $0 }
        }
        for stream in all { stream.end() }
    }
}
