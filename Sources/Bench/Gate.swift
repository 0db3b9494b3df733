import Glibc

/// Lets one thread wait for another.
///
/// `@unchecked Sendable`: a semaphore is made for that.
final class Gate: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func open() { sem_post(semaphore) }

    func wait() {
        // A signal may end the wait early.
        while sem_wait(semaphore) != 0 {}
    }
}
