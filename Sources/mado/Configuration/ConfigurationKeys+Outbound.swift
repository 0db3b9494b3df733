import Outbound
import Server

/// What the server says to others.
extension ConfigurationKeys {
    static let outbound: [ConfigurationKey] = [
        .list(
            "outbound.allow", \.outbound.allowed,
            allowed:
                "a list of addresses, ranges like \"10.0.0.0/8\" and names like \"push.lan\" or \"*.intranet.lan\"",
            example: "[\"10.1.0.0/16\", \"feeds.intranet.lan\"]",
            "What members may have the server fetch besides the public internet. Nothing else of the organisation's network is reached on a member's word.",
            render: \.description, parse: { AllowedDestination($0) }),
        .optional(
            "outbound.proxy", \.outbound.proxy,
            allowed: "a URL like \"http://proxy.lan:3128\", with user:password@ if need be",
            example: "http://proxy.lan:3128",
            "The proxy on the way out, of http, https or socks5h. What has no public address is reached without it.",
            render: { $0 }, parse: ProxyURLText.proxy),
        .optional(
            "outbound.authorities", \.outbound.authorityFile, allowed: "a path", example: "/etc/mado/authorities.pem",
            "PEM file with certificate authorities that are trusted besides the system's.", render: { $0 },
            parse: { $0 }),
    ]

    static let mail: [ConfigurationKey] = [
        .optional(
            "mail.server", \.mail.server, allowed: "a host name or address, with a port if need be",
            example: "smtp.example.org:587", "The mail server that takes what this server sends (SMTP submission).",
            render: { $0 }, parse: { ServerConfiguration.isServerName($0) ? $0 : nil }),
        .choice(
            "mail.security", \.mail.security,
            "starttls: encrypted once the server was greeted. tls: from the first byte (port 465). none: in plain text, for a mail server on this machine."
        ),
        .optional(
            "mail.user", \.mail.user, allowed: "a text", example: "mado",
            "Who logs in to the mail server, if it wants that.",
            render: { $0 }, parse: { $0 }),
        .optional(
            "mail.password", \.mail.password, allowed: "a text", example: "secret",
            "The password of that user.", render: { $0 }, parse: { $0 }),
        .optional(
            "mail.password_file", \.mail.passwordFile, allowed: "a path", example: "/etc/mado/mail-password",
            "A file that holds the password alone, instead of mail.password.", render: { $0 }, parse: { $0 }),
        .optional(
            "mail.from", \.mail.from, allowed: "an address like \"mado@example.org\" or \"Mado <mado@example.org>\"",
            example: "Mado <mado@example.org>", "The address that mail comes from.", render: { $0 },
            parse: { Mailbox($0) == nil ? nil : $0 }),
        .flag(
            "mail.digests", \.mail.sendsDigests,
            "Whether members who add an address get there what they missed, unless they switch it off. Their messages then stand in mail in plain text."
        ),
        .duration(
            "mail.digest_delay", \.mail.digestDelay, .seconds(1)...(.seconds(86_400)),
            "How long a message is unread before it goes out by mail. Twice as long for each further mail, as long as nothing is read."
        ),
    ]
}
