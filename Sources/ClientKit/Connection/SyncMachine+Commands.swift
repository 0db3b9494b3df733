/// What the user and the system do.
extension SyncMachine {
    mutating func enterMode(_ now: ConnectionInstant) {
        failures = 0
        stumbles = 0
        if mode == .offline {
            phase = .offline
            report(.offline(since: now.wall, problem: nil, retryAt: nil))
        } else {
            if phase == .stopped { report(.starting) }
            report(.connecting)
            connect()
        }
    }

    mutating func changeMode(_ new: ConnectionMode, _ now: ConnectionInstant) {
        guard new != mode else { return }
        mode = new
        guard phase != .stopped, phase != .loggedOut else { return }
        cancelExchange()
        offlineSince = nil
        enterMode(now)
    }

    mutating func networkChanged(_ now: ConnectionInstant) {
        actions.append(.renewTransport)
        switch phase {
        case .stopped, .loggedOut, .resting: return
        case .offline where mode == .offline: return
        default:
            failures = 0
            cancelExchange()
            connect()
        }
    }

    mutating func reconnectNow(_ now: ConnectionInstant) {
        guard phase != .stopped, phase != .loggedOut, mode != .offline else { return }
        actions.append(.renewTransport)
        cancelExchange()
        enterMode(now)
    }

    mutating func presenceChanged(_ now: ConnectionInstant) {
        switch phase {
        case .streaming, .polling:
            cancelExchange()
            beginMeans(now)
        default: return
        }
    }
}
