internal import JSON

/// An event as push rules see it, with what was already looked up in it: made once for an event, asked for each member.
///
/// Not Sendable: confined to whoever made it.
package final class PushEvent {
    package let roomID: RoomID
    package let sender: UserID
    let type: String
    /// How many have joined the room.
    package let memberCount: Int
    package let powerLevels: PowerLevels
    private let event: JSONValue
    private var texts: [PropertyPath: [UInt8]?] = [:]
    private var stringSets: [PropertyPath: Set<String>] = [:]
    /// A bit for each of the server's own rules: whether its answer is known, and which it is.
    private var known: UInt32 = 0
    private var answers: UInt32 = 0

    package init(_ event: Event, memberCount: Int, powerLevels: PowerLevels) {
        roomID = event.roomID
        sender = event.sender
        type = event.type
        self.memberCount = memberCount
        self.powerLevels = powerLevels
        // The room is no part of the event's text in a room, and of the event all the same.
        var writer = JSONWriter(reserving: event.json.count + 300)
        writer.object { $0.member("room_id", event.roomID.string) }
        let json = writer.bytes.dropLast() + [UInt8(ascii: ",")] + event.json.dropFirst()
        guard let value = try? JSONValue.parse(Array(json), limits: .stored) else {
            preconditionFailure("an event in a room does not parse: \(event.eventID)")
        }
        self.event = value
    }

    func value(_ path: PropertyPath) -> JSONValue? { path.value(in: event) }

    /// The string at the path, in the form for ``GlobPattern``; nil when there is none.
    func text(_ path: PropertyPath) -> [UInt8]? {
        if let text = texts[path] { return text }
        let text = value(path)?.string.map(GlobPattern.fold)
        texts[path] = .some(text)
        return text
    }

    /// The strings of the array at the path.
    func strings(_ path: PropertyPath) -> Set<String> {
        if let set = stringSets[path] { return set }
        var set: Set<String> = []
        if let array = value(path)?.array {
            for element in array {
                if let string = element.string { set.insert(string) }
            }
        }
        stringSets[path] = set
        return set
    }

    /// The answer for a slot, worked out when it is first asked for; with no slot, every time.
    func remember(_ slot: Int?, _ work: () -> Bool) -> Bool {
        guard let slot else { return work() }
        let bit = UInt32(1) << UInt32(slot)
        if known & bit == 0 {
            if work() { answers |= bit }
            known |= bit
        }
        return answers & bit != 0
    }
}
