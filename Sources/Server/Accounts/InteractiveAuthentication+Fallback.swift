import EventLoop
import MatrixAPI

/// Completing a stage apart from the request that waits for it, by a page.
extension InteractiveAuthentication {
    /// Notes a stage as completed. The request that waits still decides whether that was one of those that it asks for.
    ///
    /// - Parameters:
    ///   - fields: of the page's form.
    ///   - now: monotonic.
    /// - Throws: `M_FORBIDDEN` when the proof is not good, `M_MISSING_PARAM`, `M_LIMIT_EXCEEDED`.
    func complete(
        _ stage: AuthenticationStage, of session: String, by fields: [String: String], now: MonotonicTime
    ) async throws {
        guard let waiting = pending.find(session, now: now) else { throw Self.over }
        func field(_ name: String) throws -> String {
            guard let value = fields[name], !value.isEmpty else { throw MatrixError.missingParam(name) }
            return value
        }
        var token: String?
        var proof: AddressProofs.Credentials?
        switch stage {
        case .dummy: break
        case .password:
            guard let user = waiting.user else { throw MatrixError.forbidden("Nobody is logged in") }
            _ = try await passwords.account(of: .name(user.string), password: try field("password"), now: now)
        case .registrationToken:
            token = try field("token")
            guard let token, try await registrationTokens.isValid(token) else {
                throw MatrixError.forbidden("The registration token is not valid")
            }
        case .emailIdentity:
            proof = try await proved(
                try field("sid"), secret: try field("client_secret"),
                addressPurpose(of: session, now: now))
        }
        pending.complete(session, stage, registrationToken: token, addressProof: proof)
    }

    /// What an address is proved for in the request that waits.
    func addressPurpose(of session: String, now: MonotonicTime) -> AddressPurpose {
        pending.find(session, now: now)?.operation.hasSuffix("/account/password") == true ? .password : .register
    }

    private static let over = MatrixError.forbidden("The authentication session is unknown or has expired")
}
