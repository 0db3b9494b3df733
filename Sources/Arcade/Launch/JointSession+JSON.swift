import JSON

extension SessionLaunch.JointSession {
    /// What is kept of it besides its identity.
    package var json: [UInt8] {
        JSONWriter.object { object in
            object.array("pending") { list in for person in pending { list.value(person) } }
            object.array("members") { list in for person in members { list.value(person) } }
            object.array("left") { list in for person in left { list.value(person) } }
            object.array("watchers") { list in for person in watchers { list.value(person) } }
            object.member("opened", wasOpened)
            object.member("direct", isDirect)
            object.member("others", isForOthers)
            object.member("over", isOver)
        }
    }

    /// Reads what `json` wrote; nil when it is something else.
    init?(id: String, activity: String, creator: String, json: [UInt8]) {
        guard let value = try? JSONValue.parse(json) else { return nil }
        func people(_ name: String) -> [String] {
            (value[name]?.array.map(Array.init) ?? []).compactMap(\.string)
        }
        self.init(id: id, activity: activity, creator: creator, pending: people("pending"))
        members = people("members")
        left = people("left")
        watchers = people("watchers")
        wasOpened = value["opened"]?.bool ?? false
        isDirect = value["direct"]?.bool ?? false
        isForOthers = value["others"]?.bool ?? false
        isOver = value["over"]?.bool ?? false
    }
}
