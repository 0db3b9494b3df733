import ClientKit
import GtkKit

/// What the window of a call says of it.
@MainActor enum CallTexts {
    static func title(_ call: Call) -> String {
        if call.isConference { return call.conversation?.title ?? tr("Conference") }
        let names = call.people.map { call.account.person($0) }
        return Words.names(names)
    }

    /// Of one person, while there is no picture.
    static func person(_ user: String, _ call: Call) -> String {
        if call.isConference {
            if !call.isConnected(user) { return tr("is being connected") }
            return call.showsPicture(user) ? "" : tr("shows no picture")
        }
        guard let machine = call.legs[user]?.machine else { return "" }
        if machine.isHeldByOther { return tr("has put the call on hold") }
        switch machine.state {
        case .preparing: return tr("is being called")
        case .inviting: return tr("is being called")
        case .ringing, .answering, .connecting: return tr("is being connected")
        case .reconnecting: return tr("the connection is looked for anew")
        case .connected where call.kind == .video && !call.isOnHold && !call.showsPicture(user):
            return tr("shows no picture")
        case .connected, .ended: return ""
        }
    }

    /// Who, how long, how good.
    static func status(_ call: Call) -> String {
        var words = [title(call)]
        if call.isConference, call.phase == .active {
            words.append(tr("1 person", many: "%d people", call.present.count + 1))
        }
        switch call.phase {
        case .calling: words.append(tr("calling…"))
        case .ringing, .connecting: words.append(tr("connecting…"))
        case .reconnecting: words.append(tr("connecting again…"))
        case .active:
            if let since = call.since {
                words.append(Words.duration(milliseconds: LocalTime.currentMilliseconds - since))
            }
            if call.isOnHold {
                words.append(tr("on hold"))
            } else {
                words.append(Words.quality(call.quality))
                words.append(Words.route(call.route))
            }
        case .ended: break
        }
        return words.filter { !$0.isEmpty }.joined(separator: " · ")
    }

    static func isWeak(_ call: Call) -> Bool {
        switch call.quality {
        case .weak, .bad, .slow: call.phase == .active
        case .good, .unknown: call.phase == .reconnecting
        }
    }

    /// What is counted of each person, first what says how good the call is.
    static func facts(_ call: Call) -> [(name: String, lines: [String])] {
        call.present.map { user in
            let figures = call.figures(of: user) ?? CallFigures()
            let percent = { (part: Double?) in part.map { String(Int(($0 * 100).rounded())) } ?? "?" }
            let lines = [
                tr("Way: %@", figures.route == nil ? tr("unknown") : Words.route(figures.route)),
                tr("Lost: %1$@ % of theirs, %2$@ % of yours", percent(figures.lossReceived), percent(figures.lossSent)),
                tr("There and back: %@ ms", String(Int(figures.roundTrip.rounded()))),
                tr("Longest silence: %@ ms", String(figures.longestSilence)),
                tr("Received: %@ kbit/s", String(figures.bitsReceived / 1000)),
                tr("Own picture: up to %@ kbit/s", String(figures.bitsAllowed / 1000)),
                tr("Pictures received: %@", String(figures.framesReceived)),
                tr("Packets of sound received: %@", String(figures.soundPacketsReceived)),
                call.legs[user]?.pictureAfter.map { tr("First picture after: %@ ms", String($0)) } ?? "",
            ]
            return (call.account.person(user).displayName, lines.filter { !$0.isEmpty })
        }
    }
}
