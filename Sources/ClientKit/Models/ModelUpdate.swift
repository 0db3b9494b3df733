/// What the models have to be told after the store has changed, ready to be put in place.
struct ModelUpdate: Sendable {
    var summaries: [RoomSummary] = []
    /// The new contents of open windows, with the generation of the window that they are for.
    var slices: [String: (slice: TimelineSlice, generation: Int)] = [:]
    /// All members of open conversations.
    var members: [String: [Person]] = [:]
    var typing: [String: [Person]] = [:]
    /// Whose presence, name or picture has changed.
    var people: [Person] = []
    var contacts: ContactList?
    var profile: Person?
    /// How many entries wait in the outbox.
    var waiting: Int?
    var notices: [Notice] = []
    var requestsChanged = false
    /// The portal's rooms that have changed.
    var portalRooms: [PortalSnapshot] = []
    /// What the server says of the portal; the outer nil when nothing is new.
    var portalDirectory: PortalDirectory?
    /// What was filled in, by application; nil when nothing is new.
    var submissions: [String: [Submission]]?
    var portalIsOutdated = false
    /// Events of calls, in their order, and who has left which room.
    var calls: [CallEvent] = []
    var departures: [(roomID: String, userID: String)] = []
    /// Newest first; nil when nothing is new.
    var instructions: [Instruction]?
}

/// The people whom the member wants to see.
struct ContactList: Sendable, Equatable {
    var people: [Person]
    var groups: [String]
}
