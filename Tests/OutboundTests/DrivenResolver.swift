import HTTP
import Synchronization

@testable import Outbound

/// A resolver that knows what a test says, and each time the next of several answers.
final class DrivenResolver: AddressResolver {
    private let answers: Mutex<[String: [[String]]]>
    private let asked = Mutex<[String]>([])
    private let system = SystemAddressResolver()

    /// - Parameter answers: by name, what the first look-up finds, the second, …; the last one stays.
    init(_ answers: [String: [[String]]]) { self.answers = Mutex(answers) }

    /// The names that were looked up.
    var names: [String] { asked.withLock { $0 } }

    func addresses(of host: String) async throws(FetchError) -> [PeerAddress] {
        asked.withLock { $0.append(host) }
        let found = answers.withLock { answers -> [String]? in
            guard let list = answers[host], let first = list.first else { return nil }
            if list.count > 1 { answers[host] = Array(list.dropFirst()) }
            return first
        }
        guard let found else { return try await system.addresses(of: host) }
        guard !found.isEmpty else { throw .cannotResolve(host: host) }
        return found.map { PeerAddress($0)! }
    }
}

/// A resolver that never answers.
struct SilentResolver: AddressResolver {
    func addresses(of host: String) async throws(FetchError) -> [PeerAddress] {
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        throw .cannotResolve(host: host)
    }
}
