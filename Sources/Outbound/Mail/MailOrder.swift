internal import CurlKit

/// What makes a message's transfer on libcurl's thread.
struct MailOrder: CurlOrder {
    let id: UInt64
    let client: MailClient
    let trust: TrustStore
    let sender: MailAddress
    let recipient: MailAddress
    let message: [UInt8]
    /// In monotonic milliseconds.
    let deadline: Int64
    let completion: @Sendable (Result<Void, MailError>) -> Void

    func transfer() -> (any CurlTransferring)? {
        if let transfer = MailTransfer(self) { return transfer }
        completion(.failure(.temporary("out of memory")))
        return nil
    }

    func fail(_ reason: CurlEnd) {
        switch reason {
        case .cancelled: completion(.failure(.temporary("cancelled")))
        case .timedOut: completion(.failure(.temporary("the mail server did not answer in time")))
        case .refused(let reason): completion(.failure(.temporary(reason)))
        }
    }
}
