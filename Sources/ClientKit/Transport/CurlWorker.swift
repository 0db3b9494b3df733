internal import CCurl
internal import CurlShims
import Glibc
internal import LinuxShims
import Synchronization

/// A thread with libcurl's connections, all with the same authorities. It ends, with its connections, when it is closed
/// and its last transfer is done.
///
/// `@unchecked Sendable`: `transfers` is confined to the thread; `multi` is used by it alone but for
/// `curl_multi_wakeup`, which any thread may call while the inbox is open.
final class CurlWorker: @unchecked Sendable {
    enum Command {
        case start(TransferOrder)
        case resume(UInt64)
        case cancel(UInt64)
    }

    /// What makes a transfer on the thread.
    struct TransferOrder: Sendable {
        let id: UInt64
        let request: ClientRequest
        let target: ParsedURL
        let route: ProxyRoute
        let usesNegotiate: Bool
        let delivery: CurlTransfer.Delivery

        func fail(_ error: TransportError) {
            switch delivery {
            case .whole(_, let completion): completion(.failure(error))
            case .stream(let buffer): buffer.finish(.failure(error))
            }
        }
    }

    private struct Inbox {
        var commands: [Command] = []
        var isClosing = false
        var hasEnded = false
    }

    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    private static let identifiers = Atomic<UInt64>(1)

    let trust: TrustStore
    private let inbox = Mutex(Inbox())
    private let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: CurlTransfer] = [:]

    /// - Throws: ``TransportError/authorityFile(path:)``, or when there is no thread to be had.
    init(authorityFile: String?) throws(TransportError) {
        trust = try TrustStore(authorityFile: authorityFile)
        guard Self.isLibraryReady, let multi = curl_multi_init() else { throw .other("libcurl does not start") }
        self.multi = multi
        mado_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<CurlWorker>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard failure == 0 else {
            argument.release()
            throw .other("no thread: \(String(cString: strerror(failure)))")
        }
        pthread_detach(thread)
    }

    deinit { curl_multi_cleanup(multi) }

    static func newIdentifier() -> UInt64 { identifiers.wrappingAdd(1, ordering: .relaxed).newValue }

    // MARK: Any thread

    func put(_ command: Command) {
        let isTaken = inbox.withLock { inbox in
            guard !inbox.hasEnded else { return false }
            inbox.commands.append(command)
            curl_multi_wakeup(multi)
            return true
        }
        if !isTaken, case .start(let order) = command { order.fail(.cancelled) }
    }

    /// What is on its way goes on.
    func close() {
        inbox.withLock { inbox in
            inbox.isClosing = true
            if !inbox.hasEnded { curl_multi_wakeup(multi) }
        }
    }

    // MARK: The thread

    private func run() {
        mado_set_thread_name("mado-network")
        mado_block_signals()
        while takeCommands() {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishDone()
            endOverdue()
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

    private func transfer(_ id: UInt64) -> CurlTransfer? { transfers.values.first { $0.id == id } }

    private func start(_ order: TransferOrder) {
        do {
            let transfer = try CurlTransfer(
                id: order.id, request: order.request, target: order.target, route: order.route, trust: trust,
                authentication: order.usesNegotiate ? MADO_CURL_PROXY_NEGOTIATE : MADO_CURL_PROXY_PASSWORD,
                delivery: order.delivery, now: Monotonic.milliseconds())
            guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
                return order.fail(.other("libcurl takes no more transfers"))
            }
            transfers[transfer.easy] = transfer
        } catch {
            order.fail(error)
        }
    }

    private func finishDone() {
        var result = CURLE_OK
        while let easy = mado_curl_next_done(multi, &result) {
            guard let transfer = transfers.removeValue(forKey: easy) else { continue }
            curl_multi_remove_handle(multi, easy)
            transfer.finish(result)
        }
    }

    private func end(_ transfer: CurlTransfer, _ error: TransportError) {
        transfers[transfer.easy] = nil
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.fail(error)
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
