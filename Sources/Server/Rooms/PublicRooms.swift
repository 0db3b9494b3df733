import JSON
import MatrixAPI
package import Store

/// The directory of rooms that everybody may find. Source: Client-Server API, "Published room directory".
package struct PublicRooms: Sendable {
    let journal: Journal
    let serverName: String
    /// Whether it is also for those who have not logged in.
    let isOpen: Bool

    /// What somebody looks for.
    package struct Query: Sendable {
        package var limit = 50
        /// Where the page before ended.
        package var since: DirectoryRoom?
        /// What name, topic or alias contain; nil for all.
        package var term: String?
        /// The room types that count, nil in it for rooms without one; nil for all.
        package var types: [String?]?
        /// The rooms of a network's directory instead of the server's; all networks' with an empty name.
        package var network: String?

        package init() {}
    }

    package struct Page: Sendable {
        package var rooms: [RoomSnapshot] = []
        package var next: DirectoryRoom?
        package var total = 0
    }

    /// How many rooms of the directory one request looks at: a term that nothing matches costs no more.
    private static let maximumScanned = 5000

    /// - Parameter isOpen: whether those who have not logged in may look too. The specification lets them; what rooms
    ///   an organisation has is not for everybody to know.
    package init(journal: Journal, serverName: String, isOpen: Bool = false) {
        self.journal = journal
        self.serverName = serverName
        self.isOpen = isOpen
    }

    package func page(_ query: Query) async throws -> Page {
        if let network = query.network { return try await page(query, of: network.isEmpty ? nil : network) }
        return try await journal.store.read { [journal] reader in
            var page = Page(total: try reader.publicRoomCount())
            var after = query.since
            var scanned = 0
            let term = query.term.map(NameFolding.fold)
            while page.rooms.count < query.limit, scanned < Self.maximumScanned {
                let wanted = term == nil && query.types == nil ? query.limit - page.rooms.count : 100
                let batch = try reader.publicRooms(after: after, limit: wanted)
                for entry in batch {
                    after = entry
                    if let room = try journal.room(entry.id, reader), Self.matches(room, term, query.types) {
                        page.rooms.append(room)
                        if page.rooms.count == query.limit { break }
                    }
                }
                scanned += batch.count
                if batch.count < wanted, after == batch.last || batch.isEmpty { return page }
            }
            if let after, try !reader.publicRooms(after: after, limit: 1).isEmpty { page.next = after }
            return page
        }
    }

    /// What application services list, all at once.
    private func page(_ query: Query, of network: String?) async throws -> Page {
        try await journal.store.read { [journal] reader in
            let term = query.term.map(NameFolding.fold)
            let rooms = try reader.networkRooms(network).compactMap { try journal.room($0, reader) }.filter {
                Self.matches($0, term, query.types)
            }
            return Page(rooms: Array(rooms.prefix(query.limit)), next: nil, total: rooms.count)
        }
    }

    private static func matches(_ room: RoomSnapshot, _ term: String?, _ types: [String?]?) -> Bool {
        if let types, !types.contains(room.type) { return false }
        guard let term, !term.isEmpty else { return true }
        let texts = [
            room.text("m.room.name", "name"), room.text("m.room.topic", "topic"),
            room.text("m.room.canonical_alias", "alias"),
        ]
        return texts.contains { $0.map { NameFolding.fold($0).contains(term) } ?? false }
    }
}

extension DirectoryRoom {
    /// The place as clients carry it.
    package var token: String { "p\(joinedMembers)_\(id)" }

    /// nil when it is not one of ours.
    package init?(token: String) {
        guard token.first == "p", let divider = token.firstIndex(of: "_"),
            let members = Int(token[token.index(after: token.startIndex)..<divider]),
            let id = RoomID(String(token[token.index(after: divider)...]))
        else { return nil }
        self.init(id: id, joinedMembers: members)
    }
}
