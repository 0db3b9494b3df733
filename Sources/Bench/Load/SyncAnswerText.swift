/// Just so much of sync as clients that do nothing else need.
enum SyncAnswerText {
    private static let key = Array(#""next_batch":""#.utf8)

    /// Neither presence nor other members' states: what a client of a very large room asks for.
    static let lightFilter =
        "%7B%22presence%22%3A%7B%22not_types%22%3A%5B%22*%22%5D%7D%2C%22room%22%3A%7B%22state%22%3A%7B"
        + "%22lazy_load_members%22%3Atrue%7D%2C%22timeline%22%3A%7B%22limit%22%3A10%7D%7D%7D"
    /// The same without any room: for a token to wait from.
    static let emptyFilter =
        "%7B%22presence%22%3A%7B%22not_types%22%3A%5B%22*%22%5D%7D%2C%22room%22%3A%7B%22rooms%22%3A%5B%5D%7D%7D"

    /// A poll that waits long.
    static func poll(since: String, token: String, filter: String? = nil) -> [UInt8] {
        let filter = filter.map { "&set_presence=offline&filter=\($0)" } ?? ""
        return RequestBytes.make("GET", "/_matrix/client/v3/sync?timeout=120000&since=\(since)\(filter)", token: token)
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
