import JSON
import MatrixAPI

/// The `m.receipt` event of a room. Source: Client-Server API, "Receipts".
enum ReceiptEvent {
    static func encode(_ receipts: [Receipt]) -> RawJSON {
        var byEvent: [EventID: [String: [UserID: Receipt]]] = [:]
        // A later receipt of the same member, type and thread replaces an earlier one.
        var newest: [Key: Receipt] = [:]
        for receipt in receipts { newest[Key(receipt)] = receipt }
        for receipt in newest.values {
            byEvent[receipt.event, default: [:]][receipt.type, default: [:]][receipt.user] = receipt
        }
        return RawJSON(
            JSONWriter.object { event in
                event.member("type", "m.receipt")
                event.object("content") { content in
                    for (id, types) in byEvent.sorted(by: { $0.key < $1.key }) {
                        content.object(id.string) { object in
                            for (type, users) in types.sorted(by: { $0.key < $1.key }) {
                                object.object(type) { write(users, to: &$0) }
                            }
                        }
                    }
                }
            })
    }

    private struct Key: Hashable {
        let user: UserID
        let type: String
        let thread: String?
        init(_ receipt: Receipt) {
            user = receipt.user
            type = receipt.type
            thread = receipt.thread
        }
    }

    private static func write(_ users: [UserID: Receipt], to object: inout JSONWriter) {
        for (user, receipt) in users.sorted(by: { $0.key < $1.key }) {
            object.object(user.string) { body in
                body.member("ts", receipt.timestamp)
                if let thread = receipt.thread { body.member("thread_id", thread) }
            }
        }
    }
}
