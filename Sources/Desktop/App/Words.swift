import ClientKit
import GtkKit

/// What states are called, in the user's language.
enum Words {
    static func availability(_ availability: Availability) -> String {
        switch availability {
        case .ready: tr("Ready")
        case .away: tr("Away")
        case .busy: tr("Busy")
        case .invisible: tr("Invisible")
        case .offline: tr("Offline")
        case .unknown: ""
        }
    }

    /// Of somebody else: how one can be reached now.
    static func presence(_ presence: PersonPresence, now: LocalTime = .now) -> String {
        if presence.inCall { return tr("In a call") }
        var words = availability(presence.availability)
        if let seconds = presence.connectsEverySeconds, seconds > 0 {
            words = tr("Every minute", many: "Every %d minutes", max(1, seconds / 60))
            if let next = presence.nextConnection { words += ", " + tr("next %@", LocalTime(next).time) }
        } else if presence.availability == .offline || presence.availability == .away, let last = presence.lastActive {
            words += " · " + tr("seen %@", LocalTime(last).shortText(now: now))
        }
        if let message = presence.message, !message.isEmpty {
            words = words.isEmpty ? message : words + " · " + message
        }
        return words
    }

    /// What stands above a new message in a notification: whose it is, and where it was written.
    static func title(_ notice: Notice) -> String {
        // The account that speaks for the portal says nothing about an item; the feed's name does.
        if notice.isOfPortal { return notice.conversationTitle }
        let name = notice.sender.displayName
        return notice.isDirect || notice.conversationTitle == name
            ? name : tr("%1$@ in %2$@", name, notice.conversationTitle)
    }

    /// The connection in one or two words, for the top of the window.
    static func connection(_ report: ConnectionReport) -> String {
        switch report.state {
        case .starting, .connecting: tr("Connecting…")
        case .streaming: tr("Streaming")
        case .polling: tr("Polling")
        case .shortPolling: tr("Short polls")
        case .interval(let minutes, _): tr("Every minute", many: "Every %d minutes", minutes)
        case .offline(_, let problem, _): problem == nil ? tr("Offline") : tr("No connection")
        case .loggedOut: tr("Logged out")
        }
    }

    /// The connection in a sentence. Without `hasStream` the server itself has nothing faster than long polls.
    static func connectionDetail(_ report: ConnectionReport, waiting: Int, hasStream: Bool = true) -> String {
        var sentence: String
        switch report.state {
        case .starting: sentence = tr("Starting")
        case .connecting: sentence = tr("Connecting to the server")
        case .streaming: sentence = tr("Connected; everything arrives at once")
        case .polling where !hasStream: sentence = tr("Connected; everything arrives at once")
        case .polling: sentence = tr("Connected by long polls; the network holds streams back")
        case .shortPolling: sentence = tr("Connected by short polls; the network cuts longer ones")
        case .interval(let minutes, let next):
            sentence = tr(
                "Connects every minute", many: "Connects every %d minutes", minutes)
            sentence += "; " + tr("next %@", LocalTime(next).time)
        case .offline(let since, let problem, let retry):
            sentence = tr("Offline since %@", LocalTime(since).shortText())
            if let problem { sentence += ": " + self.problem(problem) }
            if let retry { sentence += ". " + tr("Next attempt at %@", LocalTime(retry).text("%H:%M:%S")) }
        case .loggedOut: sentence = tr("The server has ended this session; log in again")
        }
        if let proxy = report.proxy { sentence += ", " + tr("through proxy %@", proxy) }
        if waiting > 0 { sentence += " · " + waitingToSend(waiting) }
        return sentence
    }

    static func waitingToSend(_ count: Int) -> String {
        tr("1 waiting to be sent", many: "%d waiting to be sent", count)
    }

    static func problem(_ problem: ConnectionProblem) -> String {
        switch problem {
        case .transport(let error): transport(error)
        case .server(let status, _, let message):
            message ?? tr("the server answered with error %@", String(status))
        case .store(let text): tr("what arrived could not be stored: %@", text)
        }
    }

