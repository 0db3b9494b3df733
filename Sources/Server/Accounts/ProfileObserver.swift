package import MatrixAPI

/// Learns that a member has another name or picture, to tell it where no membership event does (presence).
package protocol ProfileObserver: AnyObject, Sendable {
    /// Called after the change is durable, on any thread. Must return quickly.
    func profileChanged(of user: UserID, to profile: MemberProfile)
}
