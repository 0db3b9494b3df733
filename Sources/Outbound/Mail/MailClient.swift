internal import CurlKit
import Glibc

/// Sends mail by the organisation's mail server (SMTP, RFC 5321). Any task.
package final class MailClient: Sendable {
    let url: String
    let security: MailSettings.Security
    let user: String?
    let password: String?
    private let sender: Mailbox
    private let trust: TrustStore
    private let thread: CurlThread

    /// For one message, from the connection to the server's receipt.
    static let timeout = Duration.seconds(60)

    /// nil where no mail server is configured.
    /// - Parameter authorityFile: authorities that are trusted besides the system's.
    /// - Throws: ``OutboundSetupError`` when the settings cannot work.
    package init?(_ settings: MailSettings, authorityFile: String?) throws(OutboundSetupError) {
        guard let server = settings.server else { return nil }
        guard let from = settings.from, let sender = Mailbox(from) else {
            throw .other("mail.from must be an address, for mail.server is set")
        }
        self.sender = sender
        url = (settings.security == .tls ? "smtps://" : "smtp://") + server
        security = settings.security
        user = settings.user
        password =
            try settings.passwordFile.map { path throws(OutboundSetupError) in try Self.read(path) }
            ?? settings.password
        trust = try TrustStore(outboundAuthorities: authorityFile)
        thread = try CurlThread(outbound: "mado-mail")
    }

    deinit { thread.close() }

    /// Returns when the mail server has taken it.
    /// - Parameter now: milliseconds since 1970, for its date.
    package func send(_ message: MailMessage, now: Int64) async throws(MailError) {
        let bytes = message.encoded(from: sender, date: now / 1000)
        let deadline = Monotonic.milliseconds() + Self.timeout.wholeMilliseconds
        let result: Result<Void, MailError> = await withCheckedContinuation { continuation in
            thread.put(
                .start(
                    MailOrder(
                        id: CurlThread.newIdentifier(), client: self, trust: trust,
                        sender: sender.address, recipient: message.recipient, message: bytes, deadline: deadline
                    ) { continuation.resume(returning: $0) }))
        }
        try result.get()
    }

    private static func read(_ path: String) throws(OutboundSetupError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .other("mail.password_file: \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0 else { throw .other("mail.password_file: \(path) is empty or cannot be read") }
        return String(decoding: bytes[..<count], as: UTF8.self).trimming()
    }
}
