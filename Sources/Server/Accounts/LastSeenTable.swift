import MatrixAPI
import Synchronization

/// When and from where devices were last seen: noted in memory once a minute, written some at a time.
///
/// What is not written yet when the process dies is lost; nobody was told that it is kept.
final class LastSeenTable: Sendable {
    struct Key: Hashable, Sendable {
        let user: UserID
        let device: DeviceID
    }

    struct Sighting: Sendable {
        let key: Key
        /// Milliseconds since 1970.
        let time: Int64
        let address: String
    }

    private struct Entries {
        var sightings: [Key: Sighting] = [:]
        var unwritten: Set<Key> = []
        var unwrittenSince: Int64 = 0
    }

    /// A device is noted again after this long, in milliseconds.
    static let interval: Int64 = 60_000
    /// What was noted is written after this long, in milliseconds.
    static let delay: Int64 = 30_000
    /// … or when there are so many.
    static let batch = 256

    private let entries = Mutex(Entries())

    /// Notes that a device was seen; returns what is to be written now, mostly nothing.
    func note(_ key: Key, from address: String, now: Int64) -> [Sighting] {
        entries.withLock { entries in
            if let known = entries.sightings[key], now - known.time < Self.interval { return [] }
            entries.sightings[key] = Sighting(key: key, time: now, address: address)
            if entries.unwritten.isEmpty { entries.unwrittenSince = now }
            entries.unwritten.insert(key)
            guard entries.unwritten.count >= Self.batch || now - entries.unwrittenSince >= Self.delay else { return [] }
            let due = take(&entries)
            entries.sightings = entries.sightings.filter { now - $0.value.time < Self.interval }
            return due
        }
    }

    /// Everything that is not written yet.
    func takeUnwritten() -> [Sighting] { entries.withLock { take(&$0) } }

    /// The newest sighting, when it is newer than what the store may have.
    func sighting(_ key: Key) -> Sighting? { entries.withLock { $0.sightings[key] } }

    func forget(_ user: UserID, _ devices: Set<DeviceID>) {
        entries.withLock { entries in
            for device in devices {
                let key = Key(user: user, device: device)
                entries.sightings[key] = nil
                entries.unwritten.remove(key)
            }
        }
    }

    private func take(_ entries: inout Entries) -> [Sighting] {
        let due = entries.unwritten.compactMap { entries.sightings[$0] }
        entries.unwritten = []
        return due
    }
}
