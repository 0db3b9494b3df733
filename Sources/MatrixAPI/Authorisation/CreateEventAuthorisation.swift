internal import JSON

/// Rule 1: when a create event may open a room.
enum CreateEventAuthorisation {
    static func check(
        _ event: ProposedEvent, version: RoomVersion, previous: AuthorisationContext.PreviousEvents
    ) throws(AuthorisationError) {
        guard previous == .none else { throw .createIsNotFirst }
        if version.roomIDIsCreateEventHash {
            guard event.roomID == nil else { throw .createRoomID }
        } else {
            guard let server = event.roomID?.server, server == event.sender.server else { throw .createRoomID }
        }
        if let named = event.content["room_version"] {
            guard let string = named.string, RoomVersion(rawValue: string) != nil else {
                throw .unknownRoomVersion(named.string ?? "(not a string)")
            }
        }
        if version.creatorInCreateEvent, event.content["creator"] == nil { throw .noCreator }
        if version.privilegedCreators, let additional = event.content["additional_creators"] {
            guard let list = additional.array, list.allSatisfy({ UserID($0.string ?? "") != nil }) else {
                throw .malformedAdditionalCreators
            }
        }
    }
}
