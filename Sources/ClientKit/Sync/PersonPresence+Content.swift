import JSON

extension PersonPresence {
    /// The content of `m.presence`: the specification's members, and on a Mado server what it adds to them.
    /// - Parameter now: milliseconds since 1970, when the content was received.
    init(content: JSONValue, now: Int64) {
        let presence = content["presence"]?.string
        if let own = content["mado.availability"]?.string.flatMap(Availability.init) {
            availability = own
        } else {
            switch presence {
            case "online": availability = .ready
            case "unavailable": availability = .away
            case "offline": availability = .offline
            default: availability = .unknown
            }
        }
        message = content["status_msg"]?.string
        if message?.isEmpty == true { message = nil }
        lastActive = content["last_active_ago"]?.int.map { now - max(0, $0) }
        connectsEverySeconds = content["mado.connects_every"]?.int.map { Int($0) }
        nextConnection = content["mado.next_connection"]?.int
        inCall = content["mado.in_call"]?.bool ?? false
    }
}
