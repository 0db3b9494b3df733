import JSON

extension CallEvent {
    /// What one event may hold. More than this is no call but an attempt to wear the receiver out.
    package enum Limit {
        /// Bytes of a session description; those of browsers with all their codecs have some ten thousand.
        package static let description = 60_000
        /// Candidates in one event, and bytes of each.
        package static let candidates = 100
        package static let candidate = 1000
        /// Bytes of an identifier.
        package static let identifier = 255
        package static let streams = 16
        /// Milliseconds that an invitation may stay valid, whatever it says.
        package static let lifetime: Int64 = 300_000
    }

    /// nil for what is no event of a call, or one that is not as the specification says.
    init?(_ event: ReceivedEvent, roomID: String, isOfPublicRoom: Bool = false) {
        guard event.stateKey == nil, !event.isRedacted, event.type.hasPrefix("m.call."),
            let callID = event.content["call_id"]?.identifier, let version = CallVersion(event.content["version"]),
            let content = Self.content(event.type, event.content)
        else { return nil }
        var partyID: String?
        if version == .one {
            guard let id = event.content["party_id"]?.identifier else { return nil }
            partyID = id
        }
        self.init(
            roomID: roomID, sender: event.sender, callID: callID, partyID: partyID, version: version,
            age: max(0, event.value["unsigned"]?["age"]?.int ?? 0), isEcho: event.transactionID != nil,
            isOfPublicRoom: isOfPublicRoom, groupID: event.content["mado.group"]?["id"]?.identifier, content: content)
    }

    private static func content(_ type: String, _ value: JSONValue) -> Content? {
        let streams = CallStreams(value["sdp_stream_metadata"])
        switch type {
        case "m.call.invite":
            guard let sdp = description(value["offer"]), let lifetime = lifetime(value) else { return nil }
            if let invitee = value["invitee"], invitee.identifier == nil { return nil }
            return .invite(
                Invitation(
                    sdp: sdp, lifetime: lifetime, invitee: value["invitee"]?.string, streams: streams,
                    isFurther: value["mado.group"]?["further"]?.bool ?? false))
        case "m.call.answer":
            guard let sdp = description(value["answer"]) else { return nil }
            return .answer(sdp: sdp, streams)
        case "m.call.candidates":
            guard let array = value["candidates"]?.array, array.count <= Limit.candidates else { return nil }
            let candidates = array.compactMap { ICECandidate($0) }
            return candidates.isEmpty ? nil : .candidates(candidates)
        case "m.call.negotiate":
            guard let sdp = description(value["description"]), let lifetime = lifetime(value) else { return nil }
            let kind = value["description"]?["type"]?.string
            guard kind == "offer" || kind == "answer" else { return nil }
            return .negotiate(isOffer: kind == "offer", sdp: sdp, lifetime: lifetime, streams)
        case "m.call.select_answer":
            return value["selected_party_id"]?.identifier.map { .selectAnswer(partyID: $0) }
        case "m.call.reject": return .reject
        case "m.call.hangup":
            return .hangUp(value["reason"]?.string.map { Reason(rawValue: $0) ?? .unknownError } ?? .userHangUp)
        case "m.call.sdp_stream_metadata_changed", "org.matrix.call.sdp_stream_metadata_changed":
            return streams.byID == nil ? nil : .streamsChanged(streams)
        default: return nil
        }
    }

    private static func description(_ value: JSONValue?) -> String? {
        guard let sdp = value?["sdp"]?.string, sdp.utf8.count <= Limit.description, sdp.hasPrefix("v=0") else {
            return nil
        }
        return sdp
    }

    private static func lifetime(_ value: JSONValue) -> Int64? {
        guard let lifetime = value["lifetime"]?.int, lifetime > 0 else { return nil }
        return min(lifetime, Limit.lifetime)
    }

    /// The event's type.
    package var type: String {
        switch content {
        case .invite: "m.call.invite"
        case .answer: "m.call.answer"
        case .candidates: "m.call.candidates"
        case .negotiate: "m.call.negotiate"
        case .selectAnswer: "m.call.select_answer"
        case .reject: "m.call.reject"
        case .hangUp: "m.call.hangup"
        case .streamsChanged: "m.call.sdp_stream_metadata_changed"
        }
    }

