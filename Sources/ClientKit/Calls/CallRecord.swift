import JSON
import MatrixAPI
import SQLite

/// A call as a conversation remembers it: one entry for all of its events.
package struct CallRecord: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// It rings now.
        case ringing
        /// Milliseconds; nil while it goes on, or when nobody told its end.
        case answered(duration: Int64?)
        /// This member was called and has not answered.
        case missed
        case declined
        case busy
        /// This member called, and nobody answered.
        case noAnswer
        /// Ended before anybody could answer, by the one who called.
        case cancelled
    }

    package var kind: CallKind
    package var outcome: Outcome
    package var isGroup: Bool
    /// An invitation that did not ring, for anybody may enter the room.
    package var isIgnored = false

    package init(kind: CallKind, outcome: Outcome, isGroup: Bool, isIgnored: Bool = false) {
        self.kind = kind
        self.outcome = outcome
        self.isGroup = isGroup
        self.isIgnored = isIgnored
    }

    /// What is worth asking for once more.
    package var wantsCallBack: Bool {
        switch outcome {
        case .missed, .noAnswer, .busy: true
        default: false
        }
    }
}

extension ReceivedEvent {
    /// Under what all events of one call are found: no event's id begins like this.
    var callTarget: String? {
        guard type.hasPrefix("m.call."), stateKey == nil,
            let id = content["mado.group"]?["id"]?.string ?? content["call_id"]?.string, id.utf8.count <= 255
        else { return nil }
        return "call:" + id
    }

    /// Whether it says what became of a call.
    var tellsOfCall: Bool { ["m.call.answer", "m.call.reject", "m.call.hangup"].contains(type) }

    /// Another call of the same group has the entry in the conversation.
    var isFurtherCall: Bool { content["mado.group"]?["further"]?.bool ?? false }
}

extension TimelineReader {
    struct CallTrace {
        let sender: String
        let type: String
        let timestamp: Int64
        let reason: String?
    }

    /// What has become of the call that an invitation began.
    func callContent(of event: ReceivedEvent, now: Int64) throws -> TimelineItem.Content {
        guard let target = event.callTarget else { return .unsupported(type: event.type, fallback: nil) }
        let traces = try database.all(
            """
            SELECT sender, key, timestamp, content FROM relation
            WHERE room = ? AND target = ? AND kind = 'm.call' ORDER BY timestamp, event_id LIMIT 200
            """, room, target
        ) { row in
            let content = try? JSONValue.parse(row.blob(3), limits: .stored)
            return CallTrace(
                sender: row.text(0), type: row.text(1), timestamp: row.int(2), reason: content?["reason"]?.string)
        }
        let isGroup = event.content["mado.group"] != nil
        let sdp = event.content["offer"]?["sdp"]?.string ?? ""
        var record = CallRecord(
            kind: SessionDescription(sdp).hasVideo ? .video : .voice,
            outcome: outcome(of: event, traces, isGroup: isGroup, now: now), isGroup: isGroup)
        if event.sender != owner,
            try database.state("m.room.join_rules", in: room)?.content["join_rule"]?.string == "public"
        {
            record.isIgnored = true
        }
        return .call(record)
    }

    private func outcome(
        of event: ReceivedEvent, _ traces: [CallTrace], isGroup: Bool, now: Int64
    ) -> CallRecord.Outcome {
        let isOwn = event.sender == owner
        let hasLeft = traces.last { $0.type == "m.call.hangup" }
        let answers = traces.filter { $0.type == "m.call.answer" && $0.sender != event.sender }
        if let answer = isOwn ? answers.first : answers.first(where: { !isGroup || $0.sender == owner }) {
            return .answered(duration: hasLeft.map { max(0, $0.timestamp - answer.timestamp) })
        }
        // Of several who were called, one is not spoken for by another.
        if isOwn, traces.contains(where: { $0.reason == "user_busy" && $0.sender != owner }) { return .busy }
        let refusals = traces.filter { $0.sender != event.sender }
        if refusals.contains(where: { isOwn || $0.sender == owner }) { return .declined }
        let lifetime = min(event.content["lifetime"]?.int ?? 0, CallEvent.Limit.lifetime)
        let isOver = hasLeft?.sender == event.sender || now > event.timestamp + lifetime
        guard isOver else { return .ringing }
        // Both called one another, and the other call went on: nobody has missed anything.
        if hasLeft?.reason == CallEvent.Reason.replaced.rawValue { return .cancelled }
        if !isOwn { return .missed }
        return hasLeft?.reason == "user_hangup" ? .cancelled : .noAnswer
    }
}
