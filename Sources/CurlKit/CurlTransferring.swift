/// One transfer of libcurl's, from its set-up to its end. Confined to its thread once it is started.
package protocol CurlTransferring: AnyObject {
    /// From ``CurlThread/newIdentifier()``.
    var id: UInt64 { get }
    /// The handle (`CURL *`), which the transfer owns.
    var easy: UnsafeMutableRawPointer { get }
    /// When it has to be ended if nothing more happens, in monotonic milliseconds; nil for never.
    var deadline: Int64? { get }
    /// libcurl is done with it.
    /// - Parameter code: a `CURLcode`.
    func finish(_ code: UInt32)
    /// It was ended before libcurl was done, or never begun.
    func end(_ reason: CurlEnd)
    /// Whoever reads has room again.
    func resume()
}

/// What makes a transfer on the thread.
package protocol CurlOrder: Sendable {
    /// nil when the request cannot even be begun, which the order has told whoever waits.
    func transfer() -> (any CurlTransferring)?
    func fail(_ reason: CurlEnd)
}

/// Why a transfer ended without libcurl.
package enum CurlEnd: Sendable, Equatable {
    case cancelled
    case timedOut
    case refused(String)
}
