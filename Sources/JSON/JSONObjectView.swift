/// The members of an object, in the order of the text.
package struct JSONObjectView: Sequence, Sendable {
    let storage: JSONStorage
    let index: Int

    package var count: Int { storage.nodes[index].count }
    package var isEmpty: Bool { count == 0 }
    package var underestimatedCount: Int { count }

    package func makeIterator() -> Iterator {
        Iterator(storage: storage, position: index + 1, end: Int(storage.nodes[index].next))
    }

    package struct Iterator: IteratorProtocol {
        let storage: JSONStorage
        var position: Int
        let end: Int

        package mutating func next() -> (key: String, value: JSONValue)? {
            guard position < end else { return nil }
            let key = storage.string(storage.nodes[position])
            let value = JSONValue(storage: storage, index: position + 1)
            position = Int(storage.nodes[position + 1].next)
            return (key, value)
        }
    }
}
