/// The elements of an array, in order.
package struct JSONArrayView: Sequence, Sendable {
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

        package mutating func next() -> JSONValue? {
            guard position < end else { return nil }
            let value = JSONValue(storage: storage, index: position)
            position = Int(storage.nodes[position].next)
            return value
        }
    }
}
