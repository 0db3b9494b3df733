import JSON
import TestSupport

@testable import ClientKit

/// A store that receives syncs, and what the portal's reader makes of them.
struct PortalStore {
    static let owner = "@hanako:localhost"
    private let folder = TemporaryFolder()
    let store: LocalStore

    init() throws { store = try LocalStore(path: folder.path + "/store.sqlite", owner: Self.owner) }

    /// - Parameter now: milliseconds since 1970.
    @discardableResult
    func receive(_ sync: String, now: Int64 = 1_000) async throws -> StoreChanges {
        let value = try JSONValue.parse(Array(sync.utf8))
        return try await store.write { database in
            var application = try SyncApplication(database: database, owner: Self.owner, now: now)
            try application.apply(value)
            return application.changes
        }
    }

    func snapshot(_ roomID: String) async throws -> PortalSnapshot? {
        try await store.read { try PortalReader(database: $0, owner: Self.owner).snapshot(roomID) }
    }

    /// A sync with one joined room.
    static func room(
        _ roomID: String, type: String, state: String = "", events: [String] = [], accountData: String = "",
        token: String = "s"
    ) -> String {
        let create =
            #"{"event_id":"$create\#(roomID)","type":"m.room.create","state_key":"","sender":"@mado:localhost","content":{"type":"\#(type)"}}"#
        let all = [create] + (state.isEmpty ? [] : [state])
        return """
            {"next_batch":"\(token)","rooms":{"join":{"\(roomID)":{"state":{"events":[\(all.joined(separator: ","))]},
            "timeline":{"events":[\(events.joined(separator: ","))]},"account_data":{"events":[\(accountData)]}}}}}
            """
    }

    static func state(_ type: String, _ content: String) -> String {
        #"{"event_id":"$\#(type)","type":"\#(type)","state_key":"","sender":"@mado:localhost","content":\#(content)}"#
    }

    static func message(
        _ id: String, _ content: String, at timestamp: Int64 = 500, sender: String = "@mado:localhost"
    ) -> String {
        #"{"event_id":"\#(id)","type":"m.room.message","sender":"\#(sender)","origin_server_ts":\#(timestamp),"content":\#(content)}"#
    }
}
