internal import CurlKit

/// What makes a hop's transfer on libcurl's thread.
struct FetchOrder: CurlOrder {
    enum Route: Sendable {
        /// Straight to this address, whatever the name in the URL means by now.
        case address(String)
        case proxy(String)
    }

    let id: UInt64
    let hop: FetchHop
    let route: Route
    let trust: TrustStore
    /// In monotonic milliseconds.
    let deadline: Int64
    let buffer: StreamBuffer<FetchError>

    func transfer() -> (any CurlTransferring)? {
        if let transfer = FetchTransfer(self) { return transfer }
        buffer.finish(.failure(.other("out of memory")))
        return nil
    }

    func fail(_ reason: CurlEnd) { buffer.finish(.failure(FetchError(reason))) }
}

extension FetchError {
    init(_ end: CurlEnd) {
        switch end {
        case .cancelled: self = .cancelled
        case .timedOut: self = .timedOut
        case .refused(let reason): self = .other(reason)
        }
    }
}
