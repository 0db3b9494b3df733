/// How a call came to its end.
package enum CallEnd: Sendable, Equatable {
    /// By this member.
    case hungUp
    case hungUpByOther
    /// The other one did not want it.
    case declined
    case busy
    /// Nobody answered in time.
    case noAnswer
    /// Of an incoming one: the caller gave up, or the time was over.
    case missed
    /// Another device of this member took it, or another member of the room.
    case answeredElsewhere
    case declinedHere
    case declinedElsewhere
    /// Both called each other; the other call goes on.
    case replaced
    /// No connection came about.
    case noPath
    /// There was a connection, and it could not be had again.
    case lost
    /// Neither picture nor sound can be had from this computer, or something of GStreamer is missing.
    case mediaFailed(String)
    /// The server lets this member not into the conference; its words.
    case refused(String)
    /// The server could not be told.
    case cannotSend
}

/// What a call is about.
package enum CallKind: String, Sendable, Equatable { case voice, video }
