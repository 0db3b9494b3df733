internal import CurlKit

/// What keeps the server from asking anybody.
package enum OutboundSetupError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file of authorities cannot be read or holds no certificate.
    case authorityFile(path: String)
    case other(String)

    package var description: String {
        switch self {
        case .authorityFile(let path): "\(path) cannot be read or holds no certificate"
        case .other(let reason): reason
        }
    }
}

extension TrustStore {
    convenience init(outboundAuthorities file: String?) throws(OutboundSetupError) {
        do throws(TrustStore.UnusableFile) {
            try self.init(authorityFile: file)
        } catch {
            throw .authorityFile(path: error.path)
        }
    }
}

extension CurlThread {
    convenience init(outbound name: String) throws(OutboundSetupError) {
        do throws(CurlThread.CannotStart) {
            try self.init(name: name)
        } catch {
            throw .other(error.reason)
        }
    }
}
