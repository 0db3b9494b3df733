import MatrixAPI
import Store

extension SQLiteReader: ApplicationServiceReading {
    func serviceProgress(_ service: String) throws(StoreError) -> StoredServiceProgress? {
        let sql: SQL = """
            SELECT created, position, number, pending_through, pending_body FROM application_services WHERE id = ?
            """
        return try connection.first(sql, service) { row in
            let number = row.int(2)
            let pending = row.optionalInt(3).map {
                StoredServiceProgress.Transaction(number: number, through: $0, body: row.blob(4))
            }
            return StoredServiceProgress(
                service: service, created: row.int(0), position: row.int(1), number: number, pending: pending)
        }
    }

    func networkRooms(_ network: String?) throws(StoreError) -> [RoomID] {
        let sql: SQL = "SELECT DISTINCT room FROM network_rooms WHERE ?1 IS NULL OR network = ?1 ORDER BY room"
        return try connection.all(sql, network) { $0.id(0) }
    }
}

extension SQLiteWriter: ApplicationServiceWriting {
    func setServiceProgress(_ progress: StoredServiceProgress) throws(StoreError) {
        let sql: SQL = """
            INSERT INTO application_services(id, created, position, number, pending_through, pending_body)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET position = excluded.position, number = excluded.number,
                pending_through = excluded.pending_through, pending_body = excluded.pending_body
            """
        try connection.run(
            sql, progress.service, progress.created, progress.position, progress.number, progress.pending?.through,
            progress.pending?.body)
    }

    func setNetworkRoom(
        _ isListed: Bool, _ room: RoomID, network: String, service: String
    ) throws(StoreError) {
        let sql: SQL =
            isListed
            ? "INSERT INTO network_rooms(network, service, room) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            : "DELETE FROM network_rooms WHERE network = ? AND service = ? AND room = ?"
        try connection.run(sql, network, service, room)
    }
}
