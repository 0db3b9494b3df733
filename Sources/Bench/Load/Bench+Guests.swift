extension Bench {
    private static let lanes = 16

    /// Makes guests' accounts over a few connections: a guest's costs no password hashing and waits like any other's.
    /// - Parameter body: what is to be done with each (by its number), over the connection that made it.
    /// - Returns: what that came to, in the order of the numbers.
    func guests<T: Sendable>(
        _ count: Int, port: UInt16, _ body: @escaping @Sendable (Int, Member, SetupClient) async throws -> T
    ) async throws -> [T] {
        let made = try await withThrowingTaskGroup(of: [(Int, T)].self) { group in
            for lane in 0..<Self.lanes {
                group.addTask {
                    let client = try SetupClient(context, port: port)
                    var made: [(Int, T)] = []
                    for number in stride(from: lane, to: count, by: Self.lanes) {
                        made.append((number, try await body(number, try await Member.guest(client), client)))
                    }
                    return made
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return made.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
