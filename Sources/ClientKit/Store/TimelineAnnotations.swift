import JSON
import MatrixAPI
import SQLite

/// What later events made of those in a part of a room: edits, reactions, threads.
struct TimelineAnnotations {
    struct Edit {
        let sender: String
        let content: JSONValue
    }

    struct Reaction {
        let eventID: String
        let sender: String
        let key: String
    }

    /// By the event that they are for, oldest first.
    private(set) var edits: [String: [Edit]] = [:]
    private(set) var reactions: [String: [Reaction]] = [:]
    /// By root: how many events, and the position of the last.
    private(set) var threads: [String: (count: Int, last: Int64)] = [:]

    init() {}

    init(_ database: Database, room: Int64, from lower: Int64, to upper: Int64) throws {
        let rows = try database.all(
            """
            SELECT relation.target, relation.kind, relation.event_id, relation.sender, relation.key, relation.content
            FROM event CROSS JOIN relation ON relation.room = event.room AND relation.target = event.event_id
            WHERE event.room = ? AND event.is_shown AND event.position BETWEEN ? AND ?
            ORDER BY relation.timestamp, relation.event_id
            """, room, lower, upper
        ) { ($0.text(0), $0.text(1), $0.text(2), $0.text(3), $0.optionalText(4), $0.blob(5)) }
        for (target, kind, eventID, sender, key, content) in rows {
            if kind == "m.annotation" {
                reactions[target, default: []].append(Reaction(eventID: eventID, sender: sender, key: key ?? ""))
            } else if let content = try? JSONValue.parse(content, limits: .stored) {
                edits[target, default: []].append(Edit(sender: sender, content: content))
            }
        }
        let counted = try database.all(
            """
            SELECT event.event_id, count(*), max(answer.position)
            FROM event CROSS JOIN event AS answer INDEXED BY event_thread
                ON answer.room = event.room AND answer.thread = event.event_id
            WHERE event.room = ? AND event.is_shown AND event.position BETWEEN ? AND ? AND answer.is_shown
            GROUP BY event.event_id
            """, room, lower, upper
        ) { ($0.text(0), Int($0.int(1)), $0.int(2)) }
        for (root, count, last) in counted { threads[root] = (count, last) }
    }
}
