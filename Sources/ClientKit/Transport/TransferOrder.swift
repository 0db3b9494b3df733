internal import CurlKit
internal import CurlShims

/// What makes a transfer on libcurl's thread.
struct TransferOrder: CurlOrder {
    let id: UInt64
    let request: ClientRequest
    let target: ParsedURL
    let route: ProxyRoute
    let usesNegotiate: Bool
    let trust: TrustStore
    let delivery: CurlTransfer.Delivery

    func transfer() -> (any CurlTransferring)? {
        do throws(TransportError) {
            return try CurlTransfer(
                id: id, request: request, target: target, route: route, trust: trust,
                authentication: usesNegotiate ? MADO_CURL_PROXY_NEGOTIATE : MADO_CURL_PROXY_PASSWORD,
                delivery: delivery, now: Monotonic.milliseconds())
        } catch {
            fail(error)
            return nil
        }
    }

    func fail(_ reason: CurlEnd) { fail(TransportError(reason)) }

    private func fail(_ error: TransportError) {
        switch delivery {
        case .whole(_, let completion): completion(.failure(error))
        case .stream(let buffer): buffer.finish(.failure(error))
        }
    }
}

extension TransportError {
    init(_ end: CurlEnd) {
        switch end {
        case .cancelled: self = .cancelled
        case .timedOut: self = .timedOut
        case .refused(let reason): self = .other(reason)
        }
    }
}
