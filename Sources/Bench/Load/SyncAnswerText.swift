/// Just so much of sync as clients that do nothing else need.
enum SyncAnswerText {
    private static let key = Array(#""next_batch":""#.utf8)

    /// A poll that waits long.
    static func poll(since: String, token: String) -> [UInt8] {
        RequestBytes.make("GET", "/_matrix/client/v3/sync?timeout=120000&since=\(since)", token: token)
    }

    /// The token in an answer.
    static func nextBatch(in body: UnsafeRawBufferPointer) -> String? {
        var index = 0
        while index + key.count < body.count {
            guard body[index] == key[0], body[index..<index + key.count].elementsEqual(key) else {
                index += 1
                continue
            }
            let rest = body[(index + key.count)...]
            return rest.firstIndex(of: 0x22).map { String(decoding: rest[..<$0], as: UTF8.self) }
        }
        return nil
    }
}
