import JSON

extension PlaySession {
    /// What somebody in the session sees, as a JSON object.
    /// - Parameters:
    ///   - launch: who is expected; nil in a standard session.
    ///   - name: of a person.
    package func view(
        for person: String, launch: SessionLaunch.JointSession?, now: Int64, name: (String) -> String
    ) -> [UInt8] {
        let own = seat(of: person)
        return JSONWriter.object { view in
            view.member("session", id)
            view.member("activity", activity)
            view.member("joint", isJoint)
            view.member("state", game == nil ? "waiting" : outcome == nil ? "playing" : "over")
            view.member("n", count)
            view.member("now", now)
            view.memberIfPresent("seat", own)
            view.member("options", options)
            view.array("players") { list in
                for seat in seats { list.object { write(player: seat, name, into: &$0) } }
            }
            view.array("watchers") { list in
                for watcher in present where seat(of: watcher) == nil { list.value(name(watcher)) }
            }
            view.array("expected") { list in for person in launch?.pending ?? [] { list.value(name(person)) } }
            view.member("for_others", launch?.isForOthers ?? false)
            view.memberIfPresent("turn", turn)
            if let outcome { view.object("outcome") { Self.write(outcome, into: &$0) } }
            if let clock { view.object("clock") { Self.write(clock, into: &$0) } }
            if let offer {
                view.object("offer") { object in
                    object.member("kind", offer.kind.rawValue)
                    object.member("seat", offer.seat)
                }
            }
            view.array("rematch") { list in for seat in wantsRematch.sorted() { list.value(seat) } }
            if let game { view.object("game") { game.write(for: own, into: &$0) } }
        }
    }

    private func write(player: String?, _ name: (String) -> String, into object: inout JSONWriter) {
        guard let player else { return }
        object.member("id", player)
        object.member("name", player == Self.program ? "" : name(player))
        object.member("program", player == Self.program)
        object.member("present", player == Self.program || present.contains(player))
    }

    private static func write(_ outcome: Outcome, into object: inout JSONWriter) {
        object.array("winners") { list in for winner in outcome.winners { list.value(winner) } }
        object.member("reason", outcome.reason)
        object.member("score", outcome.score)
    }

    private static func write(_ clock: GameClock, into object: inout JSONWriter) {
        object.array("remaining_ms") { list in for time in clock.remaining { list.value(time) } }
        object.memberIfPresent("running", clock.running)
        object.member("since_ts", clock.since)
    }
}
