package import MatrixAPI
import Synchronization

/// The connections of all devices, in memory only: a client whose connection is gone begins a new one.
///
/// Bounded for each device and in all; the connections that were not used for the longest time go first.
package final class SlidingConnections: Sendable, SessionObserver {
    package struct Limits: Sendable {
        package var connectionsPerDevice = 16
        /// Of all states together, in rooms or the like.
        package var weight = 1_000_000
        package init() {}
    }

    /// A request that was taken.
    struct Ticket: Sendable {
        fileprivate let key: Key
        fileprivate let connection: UInt64
        fileprivate let request: Int
        /// What the client has.
        let state: SlidingState
    }

    struct Key: Hashable, Sendable {
        let user: UserID
        let device: DeviceID
        let name: String
    }

    private struct Entry {
        var connection: SlidingConnection
        var lastUse: Int
        var weight: Int
        /// Ends the waiting of the newest request.
        var supersede: (@Sendable () -> Void)?
    }

    private struct Table {
        var entries: [UserID: [Key: Entry]] = [:]
        var weight = 0
        var uses = 0

        subscript(key: Key) -> Entry? {
            get { entries[key.user]?[key] }
            set {
                weight += (newValue?.weight ?? 0) - (self[key]?.weight ?? 0)
                entries[key.user, default: [:]][key] = newValue
                if entries[key.user]?.isEmpty == true { entries[key.user] = nil }
            }
        }
    }

    private let limits: Limits
    private let table = Mutex(Table())

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// How many there are.
    package var count: Int { table.withLock { table in table.entries.values.reduce(0) { $0 + $1.count } } }

    static let unknownPosition = MatrixError(
        400, "M_UNKNOWN_POS", "The server does not know this position any more: begin without")

    /// Takes a request, and ends the waiting of the one before on the same connection.
    ///
    /// - Parameter position: nil begins anew.
    /// - Throws: `M_UNKNOWN_POS` when the position is not one that the device may go on from.
    func begin(_ key: Key, at position: String?) throws(MatrixError) -> Ticket {
        let taken = table.withLock { table -> (Ticket, supersede: (@Sendable () -> Void)?)? in
            var entry: Entry
            let number: Int?
            let superseded = table[key]?.supersede
            if let position {
                guard let position = SlidingPosition(position), let known = table[key],
                    known.connection.id == position.connection
                else { return nil }
                entry = known
                number = position.number
            } else {
                let connection = SlidingConnection(id: UInt64.random(in: 1...UInt64.max))
                entry = Entry(connection: connection, lastUse: 0, weight: connection.weight)
                number = nil
            }
            guard let (request, state) = entry.connection.begin(after: number) else { return nil }
            table.uses += 1
            entry.lastUse = table.uses
            entry.weight = entry.connection.weight
            entry.supersede = nil
            table[key] = entry
            keepWithinLimits(&table, key)
            return (Ticket(key: key, connection: entry.connection.id, request: request, state: state), superseded)
        }
        guard let taken else { throw Self.unknownPosition }
        taken.supersede?()
        return taken.0
    }

    /// Says how the request's waiting is ended by a later one on the connection; false when that has come already.
    func wait(_ ticket: Ticket, supersede: @escaping @Sendable () -> Void) -> Bool {
        table.withLock { table in
            guard current(ticket, in: table) != nil else { return false }
            table[ticket.key]?.supersede = supersede
            return true
        }
    }

    /// Notes what the client has when it gets this answer.
    ///
    /// - Returns: where the answer ends; nil when the request is not the connection's newest any more.
    func answer(_ ticket: Ticket, with state: SlidingState) -> SlidingPosition? {
        table.withLock { table in
            guard var entry = current(ticket, in: table) else { return nil }
            guard let number = entry.connection.answer(ticket.request, with: state) else { return nil }
            entry.weight = entry.connection.weight
            entry.supersede = nil
            table[ticket.key] = entry
            keepWithinLimits(&table, ticket.key)
            return SlidingPosition(
                position: state.token?.position ?? 0, connection: ticket.connection, number: number)
        }
    }

    package func sessionsEnded(of user: UserID, devices: Set<DeviceID>?) {
        table.withLock { table in
            for key in (table.entries[user] ?? [:]).keys where devices?.contains(key.device) ?? true {
                table[key] = nil
            }
        }
    }

    private func current(_ ticket: Ticket, in table: Table) -> Entry? {
        guard let entry = table[ticket.key], entry.connection.id == ticket.connection,
            entry.connection.isNewest(ticket.request)
        else { return nil }
        return entry
    }

    /// Drops connections until the limits are kept; never the one that is in use now.
    private func keepWithinLimits(_ table: inout Table, _ inUse: Key) {
        let ofDevice = (table.entries[inUse.user] ?? [:]).filter { $0.key.device == inUse.device && $0.key != inUse }
        let excess = ofDevice.count + 1 - limits.connectionsPerDevice
        if excess > 0 {
            for (key, _) in ofDevice.sorted(by: { $0.value.lastUse < $1.value.lastUse }).prefix(excess) {
                table[key] = nil
            }
        }
        guard table.weight > limits.weight else { return }
        // An eighth more than must be: looking through all of them is not to be done for each request.
        let goal = limits.weight - limits.weight / 8
        let oldest = table.entries.values.flatMap { $0.map { ($0.key, $0.value.lastUse) } }.sorted { $0.1 < $1.1 }
        for (key, _) in oldest where key != inUse {
            if table.weight <= goal { break }
            table[key] = nil
        }
    }
}
