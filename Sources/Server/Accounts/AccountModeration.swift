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
        let lock = "/_matrix/client/v1/admin/lock/{userId}"
        routes.add(.get, lock, authentication: .membersOnly) { request in
            let account = try await subject(of: request)
            return .object { $0.member("locked", account.isLocked) }
        }
        routes.add(.put, lock, authentication: .membersOnly) { request in
            let account = try await subject(of: request)
            guard let isLocked = try request.body.optionalBool("locked") else {
                throw MatrixError.missingParam("locked")
            }
            guard account.user != request.user, account.kind != .admin else {
                throw MatrixError.forbidden("An administrator's account cannot be locked")
            }
            try await accounts.setLocked(isLocked, account.user)
            return .object { $0.member("locked", isLocked) }
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