    /// The event's content.
    package var json: [UInt8] {
        JSONWriter.object { object in
            object.member("call_id", callID)
            switch version {
            case .zero: object.member("version", 0)
            case .one: object.member("version", "1")
            }
            object.memberIfPresent("party_id", partyID)
            if let groupID {
                object.object("mado.group") { group in
                    group.member("id", groupID)
                    if case .invite(let invitation) = content, invitation.isFurther { group.member("further", true) }
                }
            }
            write(to: &object)
        }
    }

    private func write(to object: inout JSONWriter) {
        switch content {
        case .invite(let invitation):
            object.member("lifetime", invitation.lifetime)
            object.memberIfPresent("invitee", invitation.invitee)
            Self.write("offer", "offer", invitation.sdp, to: &object)
            invitation.streams.write(to: &object)
        case .answer(let sdp, let streams):
            Self.write("answer", "answer", sdp, to: &object)
            streams.write(to: &object)
        case .candidates(let candidates):
            object.array("candidates") { array in
                for candidate in candidates { array.object { candidate.write(to: &$0) } }
            }
        case .negotiate(let isOffer, let sdp, let lifetime, let streams):
            object.member("lifetime", lifetime)
            Self.write("description", isOffer ? "offer" : "answer", sdp, to: &object)
            streams.write(to: &object)
        case .selectAnswer(let partyID): object.member("selected_party_id", partyID)
        case .reject: break
        case .hangUp(let reason): object.member("reason", reason.rawValue)
        case .streamsChanged(let streams): streams.write(to: &object)
        }
    }

    private static func write(_ key: String, _ type: String, _ sdp: String, to object: inout JSONWriter) {
        object.object(key) { description in
            description.member("type", type)
            description.member("sdp", sdp)
        }
    }
}

extension CallVersion {
    /// nil when there is none.
    init?(_ value: JSONValue?) {
        guard let value, value.int != nil || value.string != nil else { return nil }
        self = value.int == 0 || value.string == "0" ? .zero : .one
    }
}

extension ICECandidate {
    init?(_ value: JSONValue) {
        guard let text = value["candidate"]?.string, text.utf8.count <= CallEvent.Limit.candidate,
            !text.utf8.contains(where: { $0 < 0x20 })
        else { return nil }
        let line = value["sdpMLineIndex"]?.int ?? 0
        guard (0...15).contains(line) else { return nil }
        self.init(text: text, line: Int(line), mediaID: value["sdpMid"]?.identifier)
    }

    func write(to object: inout JSONWriter) {
        object.member("candidate", text)
        object.member("sdpMLineIndex", line)
        object.memberIfPresent("sdpMid", mediaID)
    }

    /// Whether there are no more.
    package var isEnd: Bool { text.isEmpty }
}

extension CallStreams {
    init(_ value: JSONValue?) {
        guard let object = value?.object else {
            self.init()
            return
        }
        var streams: [String: Stream] = [:]
        for (id, stream) in object where streams.count < CallEvent.Limit.streams && id.utf8.count <= 255 {
            let purpose = stream["purpose"]?.string
            guard purpose == "m.usermedia" || purpose == "m.screenshare" else { continue }
            streams[id] = Stream(
                isScreen: purpose == "m.screenshare", audioMuted: stream["audio_muted"]?.bool ?? false,
                videoMuted: stream["video_muted"]?.bool ?? false)
        }
        self.init(streams)
    }

    func write(to object: inout JSONWriter) {
        guard let byID else { return }
        object.object("sdp_stream_metadata") { object in
            for (id, stream) in byID.sorted(by: { $0.key < $1.key }) {
                object.object(id) { entry in
                    entry.member("purpose", stream.isScreen ? "m.screenshare" : "m.usermedia")
                    entry.member("audio_muted", stream.audioMuted)
                    entry.member("video_muted", stream.videoMuted)
                }
            }
        }
    }
}

extension JSONValue {
    /// A string that can be an identifier of a call, a party or a person.
    fileprivate var identifier: String? {
        guard let string, !string.isEmpty, string.utf8.count <= CallEvent.Limit.identifier else { return nil }
        return string
    }
}
