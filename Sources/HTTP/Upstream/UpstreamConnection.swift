package import EventLoop
import Glibc
import LinuxShims

/// Why a server behind this one gave no answer. To be answered with 502.
package struct UpstreamError: Error, CustomStringConvertible {
    package let description: String
}

/// One request to a server behind this one, over plain HTTP/1.0: the answer's body ends with its length or with the
/// connection, so that nothing of it has to be taken apart. Answers of any length and duration pass through as they come,
/// as fast as the client takes them.
///
/// `@unchecked Sendable`: confined to the loop of the exchange that it serves.
package final class UpstreamConnection: @unchecked Sendable {
    /// Of a head, in bytes.
    private static let maximumHead = 65_536
    private static let part = 65_536
    /// How long the server behind may take for the connection, for the next bytes of the request, and for the head of its
    /// answer. The time that the client takes for its request is not counted.
    private static let deadline = Duration.seconds(30)

    private let loop: EventLoop
    private let socket: Int32
    private var registration: Registration?
    private var isReadable = false
    private var isWritable = false
    /// The time is over, or nobody wants the answer any more.
    private var isExpired = false
    private let waiter = LoopWaiter()
    private var timer: LoopTimer?
    /// What came behind the head.
    private var rest: [UInt8] = []
    /// What of the body is still to come, where its length is known.
    private var remaining: Int?

    /// Begins to connect. On the loop.
    /// - Throws: `UpstreamError` where not even that can be done.
    package init(to address: PeerAddress, port: UInt16, on loop: EventLoop) throws {
        self.loop = loop
        socket = address.withSocketAddress(port: port) { mado_connect($0, $1) }
        guard socket >= 0 else { throw UpstreamError(description: "connect: \(String(cString: strerror(errno)))") }
        registration = try loop.register(
            descriptor: socket, interest: [.read, .write, .readEnd, .edgeTriggered], handler: Relay(self))
    }

    deinit {
        // The answer may be given up anywhere: by a client that left, on its loop, or by a process that ends.
        timer?.cancel()
        let (registration, socket) = (registration, socket)
        if loop.isCurrent {
            registration?.deregister()
            close(socket)
        } else {
            let closing = Closing(registration: registration, socket: socket)
            loop.execute { closing.run() }
        }
    }

    /// Takes a registration to its loop. `@unchecked Sendable`: used there only.
    private struct Closing: @unchecked Sendable {
        let registration: Registration?
        let socket: Int32

        func run() {
            registration?.deregister()
            close(socket)
        }
    }

    /// The loop holds this and not the connection, which is over when nobody wants its answer any more.
    private final class Relay: DescriptorHandler {
        weak var connection: UpstreamConnection?
        init(_ connection: UpstreamConnection) { self.connection = connection }
        func descriptorReady(_ readiness: Readiness) { connection?.descriptorReady(readiness) }
    }

    private func descriptorReady(_ readiness: Readiness) {
        if readiness.isReadable { isReadable = true }
        if readiness.isWritable || readiness.isOver { isWritable = true }
        waiter.resume()
    }

    /// Nobody wants the answer any more: who waits for it gets an error. On the loop.
    package func cancel() {
        isExpired = true
        waiter.resume()
    }

    private func beginDeadline() {
        timer?.cancel()
        timer = loop.schedule(after: Self.deadline) { [weak self] in self?.cancel() }
    }

    private func endDeadline() {
        timer?.cancel()
        timer = nil
    }

    private func wait(until condition: () -> Bool) async throws {
        while !condition() {
            if isExpired { throw UpstreamError(description: "no answer in time") }
            await waiter.wait { condition() || isExpired }
        }
    }

    /// Sends bytes of the request.
    /// - Throws: `UpstreamError`.
    package func send(_ bytes: [UInt8]) async throws {
        var sent = 0
        while sent < bytes.count {
            if !isWritable {
                beginDeadline()
                try await wait { isWritable }
                endDeadline()
            }
            let count = bytes[sent...].withUnsafeBytes { part in
                part.baseAddress.map { mado_send_one(socket, $0, part.count) } ?? 0
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                isWritable = false
            } else if errno != EINTR {
                throw UpstreamError(description: "send: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// The answer's status and fields.
    /// - Throws: `UpstreamError` when what comes is no HTTP answer, or none comes.
    package func head() async throws -> (HTTPStatus, HTTPHeaders) {
        var bytes: [UInt8] = []
        beginDeadline()
        while true {
            guard let more = try await receive() else { throw UpstreamError(description: "no answer") }
            let start = max(0, bytes.count - 3)
            bytes += more
            if let end = Self.end(of: bytes, from: start) {
                rest = Array(bytes[end...])
                endDeadline()
                return try parse(bytes[..<end])
            }
            guard bytes.count < Self.maximumHead else { throw UpstreamError(description: "a head without end") }
        }
    }

    private static func end(of bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in start...(bytes.count - 4)
        where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 && bytes[index + 3] == 10 {
            return index + 4
        }
        return nil
    }

    private func parse(_ head: ArraySlice<UInt8>) throws -> (HTTPStatus, HTTPHeaders) {
        var lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")[...]
        let first = lines.popFirst()?.split(separator: " ", maxSplits: 2) ?? []
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let code = Int(first[1]), (200...599).contains(code)
        else {
            throw UpstreamError(description: "no HTTP answer")
        }
        var headers = HTTPHeaders()
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { throw UpstreamError(description: "no HTTP answer") }
            let value = line[line.index(after: colon)...]
            headers.add(String(line[..<colon]), String(value.drop { $0 == " " }))
        }
        guard !headers.contains("transfer-encoding") else { throw UpstreamError(description: "chunks in HTTP/1.0") }
        remaining = headers.first(named: "content-length").flatMap { Int($0) }
        for name in ["connection", "keep-alive", "date", "server"] { headers.remove(name) }
        return (HTTPStatus(code), headers)
    }

    private func receive() async throws -> [UInt8]? {
        while true {
            try await wait { isReadable }
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.part) { buffer, filled in
                count = buffer.baseAddress.map { mado_receive(socket, $0, buffer.count) } ?? 0
                filled = max(0, count)
            }
            if count > 0 { return bytes }
            if count == 0 { return nil }
            if errno == EAGAIN {
                isReadable = false
            } else if errno != EINTR {
                throw UpstreamError(description: "receive: \(String(cString: strerror(errno)))")
            }
        }
    }
}

extension UpstreamConnection {
    /// The next bytes of the answer's body; nil at its end. Waits as long as it takes.
    /// - Throws: `UpstreamError` when it breaks off.
    package func next() async throws -> [UInt8]? {
        if let remaining, remaining <= 0 { return nil }
        var bytes = rest
        rest = []
        if bytes.isEmpty {
            // As long as it takes: a stream may be silent.
            guard let more = try await receive() else {
                if remaining != nil { throw UpstreamError(description: "the answer broke off") }
                return nil
            }
            bytes = more
        }
        if let remaining {
            bytes = Array(bytes.prefix(remaining))
            self.remaining = remaining - bytes.count
        }
        return bytes
    }
}
