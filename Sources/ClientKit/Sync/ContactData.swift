import JSON

/// The member's own list of contacts, as account data `mado.contacts`.
struct ContactData: Sendable, Equatable {
    /// By user id: the group, nil for none.
    var groups: [String: String?] = [:]

    init(_ content: JSONValue?) {
        guard let people = content?["contacts"]?.object else { return }
        for (userID, value) in people { groups[userID] = .some(value["group"]?.string) }
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
