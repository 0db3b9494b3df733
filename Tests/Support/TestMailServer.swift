import Synchronization

/// A mail server on loopback that takes everything, or answers what a test says. Real ones are in Tests/Integration.
package final class TestMailServer: Sendable {
    package struct Message: Sendable {
        package let recipient: String
        /// As it came, lines ended by LF.
        package let text: String

        /// The first part's text, decoded.
        package var body: String {
            let parts = text.components(behind: "Content-Transfer-Encoding: base64\n\n")
            let encoded = parts.first?.beginning(before: "\n--") ?? ""
            return String(decoding: Self.decode(encoded), as: UTF8.self)
        }

        /// The link in it.
        package var link: String? {
            body.split(separator: "\n").map(String.init).first { $0.hasPrefix("http") }
        }

        private static func decode(_ text: String) -> [UInt8] {
            let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
            var bits: UInt32 = 0
            var count = 0
            var bytes: [UInt8] = []
            for byte in text.utf8 {
                guard let value = digits.firstIndex(of: byte) else { continue }
                bits = bits << 6 | UInt32(value)
                count += 6
                if count >= 8 {
                    count -= 8
                    bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                }
            }
            return bytes
        }
    }

    private struct State {
        var messages: [Message] = []
        var refusals: [String] = []
        var waiters: [(count: Int, resume: CheckedContinuation<Void, Never>)] = []
    }

    private final class Box: Sendable {
        let state = Mutex(State())
    }

    private let box: Box
    private let server: ScriptedServer

    /// - Parameter refusals: answers to the first messages instead of taking them, such as `451 later`.
    package init(refusals: [String] = []) {
        let box = Box()
        box.state.withLock { $0.refusals = refusals }
        self.box = box
        server = ScriptedServer { connection in Self.serve(connection, box) }
    }

    /// `host:port`
    package var address: String { "127.0.0.1:\(server.port)" }

    /// Answers to the next messages instead of taking them.
    package func refuse(_ answers: [String]) { box.state.withLock { $0.refusals = answers } }

    /// All that was taken, in order, once there are so many.
    package func messages(_ count: Int) async -> [Message] {
        await withCheckedContinuation { continuation in
            let isThere = box.state.withLock { state in
                if state.messages.count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
        return box.state.withLock { $0.messages }
    }

    private static func serve(_ connection: ScriptedConnection, _ box: Box) {
        var recipient = ""
        connection.write("220 test\r\n")
        while let line = connection.line() {
            let command = line.uppercased()
            if command.hasPrefix("RCPT TO:") { recipient = String(line.dropFirst(9).prefix { $0 != ">" }) }
            if command == "DATA" {
                connection.write("354 go on\r\n")
                var lines: [String] = []
                while let line = connection.line(), line != "." { lines.append(line) }
                connection.write(take(Message(recipient: recipient, text: lines.joined(separator: "\n")), box) + "\r\n")
            } else if command == "QUIT" {
                connection.write("221 bye\r\n")
                return
            } else {
                connection.write("250 fine\r\n")
            }
        }
    }

    private static func take(_ message: Message, _ box: Box) -> String {
        let (answer, ready) = box.state.withLock { state -> (String, [CheckedContinuation<Void, Never>]) in
            if !state.refusals.isEmpty { return (state.refusals.removeFirst(), []) }
            state.messages.append(message)
            let count = state.messages.count
            let ready = state.waiters.filter { $0.count <= count }.map(\.resume)
            state.waiters.removeAll { $0.count <= count }
            return ("250 taken", ready)
        }
        for waiter in ready { waiter.resume() }
        return answer
    }
}

extension String {
    /// What stands behind each occurrence of a text.
    fileprivate func components(behind text: String) -> [String] {
        var rest = self[...]
        var found: [String] = []
        while let range = rest.firstRange(of: text) {
            rest = rest[range.upperBound...]
            found.append(String(rest))
        }
        return found
    }

    /// What stands before a text, or all of it.
    fileprivate func beginning(before text: String) -> String {
        firstRange(of: text).map { String(self[..<$0.lowerBound]) } ?? self
    }
}
