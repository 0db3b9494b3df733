import JSON
package import MatrixAPI
package import Store
import Synchronization

/// Counts what changes without being durable: typing and presence. One for the whole server.
package final class EphemeralSequence: Sendable {
    /// Tells the counts of this process from those of earlier ones.
    package let epoch: UInt32
    private let counter = Atomic<Int64>(0)

    package init(epoch: UInt32) { self.epoch = epoch }

    /// The newest number that was given out.
    package var current: Int64 { counter.load(ordering: .acquiring) }

    /// The next number. Callers hold the lock of the state that they change while they take it and change that state,
    /// so that whoever reads `current` and then the state sees every change up to it.
    package func next() -> Int64 { counter.add(1, ordering: .acquiringAndReleasing).newValue }
}

/// What tells sync who types where. Implemented by Typing.
package protocol TypingSource: Sendable {
    /// The rooms whose typing members changed after `sequence`.
    func rooms(changedAfter sequence: Int64) -> [RoomID]
    /// Who types in a room now, in order of user.
    func typing(in room: RoomID) -> [UserID]
}

/// What tells sync about presence. Implemented by Presence.
package protocol PresenceSource: Sendable {
    /// Members whose presence changed after `sequence`; with nil, all that are known.
    func users(changedAfter sequence: Int64?) -> [UserID]
    /// Those of `candidates` whose presence changed after `sequence`; with nil, who are known.
    func users(among candidates: [UserID], changedAfter sequence: Int64?) -> [UserID]
    /// How many changes there were after `sequence` at most; with nil, how many members are known.
    func changeCount(after sequence: Int64?) -> Int
    /// The content of the `m.presence` event of a member, as JSON, and whether it says more than that they are
    /// offline; nil when nothing is known.
    func presence(of user: UserID) -> (content: [UInt8], isOffline: Bool)?
}

/// What tells sync about a device's keys. Implemented by Keys.
package protocol DeviceKeySource: Sendable {
    /// One-time keys that are left by algorithm, and algorithms whose fallback key is unused; nil when only the store
    /// knows and `reader` is nil.
    func keyCounts(of user: UserID, device: DeviceID, _ reader: (any StoreReader)?) throws -> DeviceKeyCounts?
}

/// What is left of a device's keys.
package struct DeviceKeyCounts: Sendable, Equatable {
    package var oneTime: [String: Int]
    package var unusedFallback: [String]
    package init(oneTime: [String: Int], unusedFallback: [String]) {
        self.oneTime = oneTime
        self.unusedFallback = unusedFallback
    }
}

extension DeviceKeyCounts {
    /// The members of an answer that tell a device how many keys it has left.
    func write(to body: inout JSONWriter) {
        body.object("device_one_time_keys_count") { counts in
            for (algorithm, count) in oneTime.sorted(by: { $0.key < $1.key }) { counts.member(algorithm, count) }
            if oneTime["signed_curve25519"] == nil { counts.member("signed_curve25519", 0) }
        }
        body.array("device_unused_fallback_key_types") { types in
            for type in unusedFallback { types.value(type) }
        }
    }
}

/// Learns which devices are connected: the connection list that presence is made from. Implemented by Presence.
package protocol ConnectionObserver: Sendable {
    /// A device polls or streams. `presence` is what its client says of the member: `online`, `unavailable`,
    /// `offline` (stay invisible), or nil.
    func syncBegan(_ user: UserID, device: DeviceID, presence: String?)
    /// That poll was answered, or that stream is over.
    func syncEnded(_ user: UserID, device: DeviceID)
}
