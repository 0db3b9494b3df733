package import EventLoop
package import MatrixAPI

/// Takes each published batch to every loop once, where those who wait are served.
package final class SyncNotifier: JournalObserver, SessionObserver {
    private let loops: [SyncWaiters]
    private let journal: Journal
    private let deliveries: Deliveries?

    package init(loops: [EventLoop], journal: Journal, deliveries: Deliveries? = nil) {
        self.loops = loops.map(SyncWaiters.init)
        self.journal = journal
        self.deliveries = deliveries
    }

    /// A loop where nobody waits is left alone. Who comes to wait there meanwhile counts first and looks at the
    /// journal's position after, and this is the other way round: one of the two sees the other.
    package func published(_ publication: Publication) {
        for waiters in loops where waiters.count > 0 {
            waiters.loop.execute { [journal, deliveries] in waiters.wake(publication, journal, deliveries) }
        }
    }

    /// Somebody began or stopped typing in these rooms.
    package func typingChanged(in changed: [RoomID]) {
        let snapshots = changed.compactMap { journal.rooms.value($0) }
        for waiters in loops { waiters.loop.execute { waiters.wake(membersOf: snapshots) } }
    }

    /// The presence of these members changed. The caller collects changes, so that presence alone wakes nobody all the time.
    package func presenceChanged(of users: [UserID]) {
        for waiters in loops {
            waiters.loop.execute { [journal] in waiters.wake(sharingRoomsWith: users, journal) }
        }
    }

    package func sessionsEnded(of user: UserID, devices: Set<DeviceID>?) {
        for waiters in loops { waiters.loop.execute { waiters.end(user, devices: devices) } }
    }

    /// How many polls and streams wait.
    package var waitingCount: Int { loops.reduce(0) { $0 + $1.count } }

    /// Answers all who wait, and those who begin to: the server stops.
    package func endAll() {
        for waiters in loops { waiters.loop.execute { waiters.endAll() } }
    }

    /// The waiters of a loop, from that loop.
    func waiters(on loop: EventLoop) -> SyncWaiters {
        guard let waiters = loops.first(where: { $0.loop === loop }) else {
            preconditionFailure("a loop that sync does not know")
        }
        return waiters
    }
}
