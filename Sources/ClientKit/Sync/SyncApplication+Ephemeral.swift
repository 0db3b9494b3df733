import JSON
import MatrixAPI

extension SyncApplication {
    mutating func applyEphemeral(_ event: JSONValue, _ roomID: String, _ room: Int64) throws {
        guard let content = event["content"] else { return }
        switch event["type"]?.string {
        case "m.typing":
            let users = content["user_ids"]?.array?.compactMap(\.string) ?? []
            changes.typing[roomID] = users.filter { $0 != owner }
        case "m.receipt":
            try applyReceipts(content, room)
            changes.timelines.insert(roomID)
        default: break
        }
    }

    private func applyReceipts(_ content: JSONValue, _ room: Int64) throws {
        guard let events = content.object else { return }
        for (eventID, kinds) in events {
            guard let kinds = kinds.object else { continue }
            for (kind, users) in kinds where kind == "m.read" || kind == "m.read.private" {
                guard let users = users.object else { continue }
                for (user, receipt) in users {
                    let thread = receipt["thread_id"]?.string ?? ""
                    try database.setReceipt(
                        user, kind: kind, thread: thread == "main" ? "" : thread, eventID: eventID,
                        timestamp: receipt["ts"]?.int ?? 0, in: room)
                }
            }
        }
    }

    mutating func applyRoomAccountData(_ event: JSONValue, _ roomID: String, _ room: Int64) throws {
        guard let type = event["type"]?.string, let content = event["content"], content.isObject else { return }
        try database.setAccountData(type, Array(content.bytes), roomID: roomID)
        if type == "m.fully_read", let eventID = content["event_id"]?.string {
            // Kept beside the receipts, for it says the same: read up to there.
            try database.setReceipt(
                owner, kind: type, thread: "", eventID: eventID, timestamp: now, in: room)
        }
    }

    mutating func applyAccountData(_ event: JSONValue) throws {
        guard let type = event["type"]?.string, let content = event["content"], content.isObject else { return }
        if type == OwnAccountData.contacts {
            try database.mergeContacts(content)
            changes.contacts = true
            return
        }
        try database.setAccountData(type, Array(content.bytes))
        switch type {
        case "m.direct":
            changes.allSummaries = true
            changes.contacts = true
        case "m.push_rules": changes.allSummaries = true
        default: break
        }
    }

    /// Instructions come from the portal's own account only.
    mutating func applyToDevice(_ event: JSONValue) throws {
        guard event["type"]?.string == "mado.instruction", let content = event["content"],
            let server = UserID(owner)?.server, event["sender"]?.string == "@mado:\(server)",
            let instruction = Instruction(content, received: now)
        else { return }
        try database.addInstruction(instruction.id, content: Array(content.bytes), received: now)
        changes.instructions = true
    }

    mutating func applyPresence(_ event: JSONValue) throws {
        guard event["type"]?.string == "m.presence", let user = event["sender"]?.string, let content = event["content"]
        else { return }
        try database.setPresence(PersonPresence(content: content, now: now), of: user)
        if user != owner, database.silentAvailability == .unknown {
            try database.setTellsPresence()
            changes.contacts = true
            changes.allSummaries = true
        }
        if let name = content["displayname"]?.string {
            try database.setProfile(of: user, displayName: name, avatar: content["avatar_url"]?.string)
        }
        changes.people.insert(user)
    }
}

extension JSONValue {
    /// For loops over what is not there.
    static let emptyArray: JSONArrayView = {
        guard let value = try? JSONValue.parse(Array("[]".utf8)), let array = value.array else {
            preconditionFailure("an empty array does not parse")
        }
        return array
    }()
}
