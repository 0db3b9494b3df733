import Foundation
import TestSupport

/// Node's HTTP server as a second opinion: runs `Tests/Differential/http1-node.mjs`.
enum NodeParser {
    struct Opinion: Decodable {
        struct Request: Decodable {
            var method: String
            var target: String
            var version: String
            /// Name and base64 of the value.
            var fields: [[String]]
            var body: Data
        }

        var requests: [Request]
        var ending: String
        /// Node's error code, empty without one.
        var code: String
    }

    private struct Version: Decodable { var version: String }
    private struct Input: Encodable { var bytes: Data }
    private struct Failure: Error, CustomStringConvertible { var description: String }

    static let executable: URL? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
        .split(separator: ":").map { URL(filePath: String($0)).appending(path: "node") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }

    static let isInCI = ProcessInfo.processInfo.environment["CI"] == "true"

    /// Node's version and its opinions of the inputs, each sent on a connection of its own.
    static func opinions(on inputs: [[UInt8]]) throws -> (version: String, opinions: [Opinion]) {
        guard let executable else { throw Failure(description: "there is no node in PATH") }
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Differential/http1-node.mjs").standardizedFileURL
        let encoder = JSONEncoder()
        var lines = Data()
        for input in inputs { lines += try encoder.encode(Input(bytes: Data(input))) + [0x0a] }
        // A file, for a pipe in each direction could fill up on both sides.
        let file = FileManager.default.temporaryDirectory.appending(path: "mado-http1-\(UUID().uuidString)")
        try lines.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }

        let result = try ChildProcess.run(executable.path, [script.path], input: file.path())
        let texts = Data(result.output).split(separator: 0x0a)
        guard result.status == 0, texts.count == inputs.count + 1, let first = texts.first else {
            throw Failure(description: "node ended with \(result.status) after \(texts.count) lines")
        }
        let decoder = JSONDecoder()
        return (
            try decoder.decode(Version.self, from: first).version,
            try texts.dropFirst().map { try decoder.decode(Opinion.self, from: $0) }
        )
    }
}
