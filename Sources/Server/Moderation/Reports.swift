import HTTP
import JSON
import MatrixAPI
package import Store

/// What members tell the administrators of: rooms, messages, people. Read by `mado report list`.
///
/// The answer is the same whether there is such a thing, so that nobody finds out by it; what does not exist, or the
/// member may not see, is not kept.
///
/// Source: Client-Server API, "Reporting Content".
package struct Reports: Sendable {
    /// Of a reason, in bytes.
    private static let maximumReason = 4096

    private let journal: Journal

    package init(journal: Journal) { self.journal = journal }

    /// Oldest first, behind `after`.
    package func all(after: Int64, limit: Int) async throws -> [StoredReport] {
        try await journal.store.read { try $0.reports(after: after, limit: limit) }
    }

    /// Takes a report off the list; whether it was there.
    package func close(_ id: Int64) async throws -> Bool {
        try await journal.write { try $0.store.deleteReport(id) }
    }

    private func report(_ reporter: UserID, user: UserID, reason: String) async throws {
        try await journal.write { transaction in
            guard try transaction.store.account(user) != nil else { return }
            try transaction.store.insertReport(
                StoredReport(reporter: reporter, user: user, reason: reason, created: transaction.now))
        }
    }

    /// - Parameter event: nil to report the room as a whole.
    private func report(_ reporter: UserID, room id: RoomID, event: EventID?, reason: String) async throws {
        try await journal.write { transaction in
            guard let room = try transaction.room(id) else { return }
            var author: UserID?
            if let event {
                guard room.isJoined(reporter), let found = try transaction.store.event(event, in: id),
                    try HistoryVisibilityFilter(user: reporter, room: room, reader: transaction.store).allows(found)
                else { return }
                author = found.sender
            }
            try transaction.store.insertReport(
                StoredReport(
                    reporter: reporter, user: author, room: id, event: event, reason: reason, created: transaction.now))
        }
    }
}

extension Reports: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        let room = "/_matrix/client/v3/rooms/{roomId}/report"
        routes.add(.post, room, authentication: .membersOnly, limit: .membership) { request in
            let reason = try Self.reason(request, isRequired: true)
            try await report(request.user, room: request.roomID(), event: nil, reason: reason)
            return .empty
        }
        routes.add(.post, room + "/{eventId}", authentication: .membersOnly, limit: .membership) { request in
            let reason = try Self.reason(request, isRequired: false)
            try await report(request.user, room: request.roomID(), event: request.eventID(), reason: reason)
            return .empty
        }
        routes.add(
            .post, "/_matrix/client/v3/users/{userId}/report", authentication: .membersOnly, limit: .membership
        ) { request in
            let reason = try Self.reason(request, isRequired: true)
            try await report(request.user, user: request.userID(), reason: reason)
            return .empty
        }
    }

    private static func reason(_ request: Request, isRequired: Bool) throws -> String {
        let reason =
            isRequired
            ? try request.body.requiredString("reason") : try request.body.optionalString("reason") ?? ""
        guard reason.utf8.count <= maximumReason else {
            throw MatrixError.invalidParam("A reason has at most \(maximumReason) bytes")
        }
        return reason
    }
}
