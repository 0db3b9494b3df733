import JSON

/// The account data `m.direct`: an object from user ids to arrays of room ids.
///
/// Source: Client-Server API, "Direct Messaging".
enum DirectRooms {
    static func byRoom(_ content: JSONValue?) -> [String: [String]] {
        var users: [String: [String]] = [:]
        guard let members = content?.object else { return [:] }
        for (user, rooms) in members {
            for room in rooms.array?.compactMap(\.string) ?? [] { users[room, default: []].append(user) }
        }
        return users
    }

    /// The content with one room more.
    static func adding(_ roomID: String, with userID: String, to content: JSONValue?) -> [UInt8] {
        JSONWriter.object { object in
            var isThere = false
            if let members = content?.object {
                for (user, rooms) in members {
                    guard user == userID else {
                        object.member(user, rooms)
                        continue
                    }
                    isThere = true
                    let known = rooms.array?.compactMap(\.string) ?? []
                    object.array(user) { array in
                        for room in known where room != roomID { array.value(room) }
                        array.value(roomID)
                    }
                }
            }
            if !isThere { object.array(userID) { $0.value(roomID) } }
        }
    }
}
