import ClientKit
import JSON
import Synchronization

/// Keeps the token in memory and tells the messages that arrive.
final class ProbeSink: SyncSink {
    private let token: Mutex<String?>

    init(since: String?) { token = Mutex(since) }

    func nextBatch() async -> String? { token.withLock { $0 } }

    func apply(_ answer: [UInt8]) async throws {
        let answer = try JSONValue.parse(answer)
        let next = answer.string("next_batch")
        token.withLock { $0 = next }
        let texts = Self.texts(in: answer)
        Output.line { line in
            line.member("applied", next ?? "")
            line.array("texts") { list in for text in texts { list.value(text) } }
        }
    }

    private static func texts(in answer: JSONValue) -> [String] {
        guard let rooms = answer["rooms"]?["join"]?.object else { return [] }
        var texts: [String] = []
        for (_, room) in rooms {
            guard let events = room["timeline"]?["events"]?.array else { continue }
            texts += events.compactMap { $0.string("content", "body") }
        }
        return texts
    }

    func drainOutbox() async { Output.line { $0.member("drained", true) } }

    func announce(connectsEvery seconds: Int?) async throws {
        Output.line { $0.member("announced", Int64(seconds ?? 0)) }
    }
}
