import Glibc
import HTTP
import JSON
import LinuxShims
import Server

/// What a server answered to a command that it did not carry out, or why there was no answer.
struct AdminError: Error, CustomStringConvertible {
    let description: String
}

/// Speaks HTTP/1.1 with the administrator's socket of a data folder, one request a connection.
struct AdminClient {
    let socketPath: String

    /// The answer's body.
    /// - Throws: `AdminError` when nobody listens, or the server refused.
    func request(_ method: String, _ target: String, body: [UInt8] = []) throws(AdminError) -> JSONValue {
        let descriptor = try connect()
        defer { close(descriptor) }
        try send(head(method, target, type: "application/json", length: body.count) + body, to: descriptor)
        return try answer(from: descriptor)
    }

    func connect() throws(AdminError) -> Int32 {
        let descriptor = mado_connect_to_path(socketPath)
        guard descriptor >= 0 else {
            throw AdminError(description: SystemError("connect", path: socketPath).description)
        }
        return descriptor
    }

    func head(_ method: String, _ target: String, type: String, length: Int) -> [UInt8] {
        Array(
            """
            \(method) \(target) HTTP/1.1\r\nHost: mado\r\nConnection: close\r\nContent-Type: \(type)\r\n\
            Content-Length: \(length)\r\n\r\n
            """.utf8)
    }

    func answer(from descriptor: Int32) throws(AdminError) -> JSONValue { try read(receive(from: descriptor)) }

    func send(_ bytes: [UInt8], to descriptor: Int32) throws(AdminError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw AdminError(description: SystemError("write", path: socketPath).description) }
            rest = rest.dropFirst(count)
        }
    }

    private func receive(from descriptor: Int32) throws(AdminError) -> [UInt8] {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count == 0 { return answer }
            guard count > 0 else { throw AdminError(description: SystemError("read", path: socketPath).description) }
            answer += buffer[..<count]
        }
    }

    /// The body of a whole answer: our own server sends it with a length and closes.
    private func read(_ answer: [UInt8]) throws(AdminError) -> JSONValue {
        let text = String(decoding: answer, as: UTF8.self)
        let status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
        var head = answer[...]
        let blank = Array("\r\n\r\n".utf8)
        while !head.isEmpty, !head.starts(with: blank) { head.removeFirst() }
        guard let status, let value = try? JSONValue.parse(Array(head.dropFirst(blank.count))) else {
            throw AdminError(description: "the server's answer was not understood")
        }
        if status >= 400 { throw AdminError(description: value["error"]?.string ?? "status \(status)") }
        return value
    }
}
