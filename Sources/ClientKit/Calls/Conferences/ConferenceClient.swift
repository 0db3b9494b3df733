import JSON

/// The server's conference of one room.
///
/// Source: docs/openapi.yaml, `/_mado/v1/conferences/{roomId}`.
struct ConferenceClient: Sendable {
    let client: MatrixClient
    let roomID: String

    struct Joined: Sendable {
        var participant: String
        var publishers: [ConferencePublisher]
        var next: String
    }

    private func post(_ what: [String], _ body: (inout JSONWriter) -> Void = { _ in }) async throws -> JSONValue {
        try await client.send("POST", path(what), body: JSONWriter.object(body))
    }

    private func path(_ what: [String]) -> [String] { ["_mado", "v1", "conferences", roomID] + what }

    /// Who is in it.
    func people() async throws -> [String] {
        let answer = try await client.send("GET", path([]))
        return answer["people"]?.array?.compactMap(\.string) ?? []
    }

    func join() async throws -> Joined {
        let answer = try await post(["join"])
        return Joined(
            participant: try answer.required("participant"),
            publishers: answer["publishers"]?.array?.compactMap { ConferencePublisher($0) } ?? [],
            next: try answer.required("next"))
    }

    /// - Returns: the answer to the offer.
    func publish(_ participant: String, offer: String) async throws -> String {
        try await post(["publish"]) { body in
            body.member("participant", participant)
            body.member("sdp", offer)
        }.required("sdp")
    }

    func unpublish(_ participant: String) async throws {
        _ = try await post(["unpublish"]) { $0.member("participant", participant) }
    }

    /// Whether this device is without sound or picture.
    func setMuted(_ participant: String, _ muted: ConferenceMuted) async throws {
        _ = try await post(["muted"]) { body in
            body.member("participant", participant)
            body.member("audio_muted", muted.audio)
            body.member("video_muted", muted.video)
        }
    }

    /// - Returns: the subscription's name, and the bridge's offer.
    func subscribe(_ participant: String, to publisher: String) async throws -> (name: String, offer: String) {
        let answer = try await post(["subscribe"]) { body in
            body.member("participant", participant)
            body.member("publisher", publisher)
        }
        return (try answer.required("subscription"), try answer.required("sdp"))
    }

    func answer(_ participant: String, _ subscription: String, sdp: String) async throws {
        _ = try await post(["subscriptions", subscription, "answer"]) { body in
            body.member("participant", participant)
            body.member("sdp", sdp)
        }
    }

    func unsubscribe(_ participant: String, _ subscription: String) async throws {
        _ = try await post(["unsubscribe"]) { body in
            body.member("participant", participant)
            body.member("subscription", subscription)
        }
    }

    /// - Parameter subscription: nil for the connection on which this device sends.
    func tell(_ candidate: ICECandidate, _ participant: String, _ subscription: String?) async throws {
        _ = try await post(["candidates"]) { body in
            body.member("participant", participant)
            body.memberIfPresent("subscription", subscription)
            body.array("candidates") { list in
                if !candidate.isEnd { list.object { candidate.write(to: &$0) } }
            }
            body.member("completed", candidate.isEnd)
        }
    }

    func leave(_ participant: String) async throws {
        _ = try await post(["leave"]) { $0.member("participant", participant) }
    }

    /// Waits for what is new, half a minute at most.
    func events(_ participant: String, since cursor: String) async throws -> (events: [ConferenceEvent], next: String) {
        let answer = try await client.send(
            "GET", path(["events"]),
            query: [("participant", participant), ("since", cursor), ("timeout", "30000")])
        let events = answer["events"]?.array?.compactMap { ConferenceEvent($0) } ?? []
        return (events, try answer.required("next"))
    }
}

extension ConferencePublisher {
    init?(_ value: JSONValue) {
        guard let participant = value["participant"]?.string, let userID = value["user_id"]?.string,
            !participant.isEmpty, participant.utf8.count <= 255, userID.utf8.count <= 255
        else { return nil }
        self.init(
            participant: participant, userID: userID, hasVideo: value["video"]?.bool ?? false,
            muted: ConferenceMuted(value))
    }
}

extension ConferenceMuted {
    fileprivate init(_ value: JSONValue) {
        self.init(audio: value["audio_muted"]?.bool ?? false, video: value["video_muted"]?.bool ?? false)
    }
}

extension ConferenceEvent {
    /// nil for what does not concern this program.
    init?(_ value: JSONValue) {
        switch value["type"]?.string {
        case "published":
            guard let publisher = value["publisher"].flatMap({ ConferencePublisher($0) }) else { return nil }
            self = .published(publisher)
        case "unpublished":
            guard let participant = value["participant"]?.string else { return nil }
            self = .unpublished(participant: participant)
        case "muted":
            guard let participant = value["participant"]?.string else { return nil }
            self = .muted(participant: participant, ConferenceMuted(value))
        case "subscription_offer":
            guard let subscription = value["subscription"]?.string, let sdp = value["sdp"]?.string,
                sdp.hasPrefix("v=0"), sdp.utf8.count <= CallEvent.Limit.description
            else { return nil }
            self = .offer(subscription: subscription, sdp: sdp)
        case "disconnected": self = .disconnected(subscription: value["subscription"]?.string)
        case "ended": self = .ended
        default: return nil
        }
    }
}
