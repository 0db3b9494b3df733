import Glibc
import Synchronization

/// A server on 127.0.0.1 that does with each connection what a test says, on a thread of its own.
package final class ScriptedServer: Sendable {
    package let port: Int
    private let listener: Listener
    private let connections = Atomic<Int>(0)

    package var url: String { "http://127.0.0.1:\(port)" }
    /// How many were accepted so far.
    package var connectionCount: Int { connections.load(ordering: .acquiring) }

    package init(_ script: @escaping @Sendable (ScriptedConnection) -> Void) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(bind(listener, pointer, length) == 0 && listen(listener, 64) == 0)
                precondition(getsockname(listener, pointer, &length) == 0)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
        let held = Listener(listener)
        self.listener = held
        startThread { [weak self] in
            while let accepted = held.accept() {
                guard let self else {
                    _ = Glibc.close(accepted)
                    break
                }
                self.connections.add(1, ordering: .acquiringAndReleasing)
                startThread { script(ScriptedConnection(accepted)) }
            }
            held.close()
        }
    }

    /// No more connections; a port that refuses them.
    package func stop() { listener.stop() }

    deinit { stop() }
}

/// A listening socket. The thread that accepts closes it: whoever closed it beneath that thread would have it accept
/// the connections of the next test's server, which gets the same number.
private final class Listener: Sendable {
    private let descriptor: Int32
    private let isOpen = Mutex(true)

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// The next connection; nil when there are no more.
    func accept() -> Int32? {
        while true {
            let accepted = Glibc.accept(descriptor, nil, nil)
            if accepted >= 0 {
                _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
                return accepted
            }
            guard errno == EINTR || errno == ECONNABORTED else { return nil }
        }
    }

    func stop() { isOpen.withLock { if $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } } }

    func close() {
        isOpen.withLock { isOpen in
            isOpen = false
            _ = Glibc.close(descriptor)
        }
    }
}

/// Runs what blocks on a thread of its own: the few that tasks run on are not to wait.
package func onThread<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in startThread { continuation.resume(returning: body()) } }
}

private func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let failure = pthread_create(
        &thread, nil,
        {
            Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().body()
            return nil
        }, Unmanaged.passRetained(Box(body)).toOpaque())
    precondition(failure == 0)
    pthread_detach(thread)
}

/// One connection, with calls that block. Closed when let go.
package final class ScriptedConnection {
    private let descriptor: Int32
    private var pending: [UInt8] = []

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    package struct Request {
        package let method: String
        package let target: String
        package let headers: [String: String]
        package let body: [UInt8]
    }

    /// The next request with its body; nil when the other side is gone.
    package func request() -> Request? {
        guard let head = head() else { return nil }
        var lines = head.split(separator: "\r\n").map(String.init)
        let first = lines.removeFirst().split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines {
            let colon = line.firstIndex(of: ":")!
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let count = headers["content-length"].flatMap { Int($0) } ?? 0
        while pending.count < count { guard fill() else { return nil } }
        let body = Array(pending[..<count])
        pending.removeFirst(count)
        return Request(method: first[0], target: first[1], headers: headers, body: body)
    }

    private func head() -> String? {
        while true {
            for index in 0..<max(0, pending.count - 3)
            where pending[index..<index + 4].elementsEqual([13, 10, 13, 10]) {
                let head = String(decoding: pending[..<index], as: UTF8.self)
                pending.removeFirst(index + 4)
                return head
            }
            guard fill() else { return nil }
        }
    }

    /// The next line without its end; nil when the other side is gone.
    package func line() -> String? {
        while true {
            if let end = pending.firstIndex(of: 10) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeFirst(end + 1)
                return line.hasSuffix("\r") ? String(line.dropLast()) : line
            }
            guard fill() else { return nil }
        }
    }

    private func fill() -> Bool {
        var part = [UInt8](repeating: 0, count: 65_536)
        var count: Int
        repeat { count = read(descriptor, &part, part.count) } while count < 0 && errno == EINTR
        guard count > 0 else { return false }
        pending.append(contentsOf: part[..<count])
        return true
    }

    /// Blocks until the other side has closed the connection.
    package func waitForEnd() {
        while fill() { pending = [] }
    }

    @discardableResult package func write(_ text: String) -> Bool { write(Array(text.utf8)) == text.utf8.count }

    /// How much of it was taken before the other side left, or took nothing for a while where `stallLimit` is set.
    @discardableResult package func write(_ bytes: [UInt8]) -> Int {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            done += count
        }
        return done
    }

    /// Writing gives up after so many milliseconds in which nothing was taken; 0 for never.
    package func setStallLimit(milliseconds: Int) {
        var limit = timeval(tv_sec: 0, tv_usec: milliseconds * 1000)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    package func answer(_ status: Int = 200, _ body: String = "", headers: [String] = []) {
        let lines = (["HTTP/1.1 \(status) X", "content-length: \(body.utf8.count)"] + headers).joined(separator: "\r\n")
        write(lines + "\r\n\r\n" + body)
    }
}
