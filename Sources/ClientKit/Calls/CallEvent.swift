import JSON

/// An event of a call, as it was received from a room or is to be sent into one.
///
/// Source: Client-Server API, "Voice over IP".
package struct CallEvent: Sendable, Equatable {
    package var roomID: String
    package var sender: String
    package var callID: String
    /// nil in version 0, which knows no parties.
    package var partyID: String?
    package var version: CallVersion
    /// Milliseconds between its being sent and its being received.
    package var age: Int64
    /// Set by the server for the device that sent it.
    package var isEcho: Bool
    /// Anybody may enter the room: an invitation there does not ring.
    package var isOfPublicRoom: Bool
    /// Mado's own: the calls of one room that belong together, one for each pair of people.
    package var groupID: String?
    package var content: Content

    package enum Content: Sendable, Equatable {
        case invite(Invitation)
        case answer(sdp: String, CallStreams)
        /// An empty one says that there are no more.
        case candidates([ICECandidate])
        case negotiate(isOffer: Bool, sdp: String, lifetime: Int64, CallStreams)
        case selectAnswer(partyID: String)
        case reject
        case hangUp(Reason)
        case streamsChanged(CallStreams)
    }

    package struct Invitation: Sendable, Equatable {
        package var sdp: String
        /// Milliseconds.
        package var lifetime: Int64
        /// nil means anybody of the room.
        package var invitee: String?
        package var streams: CallStreams
        /// Mado's own: it is not the first of its group, so that the conversation shows one entry for all.
        package var isFurther = false

        package init(
            sdp: String, lifetime: Int64, invitee: String?, streams: CallStreams, isFurther: Bool = false
        ) {
            self.sdp = sdp
            self.lifetime = lifetime
            self.invitee = invitee
            self.streams = streams
            self.isFurther = isFurther
        }
    }

    package enum Reason: String, Sendable, Equatable {
        case userHangUp = "user_hangup"
        case inviteTimeout = "invite_timeout"
        case iceFailed = "ice_failed"
        case iceTimeout = "ice_timeout"
        case userMediaFailed = "user_media_failed"
        case userBusy = "user_busy"
        /// Both called one another, and the other call goes on. The specification has no word for it; this is Element's.
        case replaced
        case unknownError = "unknown_error"
    }

    package init(
        roomID: String, sender: String, callID: String, partyID: String?, version: CallVersion = .one, age: Int64 = 0,
        isEcho: Bool = false, isOfPublicRoom: Bool = false, groupID: String? = nil, content: Content
    ) {
        self.roomID = roomID
        self.sender = sender
        self.callID = callID
        self.partyID = partyID
        self.version = version
        self.age = age
        self.isEcho = isEcho
        self.isOfPublicRoom = isOfPublicRoom
        self.groupID = groupID
        self.content = content
    }

    package var party: CallParty { CallParty(userID: sender, partyID: partyID) }
}

/// Versions of the call events. What is not known is treated as the newest, as the specification says.
package enum CallVersion: Sendable, Equatable { case zero, one }

/// One device in a call.
package struct CallParty: Sendable, Hashable {
    package var userID: String
    package var partyID: String?

    package init(userID: String, partyID: String?) {
        self.userID = userID
        self.partyID = partyID
    }
}

/// A way to reach a party, for its agent for interactive connectivity establishment (ICE).
package struct ICECandidate: Sendable, Equatable {
    /// The attribute's value; empty at the end of all candidates.
    package var text: String
    package var line: Int
    package var mediaID: String?

    package init(text: String, line: Int, mediaID: String? = nil) {
        self.text = text
        self.line = line
        self.mediaID = mediaID
    }

    package static let end = ICECandidate(text: "", line: 0)
}

/// What the streams of one side are, by their ids in the session description.
package struct CallStreams: Sendable, Equatable {
    package struct Stream: Sendable, Equatable {
        package var isScreen: Bool
        package var audioMuted: Bool
        package var videoMuted: Bool

        package init(isScreen: Bool = false, audioMuted: Bool = false, videoMuted: Bool = false) {
            self.isScreen = isScreen
            self.audioMuted = audioMuted
            self.videoMuted = videoMuted
        }
    }

    /// nil when the other side says nothing of its streams: it is an older program.
    package var byID: [String: Stream]?

    package init(_ byID: [String: Stream]? = nil) { self.byID = byID }

    /// The first stream, which is all that this program shows of one person.
    package var first: Stream? { byID?.min { $0.key < $1.key }?.value }
}
