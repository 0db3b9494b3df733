import Arcade

/// Everything that can happen when several people, who all talk with one another, want into one session at the same time:
/// a model of the arcade's `SessionLaunch`, of the first server's answers and of devices that hear with delay, whose
/// reachable states are all visited.
///
/// Messages of one device arrive in order; everything else in any order.
struct CreationRace {
    /// What a device may answer to a prompt.
    enum Answer: Hashable { case accept, refuse }

    /// What a device shows.
    enum Screen: Hashable {
        case nothing
        case prompt(Int)
        case session(String)
    }

    struct Device: Hashable {
        /// On the way to the arcade.
        var sent: [SessionLaunch.Input]
        /// On the way to the device.
        var told: [SessionLaunch.Action] = []
        var screen = Screen.nothing
        var answered: Set<Int> = []
    }

    struct State: Hashable {
        var launch = SessionLaunch()
        var devices: [String: Device]
        /// Questions to the first server that are not answered yet.
        var questions: Set<String> = []
        var ids = 0
    }

    static let activity = "reversi"

    let people: [String]
    let answers: [Answer]
    var isDirect = false

    static func seat(_ person: String) -> SessionLaunch.Seat { SessionLaunch.Seat(person, activity) }

    /// Visits every state and calls `atEnd` for those in which nothing more is to happen; how many states there are.
    func explore(always: (State) -> Void = { _ in }, atEnd: (State) -> Void) -> Int {
        let start = State(
            devices: Dictionary(
                uniqueKeysWithValues: people.map { ($0, Device(sent: [.connect(Self.seat($0))])) }))
        var seen: Set<State> = [start]
        var open = [start]
        while let state = open.popLast() {
            always(state)
            let next = successors(of: state)
            if next.isEmpty { atEnd(state) }
            for state in next where seen.insert(state).inserted { open.append(state) }
        }
        return seen.count
    }

    private func successors(of state: State) -> [State] {
        people.flatMap { person -> [State] in
            var next: [State] = []
            if state.devices[person]?.sent.isEmpty == false {
                var after = state
                if let input = after.devices[person]?.sent.removeFirst() { handle(input, &after) }
                next.append(after)
            }
            if state.questions.contains(person) {
                var after = state
                after.questions.remove(person)
                handle(.answered(Self.seat(person), people: people.filter { $0 != person }), &after)
                next.append(after)
            }
            if state.devices[person]?.told.isEmpty == false { next += hear(person, state) }
            return next
        }
    }

    private func handle(_ input: SessionLaunch.Input, _ state: inout State) {
        var ids = state.ids
        let (actions, _) = state.launch.handle(input) {
            ids += 1
            return "s\(ids)"
        }
        state.ids = ids
        for action in actions {
            switch action {
            case .ask(let seat): state.questions.insert(seat.person)
            case .promptToBegin(let seat, _, _), .promptToJoin(let seat, _, _, _), .beginStandard(let seat, _),
                .enter(let seat, _), .withdraw(let seat):
                state.devices[seat.person]?.told.append(action)
            case .createJoint(let session):
                state.devices[session.creator]?.told.append(.enter(Self.seat(session.creator), session: session.id))
            case .sendCards, .leave, .changed, .end, .watch: break
            }
        }
    }

    /// The device hears the next thing, and its person answers a prompt in each way that is possible.
    private func hear(_ person: String, _ state: State) -> [State] {
        var after = state
        guard let action = after.devices[person]?.told.removeFirst() else { return [] }
        switch action {
        case .promptToBegin(let seat, let others, let prompt):
            return answer(prompt, seat, others, after)
        case .promptToJoin(let seat, _, _, let prompt):
            return answer(prompt, seat, [], after)
        case .beginStandard(_, let session), .enter(_, let session):
            after.devices[person]?.screen = .session(session)
        default: after.devices[person]?.screen = .nothing
        }
        return [after]
    }

    private func answer(_ prompt: Int, _ seat: SessionLaunch.Seat, _ others: [String], _ state: State) -> [State] {
        var state = state
        state.devices[seat.person]?.screen = .prompt(prompt)
        // Told again: it was answered already.
        guard state.devices[seat.person]?.answered.insert(prompt).inserted == true else { return [state] }
        return answers.map { answer in
            var after = state
            switch answer {
            case .accept:
                after.devices[seat.person]?.sent.append(
                    .accept(seat, prompt: prompt, people: others, direct: isDirect))
            case .refuse: after.devices[seat.person]?.sent.append(.refuse(seat, prompt: prompt))
            }
            return after
        }
    }
}
