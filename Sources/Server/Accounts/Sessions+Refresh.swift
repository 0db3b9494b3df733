import HTTP
import JSON
import MatrixAPI
import Store

/// Access tokens that expire, and the tokens that get new ones.
///
/// Source: Client-Server API, "Refreshing access tokens".
extension Sessions {
    /// How long an access token of a client that can refresh it is good.
    static let refreshableLifetime = Duration.seconds(3600)

    /// What a client gets beside a token that expires.
    struct Refresh: Sendable {
        let token: String
        /// In milliseconds.
        let expiresIn: Int64
    }

    func issueTokens(
        for user: UserID, device: DeviceID, refreshes: Bool, in transaction: JournalTransaction
    ) throws -> (access: String, refresh: Refresh?) {
        let access = RandomBytes.token(32)
        let accessHash = TokenHash(of: access)
        let lifetime = Self.refreshableLifetime.milliseconds
        try transaction.store.insertAccessToken(
            StoredAccessToken(
                hash: accessHash, user: user, device: device, expires: refreshes ? transaction.now + lifetime : nil,
                created: transaction.now))
        guard refreshes else { return (access, nil) }
        let refresh = RandomBytes.token(32)
        try transaction.store.insertRefreshToken(
            StoredRefreshToken(hash: TokenHash(of: refresh), user: user, device: device, accessHash: accessHash))
        return (access, Refresh(token: refresh, expiresIn: lifetime))
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// The old one can be used once more as long as its successor was not: an answer may get lost. What came out of its
    /// first use is then worth nothing. Its access token counts as expired from now on.
    /// - Throws: `M_UNKNOWN_TOKEN` (401) when it is not, or no longer, valid.
    func refresh(_ token: String) async throws -> (access: String, refresh: Refresh) {
        let hash = TokenHash(of: token)
        let (used, access, refresh) = try await journal.write { [self] transaction in
            let store = transaction.store
            guard let used = try store.refreshToken(hash), let account = try store.account(used.user),
                !account.isDeactivated
            else { throw MatrixError.unknownToken() }
            if account.isLocked { throw MatrixError.userLocked() }
            for other in try store.refreshTokens(of: used.user, device: used.device) where other.hash != hash {
                // A used one came before this one, or this one was used long ago and others came of it.
                if used.isUsed, other.isUsed { throw MatrixError.unknownToken() }
                try store.deleteRefreshToken(other.hash)
                try store.deleteAccessToken(other.accessHash)
            }
            try store.markRefreshTokenUsed(hash)
            if let old = try store.accessToken(used.accessHash), old.expires.map({ $0 > transaction.now }) ?? true {
                try store.deleteAccessToken(old.hash)
                try store.insertAccessToken(
                    StoredAccessToken(
                        hash: old.hash, user: old.user, device: old.device, expires: transaction.now,
                        created: old.created))
            }
            let (access, refresh) = try issueTokens(
                for: used.user, device: used.device, refreshes: true, in: transaction)
            return (used, access, refresh)
        }
        forgetCached(used.user, [used.device])
        guard let refresh else { preconditionFailure("tokens that refresh were asked for") }
        return (access, refresh)
    }
}

extension Sessions.Wish {
    /// What a request to log in or register says of the device.
    /// - Throws: `M_INVALID_PARAM`, `M_BAD_JSON`.
    init(_ body: JSONValue) throws {
        self.init(
            device: try body.optionalString("device_id").map(Devices.deviceID),
            name: try body.optionalString("initial_device_display_name"),
            refreshes: try body.optionalBool("refresh_token") ?? false)
    }
}

extension Sessions.Refresh {
    func write(to object: inout JSONWriter) {
        object.member("refresh_token", token)
        object.member("expires_in_ms", expiresIn)
    }
}

extension Sessions: RouteProviding {
    package func addRoutes(to routes: inout Routes) {
        routes.add(.post, "/_matrix/client/v3/refresh", authentication: .none, limit: .login) { [self] request in
            let (access, refresh) = try await refresh(try request.body.requiredString("refresh_token"))
            return .object { object in
                object.member("access_token", access)
                refresh.write(to: &object)
            }
        }
    }
}
