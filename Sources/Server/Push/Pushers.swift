package import EventLoop
import JSON
package import MatrixAPI
package import Outbound
import Store

/// Where members' notifications go when no client is connected: which there are, what they are to be told, and telling
/// it.
///
/// Learns of events by observing the journal, behind those that count unread ones, and of ended sessions, with which
/// their devices' pushers end.
///
/// Source: Client-Server API, "Push Notifications"; Push Gateway API.
package final class Pushers: JournalObserver, SessionObserver {
    /// What a member asks for.
    struct Wish: Sendable {
        let kind: String
        let appID: String
        let pushkey: String
        let appDisplayName: String
        let deviceDisplayName: String
        let profileTag: String?
        let language: String
        let data: JSONValue
        /// Whether other members' pushers with the same app and key stay.
        let appends: Bool
    }

    static let mailKind = "email"
    /// Of one member.
    private static let maximumCount = 50
    private static let path = "/_matrix/push/v1/notify"

    private let journal: Journal
    private let http: HTTPClient
    private let table: PusherTable
    private let queue: PushQueue
    private let delivery: PushDelivery
    /// Whether what is unread can go out by mail.
    private let sendsMail: Bool

    /// - Parameter loop: where the timers for new attempts run.
    package init(
        journal: Journal, http: HTTPClient, loop: EventLoop, rules: PushRules, ignoredUsers: IgnoredUsers,
        unread: UnreadCounts, sendsMail: Bool = false, clock: WallClock = .system
    ) {
        self.sendsMail = sendsMail
        self.journal = journal
        self.http = http
        let table = PusherTable(sendsMail: sendsMail)
        let delivery = PushDelivery(
            journal: journal, loop: loop, http: http, unread: unread, clock: clock, removed: { table.invalidate() })
        self.table = table
        self.delivery = delivery
        queue = PushQueue(
            journal: journal, loop: loop, table: table, rules: rules, ignoredUsers: ignoredUsers, clock: clock
        ) { delivery.wake($0) }
    }

    /// Takes up what was not sent before the server ended, and drops what nobody sends any more.
    /// - Throws: `StoreError`.
    package func restore() async throws {
        let (waiting, unused) = try await journal.store.read { [table] reader in
            _ = try table.current(reader)
            let waiting = try reader.pushersWithQueue()
            return (waiting, try waiting.filter { id in try reader.pusher(id).map { !table.isUsed($0) } ?? false })
        }
        if !unused.isEmpty {
            try await journal.write { transaction in
                for id in unused { try transaction.store.deleteQueuedPushes(of: id, through: .max) }
            }
        }
        delivery.wake(waiting)
        queue.wake()
    }

    package func published(_ publication: Publication) {
        guard !table.isEmpty else { return }
        var hasEvents = false
        for change in publication.changes {
            switch change.kind {
            case .event: hasEvents = true
            case .receipt(let receipt):
                let pushers = table.known(of: receipt.user).filter { $0.kind == "http" }
                if !pushers.isEmpty { delivery.badgeChanged(pushers.map(\.id)) }
            default: break
            }
        }
        if hasEvents { queue.wake() }
    }

    package func sessionsEnded(of user: UserID, devices: Set<DeviceID>?) { table.invalidate() }

    // MARK: Setting

    func all(of user: UserID) async throws -> [StoredPusher] {
        try await journal.store.read { try $0.pushers(of: user) }
    }

    /// To be called when it is durable that pushers were changed elsewhere.
    func changed() { table.invalidate() }

    /// What mails a member what they missed, as long as they have the account.
    /// - Parameter data: JSON; nil for none.
    static func mailPusher(
        to address: String, of user: UserID, language: String, data: [UInt8]?, in transaction: JournalTransaction
    ) -> StoredPusher {
        StoredPusher(
            user: user, appID: "m.email", pushkey: address, kind: mailKind, appDisplayName: "E-mail",
            deviceDisplayName: address, profileTag: nil, language: language, data: data ?? Array("{}".utf8),
            device: nil, created: transaction.now, since: transaction.position)
    }

    /// - Throws: `M_INVALID_PARAM`, `M_MISSING_PARAM`, `M_LIMIT_EXCEEDED`; `M_THREEPID_NOT_FOUND` for mail to an
    ///   address that the member did not prove.
    func set(_ wish: Wish, for session: Session) async throws {
        switch wish.kind {
        case "http": try await checkGateway(wish)
        case Self.mailKind where sendsMail: return try await setMail(wish, for: session.user)
        default: throw MatrixError.invalidParam("There is no such kind of pusher here")
        }
        let user = session.user
        let data = Array(wish.data.bytes)
        try await journal.write { transaction in
            let store = transaction.store
            let others = try store.pushers(of: user)
            let isKnown = others.contains { $0.appID == wish.appID && $0.pushkey == wish.pushkey }
            guard isKnown || others.count < Self.maximumCount else {
                throw MatrixError(400, .limitExceeded, "A member has at most \(Self.maximumCount) pushers")
            }
            if !wish.appends {
                try store.deletePushers(appID: wish.appID, pushkey: wish.pushkey, exceptOf: user)
            }
            try store.setPusher(
                StoredPusher(
                    user: user, appID: wish.appID, pushkey: wish.pushkey, kind: wish.kind,
                    appDisplayName: wish.appDisplayName, deviceDisplayName: wish.deviceDisplayName,
                    profileTag: wish.profileTag, language: wish.language, data: data, device: session.device,
                    created: transaction.now, since: transaction.position))
        }
        table.invalidate()
    }

    private func setMail(_ wish: Wish, for user: UserID) async throws {
        guard wish.appID == "m.email" else { throw MatrixError.invalidParam("app_id must be m.email") }
        let address = wish.pushkey.lowercased()
        let data = Array(wish.data.bytes)
        try await journal.write { transaction in
            guard try transaction.store.contactAddress(address)?.user == user else {
                throw MatrixError(400, .threepidNotFound, "The address is none of your account")
            }
            try transaction.store.setPusher(
                Self.mailPusher(to: address, of: user, language: wish.language, data: data, in: transaction))
        }
        table.invalidate()
    }

    /// Taking away what is not there is done.
    func remove(appID: String, pushkey: String, of user: UserID) async throws {
        try await journal.write { transaction in
            for pusher in try transaction.store.pushers(of: user)
            where pusher.appID == appID && pusher.pushkey == pushkey {
                _ = try transaction.store.deletePusher(pusher.id)
            }
        }
        table.invalidate()
    }

    private func checkGateway(_ wish: Wish) async throws {
        let url = try wish.data.requiredString("url")
        guard let authority = url.firstRange(of: "://").map({ url[$0.upperBound...] }),
            let slash = authority.firstIndex(of: "/"), authority[slash...] == Self.path
        else { throw MatrixError.invalidParam("data.url must be a URL with the path \(Self.path)") }
        let refusal: String
        do throws(FetchError) {
            if try await http.check(url) { return }
            refusal = "data.url must be an https URL"
        } catch .cannotResolve where url.hasPrefix("https://") {
            // It may be the network that is away, and not the name that is wrong.
            return
        } catch .refused {
            refusal = "This server does not send anything to that address"
        } catch {
            refusal = "data.url must be an https URL of a server"
        }
        throw MatrixError.invalidParam(refusal)
    }
}
