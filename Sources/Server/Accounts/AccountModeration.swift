import HTTP
import JSON
import MatrixAPI
import Store

/// What administrators see of members' accounts and do to them, and members see of their own.
///
/// Source: Client-Server API, "Server Administration", `admin.yaml`.
package struct AccountModeration: Sendable, RouteProviding {
    private let accounts: Accounts
    private let devices: Devices

    package init(accounts: Accounts, devices: Devices) {
        self.accounts = accounts
        self.devices = devices
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/v3/admin/whois/{userId}", authentication: .membersOnly) { request in
            let user = try request.userID()
            guard request.session.isAdministrator || user == request.user else { throw Self.notAllowed }
            guard try await accounts.account(user) != nil else { throw Self.notFound }
            let devices = try await devices.all(of: user)
            return .object { object in
                object.member("user_id", user.string)
                object.object("devices") { list in
                    for device in devices { list.object(device.id.string) { Self.write(device, to: &$0) } }
                }
            }
        }
        addSwitch("lock", "locked", to: &routes, isOn: { $0.isLocked }) { try await accounts.setLocked($0, $1) }
        addSwitch("suspend", "suspended", to: &routes, isOn: { $0.isSuspended }) {
            try await accounts.setSuspended($0, $1)
        }
    }

    /// `GET` and `PUT /_matrix/client/v1/admin/{name}/{userId}`.
    private func addSwitch(
        _ name: String, _ member: String, to routes: inout Routes, isOn: @escaping @Sendable (StoredAccount) -> Bool,
        set: @escaping @Sendable (Bool, UserID) async throws -> Void
    ) {
        let path = "/_matrix/client/v1/admin/\(name)/{userId}"
        routes.add(.get, path, authentication: .membersOnly) { request in
            let account = try await subject(of: request)
            return .object { $0.member(member, isOn(account)) }
        }
        routes.add(.put, path, authentication: .membersOnly) { request in
            let account = try await subject(of: request)
            guard let value = try request.body.optionalBool(member) else { throw MatrixError.missingParam(member) }
            guard account.user != request.user, account.kind != .admin else {
                throw MatrixError.forbidden("An administrator's account cannot be \(member)")
            }
            try await set(value, account.user)
            return .object { $0.member(member, value) }
        }
    }

    /// - Throws: `M_FORBIDDEN` for all but administrators, `M_NOT_FOUND` when there is no such account.
    private func subject(of request: Request) async throws -> StoredAccount {
        guard request.session.isAdministrator else { throw Self.notAllowed }
        guard let account = try await accounts.account(try request.userID()), !account.isDeactivated else {
            throw Self.notFound
        }
        return account
    }

    private static let notAllowed = MatrixError.forbidden("Only administrators may do this")
    private static let notFound = MatrixError.notFound("There is no such account")

    private static func write(_ device: StoredDevice, to object: inout JSONWriter) {
        object.array("sessions") { sessions in
            sessions.object { session in
                session.array("connections") { connections in
                    guard let seen = device.lastSeen else { return }
                    connections.object { connection in
                        connection.memberIfPresent("ip", device.lastSeenAddress)
                        connection.member("last_seen", seen)
                    }
                }
            }
        }
    }
}
