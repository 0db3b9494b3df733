/// How presence follows from connections and polls.
package struct PresenceSettings: Sendable, Equatable {
    /// A waiting poll is answered because of presence alone at most once in this time.
    package var pollWakeInterval = Duration.seconds(5)
    /// A connected member who did nothing for this long is shown as away.
    package var awayAfter = Duration.seconds(300)
    /// A member without a connection or poll for this long is shown as offline.
    package var grace = Duration.seconds(30)

    package init() {}
}
