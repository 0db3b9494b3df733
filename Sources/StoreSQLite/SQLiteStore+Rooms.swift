import MatrixAPI
import Store

extension StoredRoom {
    /// - Parameter row: room_id, version, creator, created, is_public.
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            id: row.id(0), version: row.text(1), creator: row.id(2), created: row.int(3), isPublic: row.bool(4))
    }
}

extension SQLiteReader: RoomReading {
    func room(_ id: RoomID) throws(StoreError) -> StoredRoom? {
        let sql: SQL = "SELECT room_id, version, creator, created, is_public FROM rooms WHERE room_id = ?"
        return try connection.first(sql, id) { StoredRoom(row: $0) }
    }

    func rooms(after: RoomID?, limit: Int) throws(StoreError) -> [StoredRoom] {
        let sql: SQL = """
            SELECT room_id, version, creator, created, is_public FROM rooms WHERE room_id > ? ORDER BY room_id LIMIT ?
            """
        return try connection.all(sql, after?.string ?? "", max(0, limit)) { StoredRoom(row: $0) }
    }

    func roomCount() throws(StoreError) -> Int {
        try connection.first("SELECT count(*) FROM rooms") { Int($0.int(0)) } ?? 0
    }

    func publicRooms(after: DirectoryRoom?, limit: Int) throws(StoreError) -> [DirectoryRoom] {
        // The directory's order is descending in one column and ascending in the other, so no row comparison.
        let sql: SQL = """
            SELECT room_id, joined_members FROM rooms INDEXED BY rooms_directory
            WHERE is_public = 1 AND joined_members <= ?1 AND (joined_members < ?1 OR room_id > ?2)
            ORDER BY joined_members DESC, room_id LIMIT ?
            """
        let joined = after?.joinedMembers ?? Int.max
        return try connection.all(sql, joined, after?.id.string ?? "", max(0, limit)) {
            DirectoryRoom(id: $0.id(0), joinedMembers: Int($0.int(1)))
        }
    }

    func publicRoomCount() throws(StoreError) -> Int {
        let sql: SQL = "SELECT count(*) FROM rooms INDEXED BY rooms_directory WHERE is_public = 1"
        return try connection.first(sql) { Int($0.int(0)) } ?? 0
    }
}

extension SQLiteWriter: RoomWriting {
    func insertRoom(_ room: StoredRoom) throws(StoreError) {
        let sql: SQL = "INSERT INTO rooms(room_id, version, creator, created, is_public) VALUES (?, ?, ?, ?, ?)"
        try connection.run(sql, room.id, room.version, room.creator, room.created, room.isPublic)
    }

    func setPublic(_ isPublic: Bool, room: RoomID) throws(StoreError) {
        try connection.run("UPDATE rooms SET is_public = ? WHERE room_id = ?", isPublic, room)
    }
}

extension SQLiteReader: RoomAliasReading {
    func alias(_ alias: RoomAlias) throws(StoreError) -> StoredRoomAlias? {
        let sql: SQL = """
            SELECT a.alias, r.room_id, a.creator FROM room_aliases a JOIN rooms r ON r.number = a.room WHERE a.alias = ?
            """
        return try connection.first(sql, alias) {
            StoredRoomAlias(alias: $0.id(0), room: $0.id(1), creator: $0.id(2))
        }
    }

    func aliases(of room: RoomID) throws(StoreError) -> [RoomAlias] {
        let sql: SQL = "SELECT alias FROM room_aliases WHERE room = \(.roomNumber) ORDER BY alias"
        return try connection.all(sql, room) { $0.id(0) }
    }
}

extension SQLiteWriter: RoomAliasWriting {
    func insertAlias(_ alias: StoredRoomAlias) throws(StoreError) {
        let sql: SQL = "INSERT INTO room_aliases(alias, room, creator) VALUES (?, \(.roomNumber), ?)"
        try connection.run(sql, alias.alias, alias.room, alias.creator)
    }

    func deleteAlias(_ alias: RoomAlias) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM room_aliases WHERE alias = ?", alias) > 0
    }
}
