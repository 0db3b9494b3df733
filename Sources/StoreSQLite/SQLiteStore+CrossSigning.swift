import MatrixAPI
import Store

extension SQLiteReader: CrossSigningReading {
    func crossSigningKeys(of user: UserID) throws(StoreError) -> [String: [UInt8]] {
        var keys: [String: [UInt8]] = [:]
        try connection.forEach("SELECT usage, json FROM cross_signing_keys WHERE user = ?", user) {
            keys[$0.text(0)] = $0.blob(1)
            return true
        }
        return keys
    }

    func keySignatures(of user: UserID) throws(StoreError) -> [StoredKeySignature] {
        let sql: SQL = """
            SELECT target_key, signer, signer_key_id, signature FROM key_signatures
            WHERE target_user = ? ORDER BY target_key, signer, signer_key_id
            """
        return try connection.all(sql, user) {
            StoredKeySignature(
                targetUser: user, targetKey: $0.text(0), signer: $0.id(1), signerKeyID: $0.text(2),
                signature: $0.text(3))
        }
    }
}

extension SQLiteWriter: CrossSigningWriting {
    func setCrossSigningKey(_ json: [UInt8], usage: String, of user: UserID) throws(StoreError) {
        let sql: SQL = "INSERT OR REPLACE INTO cross_signing_keys(user, usage, json) VALUES (?, ?, ?)"
        try connection.run(sql, user, usage, json)
    }

    func setKeySignature(_ signature: StoredKeySignature) throws(StoreError) {
        let sql: SQL = """
            INSERT OR REPLACE INTO key_signatures(target_user, target_key, signer, signer_key_id, signature)
            VALUES (?, ?, ?, ?, ?)
            """
        try connection.run(
            sql, signature.targetUser, signature.targetKey, signature.signer, signature.signerKeyID,
            signature.signature)
    }

    func deleteKeySignatures(of user: UserID, targetKey: String) throws(StoreError) {
        try connection.run("DELETE FROM key_signatures WHERE target_user = ? AND target_key = ?", user, targetKey)
    }
}
