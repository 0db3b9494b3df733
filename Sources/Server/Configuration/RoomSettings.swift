/// What new rooms are like.
package struct RoomSettings: Sendable, Equatable {
    /// The room versions that the server can make rooms of.
    package static let supportedVersions = ["10", "11", "12"]

    /// The version of a room when its creator names none. Not newer than 10 while Debian 12's nheko is in use.
    package var defaultVersion = "10"
    /// Whether the directory of public rooms can be read without logging in.
    package var isDirectoryOpen = false
    /// Whether only administrators put rooms into it.
    package var onlyAdministratorsPublish = false
    /// How long before it is sent a client may have an event taken.
    package var maximumDelay = Duration.seconds(86_400)
    /// How many such events a member may have waiting.
    package var delayedEventsPerMember = 100

    package init() {}
}
