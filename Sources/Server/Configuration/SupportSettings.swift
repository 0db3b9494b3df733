/// How members reach those who run the server, and how these write to them.
package struct SupportSettings: Sendable, Equatable {
    /// An administrator's identifier, here or elsewhere.
    package var matrixID: String?
    package var email: String?
    /// A page about the server.
    package var page: String?
    /// The name under which the server writes to members.
    package var noticesName = "Server notices"

    package init() {}
}
