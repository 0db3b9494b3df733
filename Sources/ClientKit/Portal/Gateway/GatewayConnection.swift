import CurlKit
import Dispatch
import Glibc

/// One connection of a player to a ``MediaGateway``: HTTP/1.1, GET and HEAD, one answer after the other.
///
/// Reads and writes block a queue of the connection's own. A player that does not read holds the server back.
final class GatewayConnection: Sendable {
    private let descriptor: Int32
    private let secret: String
    private let directory: GatewayDirectory
    private let transport: any ClientTransport
    private let headers: [(name: String, value: String)]
    private let queue = DispatchQueue(label: "mado.gateway.connection", qos: .userInitiated)

    private static let headLimit = 16 << 10
    /// A play list is short.
    private static let listLimit = 4 << 20
    private static let redirections = 5

    init(
        descriptor: Int32, secret: String, directory: GatewayDirectory, transport: any ClientTransport,
        headers: [(name: String, value: String)]
    ) {
        self.descriptor = descriptor
        self.secret = secret
        self.directory = directory
        self.transport = transport
        self.headers = headers
    }

    /// Returns when the player has left, or is to. The descriptor is still open then.
    func serve() async {
        while let request = await readHead(), await answer(request) {}
    }

    // MARK: Answering

    /// - Returns: whether the connection goes on.
    private func answer(_ request: GatewayRequest) async -> Bool {
        guard request.method == "GET" || request.method == "HEAD" else {
            return await refuse(405, "Method Not Allowed")
        }
        guard let address = target(request.path) else { return await refuse(404, "Not Found") }
        do {
            let (answer, final) = try await fetch(address, request)
            guard answer.status == 200, Self.isList(answer, final), request.method == "GET" else {
                return await forward(answer, request)
            }
            return try await self.answer(list: answer, from: final)
        } catch {
            return await refuse(502, "Bad Gateway")
        }
    }

    /// The address behind a path; nil for every path that was not given out.
    private func target(_ path: String) -> String? {
        let parts = path.dropFirst().split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard path.hasPrefix("/"), parts.count == 3, parts[0] == secret, let number = Int(parts[1]) else { return nil }
        return directory.address(number: number, rest: parts[2])
    }

    private func fetch(_ address: String, _ request: GatewayRequest) async throws -> (StreamedResponse, String) {
        var address = address
        for _ in 0...Self.redirections {
            var headers = directory.isOwn(address) ? headers : []
            if let range = request.range { headers.append(("Range", range)) }
            let answer = try await transport.stream(
                ClientRequest(request.method, address, headers: headers, idleTimeout: .seconds(60)))
            guard [301, 302, 303, 307, 308].contains(answer.status), let location = answer.header("Location"),
                let next = ParsedURL.resolve(location, against: address), next.hasPrefix("http")
            else { return (answer, address) }
            address = next
        }
        throw TransportError.other("too many redirections")
    }

    private static func isList(_ answer: StreamedResponse, _ address: String) -> Bool {
        let type = answer.header("Content-Type")?.lowercased() ?? ""
        return type.contains("mpegurl") || address.prefix { $0 != "?" }.hasSuffix(".m3u8")
    }

    private func answer(list answer: StreamedResponse, from address: String) async throws -> Bool {
        var bytes: [UInt8] = []
        for try await chunk in answer.chunks {
            bytes += chunk
            guard bytes.count <= Self.listLimit else { throw TransportError.tooLarge }
        }
        let list = directory.rewritten(bytes, from: address)
        return await write(
            Self.head(
                200, "OK", [("Content-Type", "application/vnd.apple.mpegurl"), ("Content-Length", "\(list.count)")])
                + list)
    }

    /// Hands on what comes. Where it breaks off, the connection ends: the player sees that the body is not whole.
    private func forward(_ answer: StreamedResponse, _ request: GatewayRequest) async -> Bool {
        var kept: [(String, String)] = []
        for name in ["Content-Type", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified"] {
            if let value = answer.header(name) { kept.append((name, value)) }
        }
        let length = answer.header("Content-Length")
        // Without a length the end of the connection is the end of the body.
        kept.append(length.map { ("Content-Length", $0) } ?? ("Connection", "close"))
        guard await write(Self.head(answer.status, "OK", kept)) else { return false }
        if request.method == "HEAD" { return length != nil }
        do {
            for try await chunk in answer.chunks where !chunk.isEmpty {
                guard await write(chunk) else { return false }
            }
        } catch {
            return false
        }
        return length != nil
    }

    private func refuse(_ status: Int, _ reason: String) async -> Bool {
        await write(Self.head(status, reason, [("Content-Length", "0")]))
    }

    private static func head(_ status: Int, _ reason: String, _ headers: [(String, String)]) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(reason)\r\n"
        for (name, value) in headers where !value.utf8.contains(where: { $0 < 0x20 }) {
            text += "\(name): \(value)\r\n"
        }
        return Array((text + "\r\n").utf8)
    }

    // MARK: The socket

    private func readHead() async -> GatewayRequest? {
        let descriptor = descriptor
        return await onQueue {
            var bytes: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 4096)
            while bytes.count < Self.headLimit {
                let count = recv(descriptor, &part, part.count, 0)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return nil }
                bytes.append(contentsOf: part[..<count])
                if let request = GatewayRequest(bytes) { return request }
            }
            return nil
        }
    }

    private func write(_ bytes: [UInt8]) async -> Bool {
        let descriptor = descriptor
        return await onQueue {
            var done = 0
            while done < bytes.count {
                let count = bytes.withUnsafeBytes {
                    send(descriptor, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    private func onQueue<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: work()) } }
    }
}

/// The head of a player's request.
struct GatewayRequest: Sendable, Equatable {
    let method: String
    let path: String
    let range: String?

    /// nil while the head is not whole, and for what is none.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        // A carriage return and a line feed are one character of Swift's.
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split { $0.isNewline }
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
        method = String(words[0])
        path = String(words[1])
        range =
            lines.dropFirst().lazy.compactMap { line -> String? in
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, parts[0].lowercased() == "range" else { return nil }
                return String(parts[1].drop { $0 == " " })
            }.first
    }
}
