import HTTP
import JSON
package import MatrixAPI

/// What the server says of itself: where it is, what it speaks, what it can do.
///
/// Source: Client-Server API, "API Versions", "Well-known URIs", "Capabilities negotiation", "Third-party Networks".
package struct ServerDescription: Sendable, RouteProviding {
    /// Versions of the specification that are served. Older clients look for the older ones, so that all stand here.
    static let versions = ["r0.6.1"] + (1...14).map { "v1.\($0)" }
    /// Features that came after the newest version above, by the names that clients ask for.
    static let features = [
        // Profile fields other than name and picture, as in v1.16.
        "uk.tcpip.msc4133.stable",
        // Delayed events.
        "org.matrix.msc4140",
        // Dehydrated devices.
        "org.matrix.msc3814",
        // Sliding sync by its name from before it was accepted, which clients look for.
        "org.matrix.simplified_msc3575",
    ]

    private let publicBaseURL: String?
    private let defaultRoomVersion: RoomVersion
    private let support: SupportContact?
    private let changesAddresses: Bool
    private let hasConferences: Bool

    /// - Parameters:
    ///   - publicBaseURL: see `AccountsConfiguration`.
    ///   - defaultRoomVersion: that of rooms whose creator does not ask for one.
    ///   - support: nil where nobody is named.
    ///   - changesAddresses: whether members can add addresses of mail.
    ///   - hasConferences: whether there are calls of many.
    package init(
        publicBaseURL: String?, defaultRoomVersion: RoomVersion = .default, support: SupportContact? = nil,
        changesAddresses: Bool = false, hasConferences: Bool = false
    ) {
        self.support = support
        self.changesAddresses = changesAddresses
        self.hasConferences = hasConferences
        self.publicBaseURL = publicBaseURL
        self.defaultRoomVersion = defaultRoomVersion
    }

    package func addRoutes(to routes: inout Routes) {
        routes.add(.get, "/_matrix/client/versions", authentication: .none) { _ in
            .object { object in
                object.array("versions") { array in for version in Self.versions { array.value(version) } }
                object.object("unstable_features") { object in
                    for feature in Self.features { object.member(feature, true) }
                }
            }
        }
        routes.add(.get, "/.well-known/matrix/client", authentication: .none) { [publicBaseURL] _ in
            guard let publicBaseURL else { throw MatrixError.notFound("No address is configured") }
            return .object { Self.writeDiscovery(publicBaseURL, into: &$0) }
        }
        routes.add(.get, "/.well-known/matrix/support", authentication: .none) { [support] _ in
            guard let support else { throw MatrixError.notFound("No contact is configured") }
            return .object { support.write(to: &$0) }
        }
        routes.add(.get, "/_matrix/client/v3/capabilities") { request in
            .object { object in
                object.object("capabilities") { object in
                    writeCapabilities(into: &object)
                    guard request.session.isAdministrator else { return }
                    object.object("m.account_moderation") { moderation in
                        moderation.member("suspend", true)
                        moderation.member("lock", true)
                    }
                }
            }
        }
    }

    static func writeDiscovery(_ publicBaseURL: String, into object: inout JSONWriter) {
        object.object("m.homeserver") { $0.member("base_url", publicBaseURL) }
    }

    private func writeCapabilities(into object: inout JSONWriter) {
        let switches = [
            ("m.change_password", true), ("m.set_displayname", true), ("m.set_avatar_url", true),
            ("m.profile_fields", true), ("m.3pid_changes", changesAddresses), ("m.get_login_token", true),
        ]
        for (name, isEnabled) in switches {
            object.object(name) { $0.member("enabled", isEnabled) }
        }
        if hasConferences { object.object("mado.conferences") { $0.member("enabled", true) } }
        object.object("m.room_versions") { object in
            object.member("default", defaultRoomVersion.rawValue)
            object.object("available") { object in
                for version in RoomVersion.allCases { object.member(version.rawValue, "stable") }
            }
        }
    }
}
