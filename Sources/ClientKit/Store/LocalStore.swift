import CSQLite
import Dispatch

/// What one account has received and entered, in one SQLite file. Works on a queue of its own, so that nobody waits for
/// the disk but who awaits the answer; what is asked first is answered first.
///
/// Each change is one transaction and is on the disk when the call returns. A process that is killed leaves whole
/// transactions behind.
///
/// `@unchecked Sendable`: the database is touched on the queue only.
package final class LocalStore: @unchecked Sendable {
    /// The account's own user id.
    let owner: String
    private let queue: DispatchQueue
    private var database: Database?

    /// - Throws: ``LocalStoreError``: `newer` when a newer version of the program has written the file.
    package init(path: String, owner: String) throws {
        self.owner = owner
        queue = DispatchQueue(label: "mado.store", qos: .userInitiated)
        database = try Database(path: path)
    }

    /// Reads, or writes what needs no transaction.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                continuation.resume(
                    with: Result {
                        guard let database else { throw LocalStoreError.closed }
                        return try body(database)
                    })
            }
        }
    }

    /// Changes something in one transaction.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await read { database in try database.transaction { try body(database) } }
    }

    /// Does something without anybody who waits for it; what is submitted first is done first.
    func submit(_ body: @escaping @Sendable (Result<Database, any Error>) -> Void) {
        queue.async { [self] in body(database.map { .success($0) } ?? .failure(LocalStoreError.closed)) }
    }

    /// Closes the file after what was asked before.
    package func close() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                database = nil
                continuation.resume()
            }
        }
    }
}
