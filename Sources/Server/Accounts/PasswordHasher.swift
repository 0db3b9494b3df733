import EventLoop
import MatrixAPI
import Synchronization

/// Argon2id, off the loops and a few at a time, so that neither a loop nor the memory is at a stranger's mercy.
package final class PasswordHasher: Sendable {
    /// How many may wait for their turn before more are refused.
    private static let maximumWaiting = 256
    private static let saltBytes = 16
    private static let hashBytes = 32

    private let cost: PasswordHashing
    private let pool: BlockingPool
    private let waiting = Atomic<Int>(0)
    private let performed = Atomic<Int>(0)

    package init(cost: PasswordHashing) {
        self.cost = cost
        pool = BlockingPool(threads: cost.simultaneous, name: "password")
    }

    /// How many hashes were computed: the work, which must not tell a known account from an unknown one.
    package var computations: Int { performed.load(ordering: .relaxed) }

    /// The encoded hash, with its parameters and a fresh salt.
    /// - Throws: `M_LIMIT_EXCEEDED` when too many wait already.
    package func hash(_ password: String) async throws -> String {
        try await compute { [cost] in try Self.hash(password, cost) }
    }

    /// Whether the password is the one that was hashed. Without a hash (no such account, no password) it is
    /// not, after the same work.
    /// - Throws: `M_LIMIT_EXCEEDED` when too many wait already.
    package func verify(_ password: String, against encoded: String?) async throws -> Bool {
        try await compute { [cost] in
            guard let hash = encoded.flatMap(PasswordHash.init) else {
                _ = try Self.hash(password, cost)
                return false
            }
            let digest = try Argon2.digest(
                of: password, salt: hash.salt, memory: hash.memory, passes: hash.passes, lanes: hash.lanes,
                length: hash.digest.count)
            return hash.matches(digest)
        }
    }

    private func compute<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        let before = waiting.wrappingAdd(1, ordering: .relaxed).oldValue
        defer { waiting.wrappingSubtract(1, ordering: .relaxed) }
        if before >= Self.maximumWaiting { throw MatrixError.limitExceeded(retryAfter: .seconds(5)) }
        performed.wrappingAdd(1, ordering: .relaxed)
        return try await pool.run(body)
    }

    private static func hash(_ password: String, _ cost: PasswordHashing) throws -> String {
        let salt = RandomBytes.make(saltBytes)
        let digest = try Argon2.digest(
            of: password, salt: salt, memory: cost.memory, passes: cost.passes, lanes: 1, length: hashBytes)
        return PasswordHash(memory: cost.memory, passes: cost.passes, lanes: 1, salt: salt, digest: digest).text
    }
}

/// The hash could not be computed: no memory, or parameters that Argon2 does not take.
package struct PasswordHashingError: Error {
    package let reason: String
}
