/// A server that was found by its name.
package struct ServerDescription: Sendable, Equatable {
    package enum Registration: Sendable, Equatable {
        case open
        /// With a token from the administrator.
        case token
        case closed
    }

    /// The part of its members' names after the colon.
    package var serverName: String
    /// Without a slash at the end.
    package var baseURL: String
    package var isMado: Bool
    /// `m.login.password` and others.
    package var loginFlows: [String]
    package var registration: Registration
    /// `v1.11` and others.
    package var versions: [String]

    package init(
        serverName: String, baseURL: String, isMado: Bool, loginFlows: [String], registration: Registration,
        versions: [String]
    ) {
        self.serverName = serverName
        self.baseURL = baseURL
        self.isMado = isMado
        self.loginFlows = loginFlows
        self.registration = registration
        self.versions = versions
    }
}
