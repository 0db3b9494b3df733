import EventLoop
import JSON
package import MatrixAPI

/// Who is out without having said so.
extension Conferences {
    // MARK: Time

    /// Puts out who has not been heard of.
    func expire() {
        let earliest = now - settings.lifetime.milliseconds
        for (room, conference) in conferences {
            for participant in conference.participants.values where participant.lastSeen < earliest {
                // Somebody who waits is there.
                if !participant.events.isAwaited { remove(participant.identifier, from: room) }
            }
        }
    }

    /// Looks after that from now on.
    package nonisolated func expireFromNowOn() {
        _ = loop.schedule(after: .seconds(10)) { [weak self] in
            guard let self else { return }
            Task { await self.expire() }
            expireFromNowOn()
        }
    }

    // MARK: Who may not be in any more

    private func removeAll(_ isOut: (RoomID, Participant) -> Bool) {
        for (room, conference) in conferences {
            for participant in conference.participants.values where isOut(room, participant) {
                remove(participant.identifier, from: room)
            }
        }
    }

    private func left(_ leaving: [(room: RoomID, user: UserID)]) {
        removeAll { room, participant in leaving.contains { $0.room == room && $0.user == participant.user } }
    }

    private func loggedOut(_ user: UserID, _ devices: Set<DeviceID>?) {
        removeAll { _, participant in
            participant.user == user && devices?.contains(participant.device) != false
        }
    }
}

extension Conferences: JournalObserver, SessionObserver {
    package nonisolated func published(_ publication: Publication) {
        let leaving = publication.changes.compactMap { change -> (room: RoomID, user: UserID)? in
            guard case .event(let event) = change.kind, event.type == "m.room.member",
                event.content["membership"]?.string != "join",
                let user = event.stateKey.flatMap({ UserID($0) })
            else { return nil }
            return (event.roomID, user)
        }
        if !leaving.isEmpty { Task { await left(leaving) } }
    }

    package nonisolated func sessionsEnded(of user: UserID, devices: Set<DeviceID>?) {
        Task { await loggedOut(user, devices) }
    }
}
