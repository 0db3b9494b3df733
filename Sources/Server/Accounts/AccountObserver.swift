package import MatrixAPI

/// Learns of new members, to have them where all members are.
package protocol AccountObserver: AnyObject, Sendable {
    /// A member's account is being made: what is done in the transaction is there together with the account, or not at
    /// all. On the journal's thread.
    func accountMade(_ user: UserID, in transaction: JournalTransaction) throws

    /// Somebody became an administrator, or is none any more. Called after the change is durable. Must return quickly.
    func administratorsChanged()
}
