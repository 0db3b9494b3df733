import HTTP

/// Builds a router's arrays.
struct RouterTree {
    private final class Branch {
        var literals: [String: Branch] = [:]
        var parameter: Branch?
        var rest: [Route] = []
        var routes: [Route] = []
    }

    private let root = Branch()
    private(set) var nodes: [Router.Node] = []
    private(set) var literals: [Router.Literal] = []
    private(set) var names: [UInt8] = []
    private(set) var routes: [Route] = []

    init(_ all: [Route]) {
        for route in all { add(route) }
        _ = flatten(root)
    }

    private func add(_ route: Route) {
        var branch = root
        for segment in Self.segments(of: route.path) {
            guard Self.parameterName(segment) != nil else {
                let next = branch.literals[String(segment)] ?? Branch()
                branch.literals[String(segment)] = next
                branch = next
                continue
            }
            if segment.hasSuffix("...}") { return Self.add(route, to: &branch.rest) }
            let next = branch.parameter ?? Branch()
            branch.parameter = next
            branch = next
        }
        Self.add(route, to: &branch.routes)
    }

    private static func add(_ route: Route, to routes: inout [Route]) {
        precondition(
            !routes.contains { $0.method == route.method }, "two endpoints for \(route.method) \(route.path)")
        routes.append(route)
    }

    /// Appends a branch with all below it; its number.
    private mutating func flatten(_ branch: Branch) -> Int {
        let number = nodes.count
        nodes.append(Router.Node())
        var node = Router.Node()
        node.routes = append(branch.routes)
        node.rest = append(branch.rest)
        let sorted = branch.literals.sorted { Self.isOrdered(Array($0.key.utf8), Array($1.key.utf8)) }
        let start = literals.count
        for (name, _) in sorted {
            literals.append(Router.Literal(name: names.count..<names.count + name.utf8.count, node: 0))
            names += name.utf8
        }
        node.literals = start..<literals.count
        for (offset, next) in sorted.enumerated() { literals[start + offset].node = flatten(next.value) }
        if let parameter = branch.parameter { node.parameter = flatten(parameter) }
        nodes[number] = node
        return number
    }

    private mutating func append(_ more: [Route]) -> Range<Int> {
        routes += more
        return routes.count - more.count..<routes.count
    }

    /// By length, then bytes.
    private static func isOrdered(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count != other.count ? one.count < other.count : one.lexicographicallyPrecedes(other)
    }

    static func segments(of path: String) -> [Substring] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }

    /// `name` of `{name}` and `{name...}`; nil for a literal.
    static func parameterName(_ segment: Substring) -> String? {
        guard segment.hasPrefix("{") else { return nil }
        return String(segment.dropFirst().dropLast(segment.hasSuffix("...}") ? 4 : 1))
    }
}
