internal import EventLoop
import Glibc
package import HTTP

/// The machine's own resolver (`getaddrinfo`), on threads that may block.
package final class SystemAddressResolver: AddressResolver {
    private let pool = BlockingPool(threads: 4, name: "mado-resolve")

    package init() {}

    package func addresses(of host: String) async throws(FetchError) -> [PeerAddress] {
        // What blocks throws nothing.
        let found = (try? await pool.run { Self.lookUp(host) }) ?? []
        guard !found.isEmpty else { throw .cannotResolve(host: host) }
        return found
    }

    private static func lookUp(_ host: String) -> [PeerAddress] {
        guard !host.utf8.contains(0) else { return [] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        // An address whose family has no interface is still an address.
        if PeerAddress(host) != nil { hints.ai_flags = AI_NUMERICHOST }
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        var addresses: [PeerAddress] = []
        var entry = first
        while let current = entry {
            if let pointer = current.pointee.ai_addr, let address = PeerAddress(UnsafePointer(pointer)),
                !addresses.contains(address)
            {
                addresses.append(address)
            }
            entry = current.pointee.ai_next
        }
        return addresses
    }
}
