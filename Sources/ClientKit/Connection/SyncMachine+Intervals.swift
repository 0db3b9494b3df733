/// Connecting at intervals or given times: fetch, tell the others, send what waits, fetch again, leave.
extension SyncMachine {
    @discardableResult mutating func announceIfNeeded(_ now: ConnectionInstant) -> Bool {
        guard isMado else { return false }
        let every = connectsEvery(now)
        if case .some(let known) = told, known == every { return false }
        telling = .some(every)
        actions.append(.announce(connectsEvery: every))
        return true
    }

    mutating func announced(_ succeeded: Bool) {
        if succeeded { told = telling }
        telling = nil
        if phase == .announcing { drain() }
    }

    mutating func drain() {
        phase = .draining
        actions.append(.drain)
    }

    /// In seconds, as the server takes it.
    private func connectsEvery(_ now: ConnectionInstant) -> Int? {
        switch mode {
        case .continuous, .offline: nil
        case .interval, .times: min(max(Int((nextConnection(now) - now.wall + 500) / 1000), 60), 86_400)
        }
    }

    private func nextConnection(_ now: ConnectionInstant) -> Int64 {
        switch mode {
        case .interval(let minutes): now.wall + Int64(max(1, minutes)) * 60_000
        case .times(let times): nextTime(times, now.wall)
        case .continuous, .offline: now.wall
        }
    }

    mutating func rest(_ now: ConnectionInstant) {
        let next = nextConnection(now)
        phase = .resting(until: next)
        report(.interval(minutes: Int((next - now.wall + 30_000) / 60_000), next: next))
    }
}
