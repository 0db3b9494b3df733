import Synchronization

/// Values that are loaded from the store on first use and then kept up to date by the journal's publications.
///
/// A load sees the store as it was when its reading transaction began, which may be long before a publication. So each
/// change comes with its position, and what was read as of an earlier one is given to whoever asked and not kept.
package final class LoadingCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// More changes than this are remembered as one of all keys.
    private static var maximumChanges: Int { 4096 }

    private struct Entries {
        var values: [Key: Value] = [:]
        /// The position of the last change of each key that changed after `forgotten`.
        var changed: [Key: Int64] = [:]
        /// Every key may have changed up to here.
        var forgotten: Int64 = 0

        mutating func noteChange(_ key: Key, at position: Int64) {
            changed[key] = max(position, changed[key] ?? 0)
            guard changed.count > LoadingCache.maximumChanges else { return }
            forgotten = max(forgotten, changed.values.max() ?? 0)
            changed = [:]
        }
    }

    private let entries = Mutex(Entries())

    package init() {}

    /// The value if it is in memory.
    package func value(_ key: Key) -> Value? { entries.withLock { $0.values[key] } }

    package var count: Int { entries.withLock { $0.values.count } }

    /// The value, loaded by `read` when it is not in memory; nil when `read` finds none.
    ///
    /// - Parameter position: up to where what `read` reads from contains every change.
    package func value(
        _ key: Key, asOf position: @autoclosure () throws -> Int64, read: () throws -> Value?
    ) rethrows -> Value? {
        if let known = value(key) { return known }
        let position = try position()
        guard let loaded = try read() else { return nil }
        return entries.withLock { entries in
            if let newer = entries.values[key] { return newer }
            if entries.changed[key] ?? entries.forgotten <= position { entries.values[key] = loaded }
            return loaded
        }
    }

    /// Sets the value, as part of a publication.
    package func publish(_ key: Key, at position: Int64, _ value: Value) {
        entries.withLock { entries in
            entries.values[key] = value
            entries.noteChange(key, at: position)
        }
    }

    /// Changes the value if it is in memory, as part of a publication.
    package func publish(_ key: Key, at position: Int64, change: (inout Value) -> Void) {
        entries.withLock { entries in
            if entries.values[key] != nil { change(&entries.values[key]!) }
            entries.noteChange(key, at: position)
        }
    }

    /// Forgets the value that a change at this position made obsolete; the next use loads it again.
    package func invalidate(_ key: Key, at position: Int64) {
        entries.withLock { entries in
            entries.values[key] = nil
            entries.noteChange(key, at: position)
        }
    }
}
