package import MatrixAPI

/// What makes a request the same as an earlier one.
///
/// Source: Client-Server API, "Transaction identifiers".
package struct TransactionKey: Hashable, Sendable {
    package let user: UserID
    package let device: DeviceID
    /// The endpoint and what its path names apart from the identifier, as the caller writes it.
    package let scope: String
    package let identifier: String

    package init(user: UserID, device: DeviceID, scope: String, identifier: String) {
        self.user = user
        self.device = device
        self.scope = scope
        self.identifier = identifier
    }
}

/// What the earlier request led to.
package struct StoredTransaction: Hashable, Sendable {
    /// The event that it sent, if it sent one.
    package let eventID: EventID?
    /// The body of the answer, where the event's identifier does not say it all.
    package let response: [UInt8]?
    /// Milliseconds since 1970, UTC.
    package let created: Int64

    package init(eventID: EventID?, response: [UInt8]? = nil, created: Int64) {
        self.eventID = eventID
        self.response = response
        self.created = created
    }
}

package protocol TransactionReading {
    /// What an earlier request with this key led to, as long as it was not deleted.
    func transaction(_ key: TransactionKey) throws(StoreError) -> StoredTransaction?
}

package protocol TransactionWriting {
    /// ``StoreError/constraint(_:)`` when the key is there already.
    func insertTransaction(_ transaction: StoredTransaction, for key: TransactionKey) throws(StoreError)

    /// Deletes the oldest ones, up to `limit`, as far as they were made before `created`; how many it deleted.
    @discardableResult
    func deleteTransactions(createdBefore created: Int64, limit: Int) throws(StoreError) -> Int
}
