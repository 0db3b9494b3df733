import JSON

/// The member's own list of contacts, as account data `mado.contacts`: `contacts`, an object by user id, each with an
/// optional `group`, and `removed`, an object by user id of those who were taken out. Each has `changed`, when that was
/// (milliseconds since 1970).
///
/// The server keeps the list as a whole and takes whichever comes last, whatever its sender knew. So every list says of
/// each person when that was changed, and two lists make one in which the later change of each counts: the same one on
/// every device, in whatever order they hear of one another.
struct ContactData: Sendable, Equatable {
    private struct Entry: Sendable, Equatable {
        var group: String?
        var isRemoved = false
        var changed: Int64

        /// What was changed at the same moment has to be decided in the same way everywhere.
        func counts(before other: Entry) -> Bool {
            if changed != other.changed { return changed > other.changed }
            if isRemoved != other.isRemoved { return !isRemoved }
            return (group ?? "") > (other.group ?? "")
        }
    }

    private var entries: [String: Entry] = [:]

    /// A year in milliseconds: a device that was away for longer brings back who was taken out meanwhile.
    private static let removalsKept: Int64 = 31_536_000_000
    /// Integers that JSON carries unharmed.
    private static let latest: Int64 = 1 << 53

    init(_ content: JSONValue?) {
        for (name, isRemoved) in [("contacts", false), ("removed", true)] {
            for (userID, value) in content?[name]?.object?.map({ ($0.key, $0.value) }) ?? [] {
                let changed = max(0, min(value["changed"]?.int ?? 0, Self.latest))
                add(Entry(group: value["group"]?.string, isRemoved: isRemoved, changed: changed), String(userID))
            }
        }
        forgetOldRemovals()
    }

    /// Who is in the list, and their group; nil for none.
    var groups: [String: String?] {
        entries.reduce(into: [:]) { groups, entry in
            if !entry.value.isRemoved { groups[entry.key] = .some(entry.value.group) }
        }
    }

    /// - Parameters:
    ///   - group: nil for none.
    ///   - now: in milliseconds since 1970.
    mutating func set(_ userID: String, group: String?, at now: Int64) {
        change(userID, to: Entry(group: group, changed: now))
    }

    mutating func remove(_ userID: String, at now: Int64) {
        guard entries[userID] != nil else { return }
        change(userID, to: Entry(isRemoved: true, changed: now))
    }

    /// Whoever knew a change made the later one, whatever the devices' clocks say.
    private mutating func change(_ userID: String, to entry: Entry) {
        var entry = entry
        entry.changed = min(max(entry.changed, (entries[userID]?.changed ?? -1) + 1), Self.latest)
        entries[userID] = entry
        forgetOldRemovals()
    }

    /// This list with all that another one knows besides.
    func merged(with other: ContactData) -> ContactData {
        var merged = self
        for (userID, entry) in other.entries { merged.add(entry, userID) }
        merged.forgetOldRemovals()
        return merged
    }

    private mutating func add(_ entry: Entry, _ userID: String) {
        if let known = entries[userID], !entry.counts(before: known) { return }
        entries[userID] = entry
    }

    /// By the list's own newest change, so that every device forgets the same.
    private mutating func forgetOldRemovals() {
        guard let newest = entries.values.map(\.changed).max() else { return }
        entries = entries.filter { !$0.value.isRemoved || $0.value.changed >= newest - Self.removalsKept }
    }

    var json: [UInt8] {
        let sorted = entries.sorted { $0.key < $1.key }
        return JSONWriter.object { object in
            for (name, isRemoved) in [("contacts", false), ("removed", true)] {
                object.object(name) { people in
                    for (userID, entry) in sorted where entry.isRemoved == isRemoved {
                        people.object(userID) { person in
                            person.memberIfPresent("group", entry.group)
                            person.member("changed", entry.changed)
                        }
                    }
                }
            }
        }
    }
}
