package import MatrixAPI

/// How far an application service was told what happens.
package struct StoredServiceProgress: Hashable, Sendable {
    /// What is being sent, until the service took it.
    package struct Transaction: Hashable, Sendable {
        package let number: Int64
        /// The journal's position with everything that is in it.
        package let through: Int64
        package let body: [UInt8]

        package init(number: Int64, through: Int64, body: [UInt8]) {
            self.number = number
            self.through = through
            self.body = body
        }
    }

    package let service: String
    /// When the service was first known (milliseconds since 1970, UTC): part of its transactions' identifiers, so that
    /// none is used twice when the store begins anew.
    package let created: Int64
    /// Everything up to this position of the journal was told.
    package var position: Int64
    /// Of the newest transaction.
    package var number: Int64
    package var pending: Transaction?

    package init(
        service: String, created: Int64, position: Int64, number: Int64 = 0, pending: Transaction? = nil
    ) {
        self.service = service
        self.created = created
        self.position = position
        self.number = number
        self.pending = pending
    }
}

package protocol ApplicationServiceReading {
    func serviceProgress(_ service: String) throws(StoreError) -> StoredServiceProgress?
    /// Rooms in the directories of a network, or of all (nil), ordered by identifier.
    func networkRooms(_ network: String?) throws(StoreError) -> [RoomID]
}

package protocol ApplicationServiceWriting {
    func setServiceProgress(_ progress: StoredServiceProgress) throws(StoreError)
    /// Puts a room into a service's directory of a network, or takes it out.
    func setNetworkRoom(_ isListed: Bool, _ room: RoomID, network: String, service: String) throws(StoreError)
}
