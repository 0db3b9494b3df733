import ClientKit
import GtkKit

/// The portal's values in words.
@MainActor enum PortalWords {
    /// How long ago something was, such as "5 min ago".
    static func age(_ timestamp: Int64) -> String {
        let minutes = (LocalTime.currentMilliseconds - timestamp) / 60_000
        if minutes < 1 { return tr("just now") }
        if minutes < 60 { return tr("%d minute ago", many: "%d minutes ago", Int(minutes)) }
        if minutes < 24 * 60 { return tr("%d hour ago", many: "%d hours ago", Int(minutes / 60)) }
        return LocalTime(timestamp).shortText() + ", " + LocalTime(timestamp).time
    }

    static func kind(_ kind: Channel.Kind) -> String {
        switch kind {
        case .television: tr("TV")
        case .radio: tr("Radio")
        case .music: tr("Music")
        case .pictures: tr("Pictures")
        case .charts: tr("Charts")
        case .pages: tr("Pages")
        case .games: tr("Games")
        }
    }

    static func icon(_ kind: Channel.Kind) -> String {
        switch kind {
        case .television: "mado-television-symbolic"
        case .radio: "mado-radio-symbolic"
        case .music: "audio-x-generic-symbolic"
        case .pictures: "image-x-generic-symbolic"
        case .charts: "mado-chart-symbolic"
        case .pages: "web-browser-symbolic"
        case .games: "input-gaming-symbolic"
        }
    }

    static func problem(_ problem: FormProblem) -> String {
        switch problem {
        case .missing: tr("This is needed")
        case .notANumber: tr("A number, such as 12 or 3.5")
        case .notADate: tr("A day, such as 2026-03-31")
        case .notATime: tr("A time, such as 09:30")
        case .tooSmall(let minimum): tr("At least %@", minimum)
        case .tooLarge(let maximum): tr("At most %@", maximum)
        case .tooLong(let maximum): tr("At most %d character", many: "At most %d characters", maximum)
        case .notOffered: tr("One of the choices")
        case .refused(let reason): reason
        }
    }

    static func state(_ submission: Submission, isConnected: Bool) -> String {
        switch submission.state {
        case .waiting: isConnected ? tr("Being sent") : tr("Will be sent when there is a connection")
        case .refused(let reason, _): tr("Not accepted: %@", Words.failure(reason))
        case .accepted: tr("Sent, no answer yet")
        case .answered: tr("Answered")
        case .failed: tr("The application failed")
        }
    }

    static func priority(_ priority: Announcement.Priority) -> String {
        switch priority {
        case .normal: tr("Normal")
        case .important: tr("Important")
        case .urgent: tr("Urgent")
        }
    }

    static func action(_ action: Instruction.Action) -> String {
        switch action {
        case .openPage: tr("Open a page in the browser")
        case .openProgramme: tr("Show a programme")
        case .runProgram: tr("Start a program")
        }
    }
}
