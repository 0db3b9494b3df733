package import JSON

/// The members of events that a client wants to have.
///
/// Source: `sync_filter.yaml`, `event_fields`.
package struct EventFields: Sendable {
    /// The wanted members of an object. A path that ends here takes all that is below.
    private struct Node: Sendable {
        var isWhole = false
        var members: [String: Node] = [:]

        mutating func add(_ path: ArraySlice<String>) {
            guard let name = path.first else {
                isWhole = true
                return
            }
            members[name, default: Node()].add(path.dropFirst())
        }
    }

    private var root = Node()

    static let maximumCount = 100
    /// Names on a path; events are not as deep.
    static let maximumDepth = 50

    /// nil with too many paths, or too long ones.
    package init?(_ fields: [String]) {
        guard fields.count <= Self.maximumCount else { return nil }
        for field in fields {
            let names = PropertyPath(field).names
            guard names.count <= Self.maximumDepth else { return nil }
            root.add(names[...])
        }
    }

    /// The event with only those members, in the order that they had.
    package func project(_ event: JSONValue) -> [UInt8] {
        var writer = JSONWriter(reserving: min(event.bytes.count, 1024))
        writer.object { Self.write(event, root, to: &$0) }
        return writer.bytes
    }

    private static func write(_ value: JSONValue, _ node: Node, to object: inout JSONWriter) {
        guard let members = value.object else { return }
        for (key, value) in members {
            guard let child = node.members[key], isWanted(value, child) else { continue }
            if child.isWhole {
                object.member(key, value)
            } else {
                object.object(key) { write(value, child, to: &$0) }
            }
        }
    }

    /// Whether anything of the value remains.
    private static func isWanted(_ value: JSONValue, _ node: Node) -> Bool {
        node.isWhole || node.members.contains { name, child in value[name].map { isWanted($0, child) } ?? false }
    }
}
