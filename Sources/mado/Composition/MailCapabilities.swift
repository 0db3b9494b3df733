import EventLoop
import Outbound
import Server

/// What there is only on a server that sends mail.
final class MailCapabilities: Sendable {
    let proofs: AddressProofs
    let invites: MailInvites
    let pages: MailPages
    private let digests: MailDigests

    /// nil when no mail server is configured.
    /// - Throws: `OutboundSetupError` when the settings cannot work.
    init?(
        _ configuration: ServerConfiguration, journal: Journal, loop: EventLoop, limiter: RateLimiter, log: Log
    ) throws {
        if configuration.mail.server == nil, configuration.registration.requiresAddress {
            throw OutboundSetupError.other("registration.requires_address needs mail.server")
        }
        let client = try MailClient(configuration.mail, authorityFile: configuration.outbound.authorityFile)
        guard let client else { return nil }
        let serverName = configuration.serverName
        let publicURL = configuration.publicURL
        let log = log.area("mail")
        let post = MailPost(client: client, loop: loop) { log.warning("mail was not sent", ["reason": $0]) }
        proofs = AddressProofs(
            journal: journal, post: post, limiter: limiter, serverName: serverName, publicURL: publicURL)
        invites = MailInvites(
            journal: journal, client: client, loop: loop, limiter: limiter, serverName: serverName,
            publicURL: publicURL)
        pages = MailPages(proofs: proofs, publicURL: publicURL)
        digests = MailDigests(
            journal: journal, client: client, loop: loop, delay: configuration.mail.digestDelay,
            serverName: serverName, publicURL: publicURL)
    }

    /// Begins to send what waits.
    func start() {
        invites.start()
        digests.start()
    }
}
