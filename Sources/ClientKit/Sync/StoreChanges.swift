/// What a transaction has touched, so that the models are told of it afterwards.
struct StoreChanges: Sendable {
    /// Rooms whose entry in lists has to be read anew.
    var summaries: Set<String> = []
    /// Rooms whose items may have changed.
    var timelines: Set<String> = []
    /// Rooms whose members may have changed.
    var members: Set<String> = []
    /// Who is typing now, by room.
    var typing: [String: [String]] = [:]
    /// People whose presence, name or picture has changed.
    var people: Set<String> = []
    /// All rooms' entries have to be read anew.
    var allSummaries = false
    var requests = false
    var contacts = false
    var outbox = false
    var profile = false
    /// The server's list of the portal's rooms.
    var portal = false
    var instructions = false
    /// The server has another list of the portal's rooms than the one that is kept.
    var portalIsOutdated = false
    /// Events that are new to everybody: room and event id.
    var arrived: [(roomID: String, eventID: String)] = []

    /// Events of calls, in their order.
    var calls: [CallEvent] = []
    /// Who has left which room.
    var departures: [(roomID: String, userID: String)] = []

    init() {}

    /// An entry of the outbox came, changed or went.
    static func outbox(in roomID: String) -> StoreChanges {
        var changes = StoreChanges()
        changes.outbox = true
        changes.summaries = [roomID]
        changes.timelines = [roomID]
        return changes
    }
}
