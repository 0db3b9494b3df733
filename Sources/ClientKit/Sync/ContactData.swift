import JSON

/// The member's own list of contacts, as account data `mado.contacts`.
struct ContactData: Sendable, Equatable {
    /// By user id: the group, nil for none.
    var groups: [String: String?] = [:]
    /// Names of the lists out of which this one was made, itself first: who has made it knew those. Empty where other
    /// programs made it.
    var revisions: [String] = []
    /// More are not kept.
    private static let depth = 8

    init(_ content: JSONValue?) {
        guard let people = content?["contacts"]?.object else { return }
        for (userID, value) in people { groups[userID] = .some(value["group"]?.string) }
        revisions = content?["revisions"]?.array?.prefix(Self.depth).compactMap(\.string) ?? []
    }

    /// This list by another name.
    func renamed(_ revision: String) -> ContactData {
        var renamed = self
        renamed.revisions = Array(([revision] + revisions).prefix(Self.depth))
        return renamed
    }

    /// Whom this list and another say different things of.
    func differences(from other: ContactData) -> Set<String> {
        Set(groups.keys).union(other.groups.keys).filter { groups[$0] != other.groups[$0] }
    }

    /// What two devices have made of the same list: whatever was changed here stays as it is here, everything else is as
    /// the server has it.
    /// - Parameter base: what the server had when the first change was made here.
    static func merged(base: ContactData, local: ContactData, remote: ContactData) -> ContactData {
        var merged = remote
        for userID in local.differences(from: base) { merged.groups[userID] = local.groups[userID] }
        return merged
    }

    var json: [UInt8] {
        JSONWriter.object { object in
            object.object("contacts") { people in
                for (userID, group) in groups.sorted(by: { $0.key < $1.key }) {
                    people.object(userID) { $0.memberIfPresent("group", group) }
                }
            }
            if !revisions.isEmpty { object.array("revisions") { names in for name in revisions { names.value(name) } } }
        }
    }
}
