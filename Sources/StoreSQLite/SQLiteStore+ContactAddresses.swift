import MatrixAPI
import Store

extension SQL {
    fileprivate static let proofColumns: SQL = """
        id, secret, address, purpose, token, attempt, expires, validated, next_link
        """
    fileprivate static let inviteColumns: SQL = "token, room, inviter, address, created"
}

extension StoredContactAddress {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(address: row.text(0), user: row.id(1), validated: row.int(2), added: row.int(3))
    }
}

extension StoredAddressProof {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            id: row.text(0), secret: row.hash(1), address: row.text(2), purpose: row.text(3),
            token: row.optionalBlob(4).map { TokenHash($0) }, attempt: row.int(5), expires: row.int(6),
            validated: row.optionalInt(7), nextLink: row.optionalText(8))
    }
}

extension StoredMailInvite {
    fileprivate init(row: borrowing SQLiteRow) {
        self.init(
            token: row.text(0), room: row.id(1), inviter: row.id(2), address: row.text(3), created: row.int(4))
    }
}

extension SQLiteReader: ContactAddressReading {
    func contactAddresses(of user: UserID) throws(StoreError) -> [StoredContactAddress] {
        let sql: SQL = """
            SELECT address, user, validated, added FROM contact_addresses WHERE user = ? ORDER BY added, address
            """
        return try connection.all(sql, user) { StoredContactAddress(row: $0) }
    }

    func contactAddress(_ address: String) throws(StoreError) -> StoredContactAddress? {
        let sql: SQL = "SELECT address, user, validated, added FROM contact_addresses WHERE address = ?"
        return try connection.first(sql, address) { StoredContactAddress(row: $0) }
    }

    func addressProof(_ id: String) throws(StoreError) -> StoredAddressProof? {
        let sql: SQL = "SELECT \(.proofColumns) FROM address_proofs WHERE id = ?"
        return try connection.first(sql, id) { StoredAddressProof(row: $0) }
    }

    func addressProof(_ address: String, purpose: String, secret: TokenHash) throws(StoreError) -> StoredAddressProof? {
        let sql: SQL = "SELECT \(.proofColumns) FROM address_proofs WHERE address = ? AND purpose = ? AND secret = ?"
        return try connection.first(sql, address, purpose, secret) { StoredAddressProof(row: $0) }
    }

    func mailInvites(for address: String) throws(StoreError) -> [StoredMailInvite] {
        let sql: SQL = "SELECT \(.inviteColumns) FROM mail_invites WHERE address = ? ORDER BY created, token"
        return try connection.all(sql, address) { StoredMailInvite(row: $0) }
    }

    func unsentMailInvites(limit: Int) throws(StoreError) -> [StoredMailInvite] {
        let sql: SQL = "SELECT \(.inviteColumns) FROM mail_invites WHERE is_sent = 0 ORDER BY created, token LIMIT ?"
        return try connection.all(sql, max(0, limit)) { StoredMailInvite(row: $0) }
    }
}

extension SQLiteWriter: ContactAddressWriting {
    func insertContactAddress(_ address: StoredContactAddress) throws(StoreError) {
        let sql: SQL = "INSERT INTO contact_addresses(address, user, validated, added) VALUES (?, ?, ?, ?)"
        try connection.run(sql, address.address, address.user, address.validated, address.added)
    }

    func deleteContactAddress(_ address: String, of user: UserID) throws(StoreError) -> Bool {
        try connection.run("DELETE FROM contact_addresses WHERE address = ? AND user = ?", address, user) > 0
    }

    func setAddressProof(_ proof: StoredAddressProof) throws(StoreError) {
        let sql: SQL = """
            INSERT OR REPLACE INTO address_proofs(\(.proofColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        try connection.run(
            sql, proof.id, proof.secret, proof.address, proof.purpose, proof.token, proof.attempt, proof.expires,
            proof.validated, proof.nextLink)
    }

    func deleteAddressProof(_ id: String) throws(StoreError) {
        try connection.run("DELETE FROM address_proofs WHERE id = ?", id)
    }

    func deleteAddressProofs(expiredBefore time: Int64) throws(StoreError) {
        try connection.run("DELETE FROM address_proofs WHERE expires < ?", time)
    }

    func insertMailInvite(_ invite: StoredMailInvite) throws(StoreError) {
        let sql: SQL = "INSERT INTO mail_invites(\(.inviteColumns), is_sent) VALUES (?, ?, ?, ?, ?, 0)"
        try connection.run(sql, invite.token, invite.room, invite.inviter, invite.address, invite.created)
    }

    func setMailInviteSent(_ token: String) throws(StoreError) {
        try connection.run("UPDATE mail_invites SET is_sent = 1 WHERE token = ?", token)
    }

    func deleteMailInvite(_ token: String) throws(StoreError) {
        try connection.run("DELETE FROM mail_invites WHERE token = ?", token)
    }
}
