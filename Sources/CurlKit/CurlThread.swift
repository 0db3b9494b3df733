internal import CCurl
internal import CurlShims
import Glibc
internal import LinuxShims
import Synchronization

/// A thread with libcurl's connections. It ends, with its connections, when it is closed and its last transfer is done.
///
/// `@unchecked Sendable`: `transfers` is confined to the thread; `multi` is used by it alone but for
/// `curl_multi_wakeup`, which any thread may call while the inbox is open.
package final class CurlThread: @unchecked Sendable {
    package enum Command: Sendable {
        case start(any CurlOrder)
        case resume(UInt64)
        case cancel(UInt64)
    }

    /// libcurl does not start, or there is no thread to be had.
    package struct CannotStart: Error {
        package let reason: String
    }

    private struct Inbox {
        var commands: [Command] = []
        var isClosing = false
        var hasEnded = false
    }

    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    private static let identifiers = Atomic<UInt64>(1)

    private let name: String
    private let inbox = Mutex(Inbox())
    private let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: any CurlTransferring] = [:]

    /// - Parameter name: of the thread, for ps; at most 15 bytes count.
    package init(name: String) throws(CannotStart) {
        self.name = name
        guard Self.isLibraryReady, let multi = curl_multi_init() else {
            throw CannotStart(reason: "libcurl does not start")
        }
        self.multi = multi
        mado_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<CurlThread>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard failure == 0 else {
            argument.release()
            throw CannotStart(reason: "no thread: \(String(cString: strerror(failure)))")
        }
        pthread_detach(thread)
    }

    deinit { curl_multi_cleanup(multi) }

    package static func newIdentifier() -> UInt64 { identifiers.wrappingAdd(1, ordering: .relaxed).newValue }

    // MARK: Any thread

    package func put(_ command: Command) {
        let isTaken = inbox.withLock { inbox in
            guard !inbox.hasEnded else { return false }
            inbox.commands.append(command)
            curl_multi_wakeup(multi)
            return true
        }
        if !isTaken, case .start(let order) = command { order.fail(.cancelled) }
    }

    /// What is on its way goes on.
    package func close() {
        inbox.withLock { inbox in
            inbox.isClosing = true
            if !inbox.hasEnded { curl_multi_wakeup(multi) }
        }
    }

    // MARK: The thread

    private func run() {
        mado_set_thread_name(name)
        mado_block_signals()
        while takeCommands() {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishDone()
            endOverdue()
            // Whoever closes it after this was asked wakes it.
            if transfers.isEmpty, inbox.withLock({ $0.isClosing }) { continue }
            curl_multi_poll(multi, nil, 0, timeUntilDeadline(), nil)
        }
    }

    /// False when everything is over.
    private func takeCommands() -> Bool {
        let commands = inbox.withLock { inbox -> [Command]? in
            if inbox.commands.isEmpty, inbox.isClosing, transfers.isEmpty {
                inbox.hasEnded = true
                return nil
            }
            defer { inbox.commands = [] }
            return inbox.commands
        }
        guard let commands else { return false }
        for command in commands {
            switch command {
            case .start(let order): start(order)
            case .resume(let id): transfer(id)?.resume()
            case .cancel(let id): if let transfer = transfer(id) { end(transfer, .cancelled) }
            }
        }
        return true
    }

    private func transfer(_ id: UInt64) -> (any CurlTransferring)? { transfers.values.first { $0.id == id } }

    private func start(_ order: any CurlOrder) {
        guard let transfer = order.transfer() else { return }
        guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            return transfer.end(.refused("libcurl takes no more transfers"))
        }
        transfers[transfer.easy] = transfer
    }

    private func finishDone() {
        var result = CURLE_OK
        while let easy = mado_curl_next_done(multi, &result) {
            guard let transfer = transfers.removeValue(forKey: easy) else { continue }
            curl_multi_remove_handle(multi, easy)
            transfer.finish(result.rawValue)
        }
    }

    private func end(_ transfer: any CurlTransferring, _ reason: CurlEnd) {
        transfers[transfer.easy] = nil
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.end(reason)
    }

    private func endOverdue() {
        let now = Monotonic.milliseconds()
        for transfer in Array(transfers.values) {
            if let deadline = transfer.deadline, deadline <= now { end(transfer, .timedOut) }
        }
    }

    /// libcurl wakes up earlier for its own timers and sockets.
    private func timeUntilDeadline() -> Int32 {
        let longest: Int64 = 600_000
        let now = Monotonic.milliseconds()
        let next = transfers.values.compactMap(\.deadline).min() ?? now + longest
        return Int32(max(0, min(next - now, longest)))
    }
}
