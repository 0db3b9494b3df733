import JSON

/// The member's own list of contacts, as account data `mado.contacts`.
struct ContactData: Sendable, Equatable {
    /// By user id: the group, nil for none.
    var groups: [String: String?] = [:]

    init(_ content: JSONValue?) {
        guard let people = content?["contacts"]?.object else { return }
        for (userID, value) in people { groups[userID] = .some(value["group"]?.string) }
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
        }
    }
}
