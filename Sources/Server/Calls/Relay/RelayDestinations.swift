import Glibc
package import HTTP
import Synchronization

/// Where relays may send: to one another, to conferences, and into the networks that the administrator allows. Any thread.
///
/// Only addresses with ports at which a relay or a conference of this server listens *now* count; the loopback address that
/// relays have by default leads to nothing else.
package final class RelayDestinations: Sendable {
    private struct State {
        var live: [TransportAddress: Int] = [:]
        /// How many of those each address has.
        var addresses: [PeerAddress: Int] = [:]
        /// The machine's own addresses, and until when (monotonic seconds) that is believed.
        var own: Set<PeerAddress> = []
        var ownUntil = 0
    }

    private static let ownLifetime = 30

    private let networks: [AddressRange]
    private let machineAddresses: @Sendable () -> Set<PeerAddress>
    private let state = Mutex(State())

    /// - Parameter networks: allowed besides; but never what is of this machine, of one cable only, or of many receivers.
    package init(
        networks: [AddressRange] = [],
        machineAddresses: @escaping @Sendable () -> Set<PeerAddress> = RelayDestinations.addressesOfThisMachine
    ) {
        self.networks = networks
        self.machineAddresses = machineAddresses
    }

    /// A relay or a conference listens there from now on.
    package func add(_ place: TransportAddress) {
        state.withLock { state in
            state.live[place, default: 0] += 1
            state.addresses[place.address, default: 0] += 1
        }
    }

    package func remove(_ place: TransportAddress) {
        state.withLock { state in
            guard let count = state.live[place] else { return }
            state.live[place] = count > 1 ? count - 1 : nil
            let others = state.addresses[place.address, default: 1] - 1
            state.addresses[place.address] = others > 0 ? others : nil
        }
    }

    /// Whether something may be sent there.
    package func permit(_ place: TransportAddress) -> Bool {
        state.withLock { state in state.live[place] != nil || place.port != 0 && isInNetworks(place.address, &state) }
    }

    /// Whether something may be received from there: permissions know no ports.
    package func permit(_ address: PeerAddress) -> Bool {
        state.withLock { state in state.addresses[address] != nil || isInNetworks(address, &state) }
    }

    private func isInNetworks(_ address: PeerAddress, _ state: inout State) -> Bool {
        guard networks.contains(where: { $0.contains(address) }), !Self.never.contains(where: { $0.contains(address) })
        else { return false }
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        if now.tv_sec >= state.ownUntil {
            state.own = machineAddresses()
            state.ownUntil = now.tv_sec + Self.ownLifetime
        }
        return !state.own.contains(address)
    }

    /// This network, loopback, link-local, multicast and broadcast; and IPv6 that stands for IPv4.
    static let never = [
        "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/96", "fe80::/10", "ff00::/8",
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32",
    ].map { text in
        guard let range = AddressRange(text) else { preconditionFailure("\(text) is no range") }
        return range
    }

    package static func addressesOfThisMachine() -> Set<PeerAddress> {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var addresses: Set<PeerAddress> = []
        var entry = first
        while let current = entry {
            if let pointer = current.pointee.ifa_addr, let address = PeerAddress(UnsafePointer(pointer)) {
                addresses.insert(address)
            }
            entry = current.pointee.ifa_next
        }
        return addresses
    }
}
