package import MatrixAPI

extension Request {
    /// The member in the path, who has to be the one who asks.
    /// - Throws: `M_FORBIDDEN` for anybody else.
    package func ownUser() throws -> UserID {
        guard parameter("userId") == user.string else { throw MatrixError.forbidden("This is another member's") }
        return user
    }
}
