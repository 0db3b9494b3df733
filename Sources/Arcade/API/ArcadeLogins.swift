import MatrixAPI
import Server
import Store
import Synchronization

/// Who has shown who they are: tokens of devices, by their hashes.
final class ArcadeLogins: Authenticating {
    /// 30 days, in milliseconds.
    static let lifetime: Int64 = 30 * 24 * 3600 * 1000

    private let clock: WallClock
    private let known: Mutex<[TokenHash: StoredArcadeLogin]>

    init(_ logins: [StoredArcadeLogin], clock: WallClock) {
        self.clock = clock
        known = Mutex(Dictionary(logins.map { ($0.hash, $0) }) { first, _ in first })
    }

    func insert(_ login: StoredArcadeLogin) { known.withLock { $0[login.hash] = login } }
    func remove(_ hash: TokenHash) { known.withLock { $0[hash] = nil } }

    func cachedSession(forToken token: String) -> Session? {
        let hash = TokenHash(of: token)
        guard let login = known.withLock({ $0[hash] }), login.expires > clock.now else { return nil }
        return Session(
            user: UserID(unchecked: login.person), device: DeviceID(unchecked: "arcade"), isGuest: false,
            isAdministrator: false, tokenHash: hash.bytes)
    }

    func session(forToken token: String) async throws -> Session {
        guard let session = cachedSession(forToken: token) else {
            throw MatrixError(401, .unknownToken, "The token is not, or no longer, valid")
        }
        return session
    }

    func noteUse(of session: Session, from address: String, userAgent: String?) {}
}
