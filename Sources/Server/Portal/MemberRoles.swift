package import MatrixAPI
package import Store
import Synchronization

/// Learns that a member has other roles. Called after the change is durable, on any thread.
package protocol RoleObserver: AnyObject, Sendable {
    func rolesChanged(of user: UserID) async throws
}

/// What members are to the organisation, in words of the administrator's choice: audiences of announcements, and
/// `portal-admin` for those who look after the portal.
package final class MemberRoles: Sendable {
    private let journal: Journal
    private let observers = Mutex<[any RoleObserver]>([])

    package init(journal: Journal) { self.journal = journal }

    package func addObserver(_ observer: any RoleObserver) { observers.withLock { $0.append(observer) } }

    package func all() async throws -> [StoredRole] { try await journal.store.read { try $0.roles() } }

    package func roles(of user: UserID) async throws -> [String] {
        try await journal.store.read { try $0.roles(of: user) }
    }

    package func users(with role: String) async throws -> [UserID] {
        try await journal.store.read { try $0.users(withRole: role) }
    }

    /// Gives a member a role; one who has it keeps it.
    /// - Throws: `M_NOT_FOUND` when there is no such member, `M_INVALID_PARAM` for a role that is none.
    package func add(_ role: String, to user: UserID) async throws {
        try Self.check(role)
        try await journal.write { transaction in
            guard let account = try transaction.store.account(user), !account.isDeactivated else {
                throw MatrixError.notFound("There is no such account")
            }
            try transaction.store.insertRole(StoredRole(user: user, role: role))
        }
        try await tell(user)
    }

    /// - Throws: `M_NOT_FOUND` when the member does not have it.
    package func remove(_ role: String, from user: UserID) async throws {
        let wasThere = try await journal.write { try $0.store.deleteRole(StoredRole(user: user, role: role)) }
        guard wasThere else { throw MatrixError.notFound("\(user) does not have the role \(role)") }
        try await tell(user)
    }

    private func tell(_ user: UserID) async throws {
        for observer in observers.withLock({ $0 }) { try await observer.rolesChanged(of: user) }
    }

    private static func check(_ role: String) throws {
        let isAllowed = role.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
            default: false
            }
        }
        guard isAllowed, (1...64).contains(role.utf8.count) else {
            throw MatrixError.invalidParam("A role has 1 to 64 small letters, digits and .-_")
        }
    }
}

extension Portal: RoleObserver {
    package func rolesChanged(of user: UserID) async throws { try await updateAdministrators() }
}