    static func transport(_ error: TransportError) -> String {
        switch error {
        case .cannotResolve(let host): tr("there is no address for %@", host)
        case .cannotConnect(let host): tr("%@ does not answer", host)
        case .proxyUnreachable(let proxy): tr("the proxy %@ does not answer", proxy)
        case .proxyAuthenticationRequired(let proxy, _): tr("the proxy %@ asks for a user name and password", proxy)
        case .proxyRefused(let proxy, let status):
            tr("the proxy %1$@ does not let this through (%2$@)", proxy, String(status))
        case .proxyUnknown(let reason): tr("the proxy settings cannot be evaluated: %@", reason)
        case .certificate(let problem): certificate(problem)
        case .timedOut: tr("no answer in time")
        case .cut: tr("the connection was cut")
        case .tooLarge: tr("the answer is too large")
        case .cancelled: tr("cancelled")
        case .badURL(let url): tr("%@ is no address", url)
        case .authorityFile(let path): tr("the certificate authority's file %@ cannot be read", path)
        case .file(let path, _): tr("the file %@ cannot be read or written", path)
        case .other(let text): text
        }
    }

    /// What is wrong with a certificate, and what to do.
    static func certificate(_ problem: CertificateProblem) -> String {
        let issuer = problem.issuer ?? tr("an unknown authority")
        return switch problem.reason {
        case .unknownAuthority:
            tr(
                "the certificate of %1$@ comes from %2$@, which this computer does not trust. "
                    + "Ask your administrator for the authority's file and choose it in the network settings.",
                problem.host, issuer)
        case .expired: tr("the certificate of %@ has expired. Ask the administrator to renew it.", problem.host)
        case .notYetValid:
            tr("the certificate of %@ is not valid yet. Is this computer's clock right?", problem.host)
        case .wrongName:
            tr(
                "the certificate belongs to %1$@, not to %2$@. Is the server's name right?",
                problem.names.joined(separator: ", "), problem.host)
        case .other(let text): tr("the certificate of %1$@ cannot be trusted: %2$@", problem.host, text)
        }
    }

    /// Any error, for the user.
    static func error(_ error: any Error) -> String {
        switch error {
        case let error as TransportError: transport(error)
        case let error as MatrixClientError: server(error)
        case let error as ClientError: client(error)
        case let error as LocalStoreError: store(error)
        case let error as DiscoveryError: discovery(error)
        case let error as SecretStoreError: secrets(error)
        default: String(describing: error)
        }
    }

    private static func discovery(_ error: DiscoveryError) -> String {
        switch error {
        case .invalidName(let name): tr("“%@” is neither a server's name nor an address.", name)
        case .noMatrixServer(let url): tr("There is no Matrix server at %@.", url)
        case .invalidWellKnown(let name): tr("What %@ says about its Matrix server cannot be used.", name)
        }
    }

    private static func secrets(_ error: SecretStoreError) -> String {
        switch error {
        case .service(let reason): tr("The desktop's keyring does not take the password: %@", reason)
        case .file(let path, _): tr("The file %@ for passwords cannot be read or written.", path)
        case .damaged(let path): tr("The file %@ for passwords is damaged.", path)
        }
    }

    static func bytes(_ count: Int64) -> String {
        switch count {
        case ..<1000: tr("1 byte", many: "%d bytes", Int(count))
        case ..<1_000_000: tr("%@ kB", String((count + 500) / 1000))
        case ..<1_000_000_000: tr("%@ MB", decimal(count, 1_000_000))
        default: tr("%@ GB", decimal(count, 1_000_000_000))
        }
    }

    private static func decimal(_ count: Int64, _ unit: Int64) -> String {
        let tenths = (count * 10 + unit / 2) / unit
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Such as 1:05.
    static func duration(milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds) / 1000
        let rest = seconds % 60
        return "\(seconds / 60):\(rest < 10 ? "0" : "")\(rest)"
    }

    /// Names in a row: Ana, Kenji and 3 others.
    static func names(_ people: [Person], limit: Int = 3) -> String {
        let names = people.map(\.displayName)
        switch names.count {
        case 0: return ""
        case 1: return names[0]
        case 2...limit:
            return tr("%1$@ and %2$@", names.dropLast().joined(separator: ", "), names[names.count - 1])
        default:
            return tr(
                "%1$@ and %2$@ others", names.prefix(limit - 1).joined(separator: ", "),
                String(names.count - limit + 1))
        }
    }
}
