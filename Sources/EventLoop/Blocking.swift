import Glibc
import Synchronization

/// Runs asynchronous work from the main thread, which is not part of any executor.
package enum Blocking {
    /// Waits until `work` is done. Never on a loop.
    /// - Parameter loop: where it begins; nil for the global executor.
    package static func run<T: Sendable>(
        on loop: EventLoop? = nil, _ work: @escaping @Sendable () async throws -> T
    ) throws -> T {
        let outcome = Outcome<T>()
        Task(executorPreference: loop) {
            do { outcome.finish(.success(try await work())) } catch { outcome.finish(.failure(error)) }
        }
        return try outcome.wait().get()
    }

    /// A result that one thread waits for.
    ///
    /// `@unchecked Sendable`: the semaphore is made for use from several threads, the result is guarded by a mutex.
    private final class Outcome<T: Sendable>: @unchecked Sendable {
        private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        private let result = Mutex<Result<T, any Error>?>(nil)

        init() { sem_init(semaphore, 0, 0) }

        deinit {
            sem_destroy(semaphore)
            semaphore.deallocate()
        }

        func finish(_ result: Result<T, any Error>) {
            self.result.withLock { $0 = result }
            sem_post(semaphore)
        }

        func wait() -> Result<T, any Error> {
            while true {
                while sem_wait(semaphore) != 0 {}
                if let result = result.withLock({ $0 }) { return result }
            }
        }
    }
}
