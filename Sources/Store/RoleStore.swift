package import MatrixAPI

/// That a member has a role (`nurse`, `portal-admin`): who belongs to an audience, who administers the portal.
package struct StoredRole: Hashable, Sendable {
    package let user: UserID
    package let role: String

    package init(user: UserID, role: String) {
        self.user = user
        self.role = role
    }
}

package protocol RoleReading {
    /// Ordered by user, then role.
    func roles() throws(StoreError) -> [StoredRole]

    /// Ordered.
    func roles(of user: UserID) throws(StoreError) -> [String]

    /// Those with a role, ordered.
    func users(withRole role: String) throws(StoreError) -> [UserID]

    /// Accounts of a kind that are not deactivated, ordered.
    func users(ofKind kind: AccountKind) throws(StoreError) -> [UserID]

    /// Members (no guests, no deactivated accounts) who never had anything to do with a room, behind `after`, ordered.
    func membersWithoutMembership(in room: RoomID, after: UserID?, limit: Int) throws(StoreError) -> [UserID]
}

package protocol RoleWriting {
    /// Does nothing when the member has it.
    func insertRole(_ role: StoredRole) throws(StoreError)
    /// Whether the member had it.
    func deleteRole(_ role: StoredRole) throws(StoreError) -> Bool
}
