import Glibc
import LinuxShims

/// Threads for calls that block (disk, password hashing), so that no loop does. They are started when needed,
/// kept, and end with the pool. Any thread.
package final class BlockingPool: Sendable {
    /// When its threads get a processor where there is more to do than processors for it.
    package enum Urgency: Sendable {
        /// As soon as there is work for them: for what comes often and is short.
        case prompt
        case usual
        /// After others.
        case background
    }

    private let queue: BlockingQueue

    /// - Parameters:
    ///   - threads: how many at most; more work waits in order.
    ///   - name: of the threads, for ps; at most 15 bytes count.
    package init(threads: Int, name: String, urgency: Urgency = .usual) {
        queue = BlockingQueue(maximumThreads: max(1, threads), name: name, urgency: urgency)
    }

    deinit {
        queue.close()
    }

    /// Runs `body` on one of the threads; the caller continues on its own executor.
    /// - Parameter isBulk: whether it may take long and come after what does not: one thread is kept free of such work,
    ///   unless there is only one.
    /// - Throws: what `body` throws.
    package func run<T: Sendable>(isBulk: Bool = false, _ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withUnsafeThrowingContinuation { continuation in
            queue.put({ continuation.resume(with: Result(catching: body)) }, isBulk: isBulk)
        }
    }

    /// Runs `body` on one of the threads; nobody waits for it. With one thread, in the order of the calls.
    package func submit(_ body: @escaping @Sendable () -> Void) { queue.put(body) }
}

/// The work of a `BlockingPool`, shared with its threads, which outlive the pool by their last piece of work.
///
/// `@unchecked Sendable`: every stored `var` is read and written with `lock` held.
private final class BlockingQueue: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let arrived: UnsafeMutablePointer<pthread_cond_t>
    private let maximumThreads: Int
    private let name: String
    private let urgency: BlockingPool.Urgency
    private var prompt = WorkList()
    private var bulk = WorkList()
    /// Threads that do bulk work.
    private var bulkThreads = 0
    private var threads = 0
    private var idle = 0
    private var closed = false

    init(maximumThreads: Int, name: String, urgency: BlockingPool.Urgency) {
        self.urgency = urgency
        self.maximumThreads = maximumThreads
        self.name = name
        lock = .allocate(capacity: 1)
        arrived = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        pthread_cond_init(arrived, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(arrived)
        lock.deallocate()
        arrived.deallocate()
    }

    private var mayDoBulk: Bool { bulkThreads < max(1, maximumThreads - 1) }

    func put(_ piece: @escaping @Sendable () -> Void, isBulk: Bool = false) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if isBulk { bulk.append(piece) } else { prompt.append(piece) }
        if isBulk, !mayDoBulk { return }
        if idle >= prompt.count + (mayDoBulk ? bulk.count : 0) {
            pthread_cond_signal(arrived)
        } else if threads < maximumThreads {
            startThread()
        }
    }

    func close() {
        pthread_mutex_lock(lock)
        closed = true
        pthread_cond_broadcast(arrived)
        pthread_mutex_unlock(lock)
    }

    private func startThread() {
        let argument = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<BlockingQueue>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard failure == 0 else {
            argument.release()
            // Those that run will get to it; a process that cannot have its first thread cannot go on.
            precondition(threads > 0, "no thread for blocking calls")
            return
        }
        pthread_detach(thread)
        threads += 1
    }

    private func run() {
        mado_set_thread_name(name)
        mado_block_signals()
        switch urgency {
        case .prompt: mado_shorten_slice()
        case .usual: break
        case .background: mado_lower_priority()
        }
        var didBulk = false
        while let next = take(afterBulk: didBulk) {
            next.piece()
            didBulk = next.isBulk
        }
    }

    /// Waits for work; nil when there will be none.
    private func take(afterBulk didBulk: Bool) -> (piece: () -> Void, isBulk: Bool)? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if didBulk { bulkThreads -= 1 }
        while true {
            if let piece = prompt.popFirst() { return (piece, false) }
            if mayDoBulk, let piece = bulk.popFirst() {
                bulkThreads += 1
                return (piece, true)
            }
            // Bulk work that is left has its threads.
            if closed { return nil }
            idle += 1
            pthread_cond_wait(arrived, lock)
            idle -= 1
        }
    }
}

/// Work in order.
private struct WorkList {
    private var pieces: [() -> Void] = []
    private var start = 0

    var count: Int { pieces.count - start }

    mutating func append(_ piece: @escaping () -> Void) { pieces.append(piece) }

    mutating func popFirst() -> (() -> Void)? {
        guard start < pieces.count else { return nil }
        let piece = pieces[start]
        start += 1
        if start == pieces.count {
            pieces.removeAll(keepingCapacity: pieces.capacity <= 1024)
            start = 0
        } else if start >= 1024 {
            pieces.removeFirst(start)
            start = 0
        }
        return piece
    }
}
