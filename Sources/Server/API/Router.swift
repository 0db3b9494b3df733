import HTTP

/// Finds the endpoint of a path: a tree with a node for each segment. Built once, then read by every loop.
///
/// Every request passes here, so the tree lies flat in arrays of numbers: a search compares bytes, and neither makes
/// strings nor counts references that all loops share.
struct Router: Sendable {
    /// What a path leads to.
    enum Match {
        case found(Route, parameters: [(name: String, value: String)])
        /// The path exists, with other methods.
        case methodNotAllowed([HTTPMethod])
        case notFound
        /// A segment is not valid percent-encoded UTF-8.
        case malformed
    }

    /// Ranges of the arrays below.
    struct Node: Sendable {
        var literals = 0..<0
        /// The node behind `{name}`, -1 for none.
        var parameter = -1
        /// Endpoints that end here, and those that take the rest of the path.
        var routes = 0..<0
        var rest = 0..<0
    }

    struct Literal: Sendable {
        /// Its bytes in `names`.
        var name: Range<Int>
        var node: Int
    }

    private let nodes: [Node]
    /// For each node in order of length, then bytes.
    private let literals: [Literal]
    private let names: [UInt8]
    private let routes: [Route]
    /// The names in each route's path, without braces.
    private let parameterNames: [[String]]

    init(_ routes: Routes) {
        let tree = RouterTree(routes.all)
        nodes = tree.nodes
        literals = tree.literals
        names = tree.names
        self.routes = tree.routes
        parameterNames = tree.routes.map { route in
            RouterTree.segments(of: route.path).compactMap(RouterTree.parameterName)
        }
    }

    func match(_ method: HTTPMethod, path: String) -> Match {
        var path = path
        return path.withUTF8 { bytes in
            // HEAD is answered as GET; the engine leaves out the body.
            var search = Search(bytes: bytes, method: method == .head ? .get : method)
            // What stands before the first slash, which is nothing in a valid path, does not count.
            guard let found = find(0, from: min(1, bytes.count), &search) else {
                return search.otherMethods.isEmpty ? .notFound : .methodNotAllowed(search.otherMethods)
            }
            var parameters: [(name: String, value: String)] = []
            parameters.reserveCapacity(search.captures.count)
            for (name, range) in zip(parameterNames[found], search.captures) {
                guard let value = Self.decode(UnsafeBufferPointer(rebasing: bytes[range])) else { return .malformed }
                parameters.append((name, value))
            }
            return .found(routes[found], parameters: parameters)
        }
    }

    private struct Search {
        let bytes: UnsafeBufferPointer<UInt8>
        let method: HTTPMethod
        /// The values of the parameters on the way to here.
        var captures: [Range<Int>] = []
        var otherMethods: [HTTPMethod] = []
    }

    /// Literal segments win over parameters, and parameters over a rest; dead ends are left again.
    /// - Parameter start: of the next segment; behind the path's end when there is none.
    private func find(_ index: Int, from start: Int, _ search: inout Search) -> Int? {
        let node = nodes[index]
        let count = search.bytes.count
        guard start <= count else {
            if let found = pick(node.routes, &search) { return found }
            return pickRest(node, count..<count, &search)
        }
        var end = start
        while end < count, search.bytes[end] != UInt8(ascii: "/") { end += 1 }
        if let literal = literal(node, UnsafeBufferPointer(rebasing: search.bytes[start..<end])),
            let found = find(literal, from: end + 1, &search)
        {
            return found
        }
        if end > start, node.parameter >= 0 {
            search.captures.append(start..<end)
            if let found = find(node.parameter, from: end + 1, &search) { return found }
            search.captures.removeLast()
        }
        return pickRest(node, start..<count, &search)
    }

    private func pickRest(_ node: Node, _ rest: Range<Int>, _ search: inout Search) -> Int? {
        guard let found = pick(node.rest, &search) else { return nil }
        search.captures.append(rest)
        return found
    }

    private func pick(_ candidates: Range<Int>, _ search: inout Search) -> Int? {
        for index in candidates where routes[index].method == search.method { return index }
        for index in candidates { search.otherMethods.append(routes[index].method) }
        return nil
    }

    /// Binary search.
    private func literal(_ node: Node, _ segment: UnsafeBufferPointer<UInt8>) -> Int? {
        var low = node.literals.lowerBound
        var high = node.literals.upperBound
        while low < high {
            let middle = (low + high) / 2
            let literal = literals[middle]
            let order = compare(literal.name, segment)
            if order == 0 { return literal.node }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Below, at or above zero as the name stands before, at or behind the segment.
    private func compare(_ name: Range<Int>, _ segment: UnsafeBufferPointer<UInt8>) -> Int {
        guard name.count == segment.count else { return name.count - segment.count }
        var index = name.lowerBound
        for byte in segment {
            let difference = Int(names[index]) - Int(byte)
            if difference != 0 { return difference }
            index += 1
        }
        return 0
    }

    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        // Most values hold no escape.
        return bytes.contains(UInt8(ascii: "%")) ? PercentEncoding.decode(text, plusAsSpace: false) : text
    }
}
