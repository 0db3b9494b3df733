package import HTTP
package import MatrixAPI
import Synchronization

/// The relay on the server's own listeners: connections that begin as TURN does go on to the relay, through a filter.
///
/// Only the first byte is looked at to tell it from HTTP. A connection begins with a STUN message, whose first two bits are
/// zero and whose method is below 0x100: 0 to 3; channels, whose numbers begin like capital letters, come later.
package final class RelayPort: SharedPortProtocol {
    package struct Limits: Sendable {
        /// Connections from one address, also those that have no relay yet. Proxies are exempt: they speak for others.
        package var connectionsPerAddress = 64
        package var relaysPerMember = 32
        /// Connections in all.
        package var connections = 2_000

        package init() {}
    }

    private struct State {
        /// Where the relay listens on the loopback interface; nil while there is none.
        var port: UInt16?
        var connections = 0
        var byAddress: [PeerAddress: Int] = [:]
        var byMember: [UserID: Int] = [:]
        /// Connections of members who have relays, to be ended when these may have none any more.
        var relayed: [ObjectIdentifier: (user: UserID, end: @Sendable () -> Void)] = [:]
    }

    package let destinations: RelayDestinations
    package let credentials: RelayCredentials
    package let figures = RelayFigures()
    private let limits: Limits
    private let state = Mutex(State())

    package init(destinations: RelayDestinations, credentials: RelayCredentials, limits: Limits = Limits()) {
        self.destinations = destinations
        self.credentials = credentials
        self.limits = limits
    }

    /// Where the relay listens from now on; nil: there is none.
    package func setPort(_ port: UInt16?) { state.withLock { $0.port = port } }

    /// Whether there is a relay.
    package var isOpen: Bool { state.withLock { $0.port != nil } }

    // MARK: Sharing the listeners

    /// RFC 7443.
    package var negotiatedName: StaticString { "\u{9}stun.turn" }

    package func begins(with byte: UInt8) -> Bool { byte < 4 }

    package func accept(_ connection: SharedPortConnection) -> (any SharedPortSpeaker)? {
        let address = connection.isFromProxy ? nil : connection.peer
        guard let port = enter(address) else {
            figures.refused.add()
            return nil
        }
        figures.connections.add()
        guard let relayed = RelayedConnection(connection, through: self, port: port, countedAs: address) else {
            leave(address)
            return nil
        }
        return relayed
    }

    /// Counts one more connection if there may be one; the relay's port then.
    private func enter(_ address: PeerAddress?) -> UInt16? {
        state.withLock { state in
            guard let port = state.port, state.connections < limits.connections else { return nil }
            if let address {
                guard state.byAddress[address, default: 0] < limits.connectionsPerAddress else { return nil }
                state.byAddress[address, default: 0] += 1
            }
            state.connections += 1
            return port
        }
    }

    func leave(_ address: PeerAddress?) {
        state.withLock { state in
            state.connections -= 1
            guard let address, let count = state.byAddress[address] else { return }
            state.byAddress[address] = count > 1 ? count - 1 : nil
        }
    }

    /// Whether the member may have one more relay; counted then.
    /// - Parameter end: ends its connection; called on any thread.
    func enter(_ user: UserID, _ connection: AnyObject, end: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard state.byMember[user, default: 0] < limits.relaysPerMember else { return false }
            state.byMember[user, default: 0] += 1
            state.relayed[ObjectIdentifier(connection)] = (user, end)
            return true
        }
    }

    func leave(_ user: UserID, _ connection: AnyObject) {
        state.withLock { state in
            state.relayed[ObjectIdentifier(connection)] = nil
            guard let count = state.byMember[user] else { return }
            state.byMember[user] = count > 1 ? count - 1 : nil
        }
    }

    /// Relays that members have now.
    package var relayCount: Int { state.withLock { $0.byMember.values.reduce(0, +) } }
}

extension RelayPort: SessionObserver {
    /// Who is logged out everywhere keeps no relay.
    package func sessionsEnded(of user: UserID, devices: Set<DeviceID>?) {
        guard devices == nil else { return }
        let ending = state.withLock { $0.relayed.values.filter { $0.user == user } }
        for relayed in ending { relayed.end() }
    }
}

/// What went through the relay's port. Any thread.
package final class RelayFigures: Sendable {
    package let connections = Counter()
    package let refused = Counter()
    package let relays = Counter()
    /// Messages that were not for the relay to carry out.
    package let forbidden = Counter()
    package let malformed = Counter()
    package let bytesIn = Counter()
    package let bytesOut = Counter()

    /// Has them shown under their names.
    package func register(in metrics: Metrics) {
        for (name, help, counter) in [
            ("connections", "Connections to the relay.", connections),
            ("refused", "Connections to the relay that were refused: too many, or no relay.", refused),
            ("allocations", "Relays that members got.", relays),
            ("forbidden", "Messages to addresses that relays may not reach.", forbidden),
            ("malformed", "Connections to the relay that ended for what they sent.", malformed),
            ("received_bytes", "Bytes from clients to the relay.", bytesIn),
            ("sent_bytes", "Bytes from the relay to clients.", bytesOut),
        ] {
            metrics.observe("mado_relay_\(name)_total", .counter, help) { Double(counter.value) }
        }
    }
}
