import Glibc

/// Why a server could not start, or its certificates not be loaded.
package enum HTTPServerError: Error, CustomStringConvertible {
    /// The address is in use, forbidden or not ours.
    case cannotListen(on: String, errno: Int32)
    /// The files are not there, not PEM, or do not belong together; with OpenSSL's words.
    case certificate(String)

    package var description: String {
        switch self {
        case .cannotListen(let address, let errno): "cannot listen on \(address): \(String(cString: strerror(errno)))"
        case .certificate(let reason): "cannot use the certificate: \(reason)"
        }
    }
}
