import HTTP
import MatrixAPI
import Outbound
import Server

/// All keys of the configuration, in the order of the example file: keys without a table first, then table by table.
enum ConfigurationKeys {
    static let all: [ConfigurationKey] =
        server + registration + rooms + portal + providers + support + applicationServices + media + outbound + mail
        + previews + tls + log + metrics + presence + sync + sessions + calls + limits + http + deadlines

    static func named(_ name: String) -> ConfigurationKey? { byName[name] }
    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The tables that hold keys, with those above them.
    static let tables: Set<String> = {
        var tables: Set<String> = []
        for key in all {
            let parts = key.name.split(separator: ".")
            for length in 1..<max(1, parts.count) { tables.insert(parts[..<length].joined(separator: ".")) }
        }
        return tables
    }()

    /// What stands above each table in the example file.
    static let tableSummaries: [String: String] = [
        "registration": "Who may make an account.",
        "rooms": "New rooms.",
        "portal": "The portal: the space that every member is in, with feeds, channels, boards and applications.",
        "support":
            "How members reach those who run the server (.well-known/matrix/support), and how these write to them.",
        "application_services": "Bridges to other networks and bots that speak for users of their own.",
        "providers":
            "Providers of the portal's feeds (mado provider add): programs that speak CGI, feeds of the web, programs that push.",
        "media": "Files that members upload, in the folder media of the data folder.",
        "outbound": "What the server asks of other servers: pushes, feeds, previews.",
        "previews": "Previews of links in messages: the server fetches the pages. It asks none in private networks.",
        "mail":
            "The mail server that proofs of addresses, invites and what members missed go out by. Without it the server sends no mail.",
        "tls":
            "The certificate of https listeners. Without one, Mado makes a local authority and a certificate in the data folder.",
        "log": "The log, on the standard error stream.",
        "metrics": "Figures for Prometheus.",
        "sync": "How clients wait for news.",
        "sessions": "What second servers (games, shared viewing) may learn of conversations.",
        "calls":
            "Calls with voice and picture. coturn and Janus, where they are installed, are started and configured by Mado: media then pass through the clients' own port where nothing else does.",
        "presence": "Who is seen as ready, away and offline.",
        "limits": "How often what may be done. A member may do `burst` at once and then `per_minute`, evenly spread.",
        "http": "Limits of connections and requests.",
        "http.deadlines": "How long each phase of a connection may take.",
    ]

    private static let server: [ConfigurationKey] = [
        .text(
            "server_name", \.serverName, allowed: "a host name or address, with a port if need be",
            "The part behind the colon in every identifier (@hanako:example.org). Never change it once there are members.",
            isAllowed: ServerConfiguration.isServerName),
        .text(
            "data_folder", \.dataFolder, allowed: "a path", "The folder that holds everything the server keeps.",
            isAllowed: { !$0.isEmpty && !$0.utf8.contains(0) }),
        .list(
            "listeners", \.listeners,
            allowed: "a list of addresses like \"https://0.0.0.0:443\" or \"http://127.0.0.1:8008\"",
            canBeEmpty: false, "Addresses on which clients are served.", render: \.description,
            parse: { ListenerURL($0) }),
        .list(
            "trusted_proxies", \.trustedProxies,
            allowed: "a list of addresses or ranges like \"127.0.0.1\" or \"10.0.0.0/8\"",
            example: "[\"127.0.0.1\", \"::1\"]",
            "Proxies in front of the server whose word is believed about who connected to them.",
            render: \.description, parse: { AddressRange($0) }),
        .choice(
            "trusted_proxies_header", \.proxyHeader,
            "The header in which they say it. The other one is ignored: a client could have written it."),
        .optional(
            "well_known_base_url", \.wellKnownBaseURL, allowed: "a URL like \"https://chat.example.org\"",
            example: "https://chat.example.org",
            "The address that clients are told in .well-known/matrix/client. Without it: the first https listener's port at the server name.",
            render: { $0 }, parse: WebURLText.base),
        .flag("demo", \.isDemo, "Fill an empty server with example members, rooms and conversations."),
    ]

    private static let registration: [ConfigurationKey] = [
        .choice(
            "registration.policy", \.registration.policy,
            "open: anybody. token: who has a registration token (mado token create). closed: only mado member add."),
        .flag(
            "registration.guests", \.registration.allowsGuests, "Whether guest accounts may be made."),
        .flag(
            "registration.requires_address", \.registration.requiresAddress,
            "Whether a new account needs an address of mail, proved by a link that is sent there. Needs mail.server."),
        .integer(
            "registration.minimum_password_length", \.registration.minimumPasswordLength, 1...256,
            "Characters that a password has at least."),
    ]

    private static let rooms: [ConfigurationKey] = [
        .flag(
            "rooms.open_directory", \.rooms.isDirectoryOpen,
            "Whether people who are not logged in can read the directory of public rooms."),
        .flag(
            "rooms.only_admins_publish", \.rooms.onlyAdministratorsPublish,
            "Whether only administrators may put rooms into that directory."),
        .text(
            "rooms.default_version", \.rooms.defaultVersion,
            allowed: "one of " + RoomSettings.supportedVersions.map { "\"\($0)\"" }.joined(separator: ", "),

            "The version of new rooms. Some clients, Debian 12's nheko among them, know none above 10.",
            isAllowed: { RoomSettings.supportedVersions.contains($0) }),
        .duration(
            "rooms.maximum_delay", \.rooms.maximumDelay, .seconds(1)...(.seconds(366 * 86_400)),
            "How long before it is sent a client may have an event taken (delayed events)."),
        .integer(
            "rooms.delayed_events_per_member", \.rooms.delayedEventsPerMember, 1...10_000,
            "How many delayed events a member may have waiting."),
    ]

    private static let portal: [ConfigurationKey] = [
        .flag("portal.enabled", \.portal.isEnabled, "Whether there is one."),
        .text(
            "portal.name", \.portal.name, allowed: "a text of 1 to 100 characters",
            "Its name, and that of the account that speaks for it (@mado).",
            isAllowed: { (1...100).contains($0.count) && !$0.utf8.contains { $0 < 0x20 } }),
    ]

    private static let support: [ConfigurationKey] = [
        .optional(
            "support.matrix_id", \.support.matrixID, allowed: "an identifier like \"@admin:example.org\"",
            example: "@admin:example.org", "An administrator whom members may write to.", render: { $0 },
            parse: { UserID($0)?.string }),
        .optional(
            "support.email", \.support.email, allowed: "a mail address", example: "admin@example.org",
            "The administrator's mail address.", render: { $0 },
            parse: { text in text.contains("@") && !text.contains(where: \.isWhitespace) ? text : nil }),
        .optional(
            "support.page", \.support.page, allowed: "a URL like \"https://example.org/help\"",
            example: "https://example.org/help", "A page about the server.", render: { $0 }, parse: WebURLText.page),
        .text(
            "support.notices_name", \.support.noticesName, allowed: "a name",
            "The name under which the server writes to members (mado notice).",
            isAllowed: { (1...255).contains($0.utf8.count) }),
    ]

    private static let applicationServices: [ConfigurationKey] = [
        .list(
            "application_services.registrations", \.applicationServices.registrations, allowed: "a list of paths",
            example: "[\"/etc/mado/irc.yaml\"]", "Their registration files, as each of them makes it (YAML).",
            render: { $0 }, parse: { $0.isEmpty || $0.utf8.contains(0) ? nil : $0 })
    ]

    private static let providers: [ConfigurationKey] = [
        .text(
            "providers.folder", \.providers.folder, allowed: "an absolute path",
            "The folder of programs that are named without one.", isAllowed: { $0.hasPrefix("/") }),
        .optional(
            "providers.user", \.providers.user, allowed: "a user of the system", example: "nobody",
            "The user that programs run as, where the server runs as root.", render: { $0 },
            parse: { $0.isEmpty ? nil : $0 }),
        .integer("providers.simultaneous", \.providers.simultaneous, 1...64, "Programs that run at once; more wait."),
        .duration(
            "providers.maximum_time", \.providers.maximumTime, .seconds(1)...(.seconds(600)),
            "One run of a program, or one fetch of a feed, from start to end."),
        .duration(
            "providers.maximum_processor_time", \.providers.maximumProcessorTime, .seconds(1)...(.seconds(600)),
            "What one run of a program takes of the processor."),
        .bytes(
            "providers.maximum_memory", \.providers.maximumMemory, (16 << 20)...(1 << 36),
            "Address space of a program."),
        .bytes(
            "providers.maximum_output", \.providers.maximumOutput, 1024...(64 << 20),
            "What a program writes in one run."),
        .duration(
            "providers.series_kept", \.providers.seriesKept, .seconds(3600)...(.seconds(3660 * 86_400)),
            "How long values of series are kept."),
    ]

    private static let media: [ConfigurationKey] = [
        .bytes(
            "media.maximum_upload", \.media.maximumUploadBytes, 1024...(1 << 40), "One file that a member uploads."),
        .flag(
            "media.anonymous_downloads", \.media.allowsAnonymousDownloads,
            "Whether whoever knows a file's address can download it without being logged in. Clients of before 2024 (Debian 12's Quaternion and NeoChat) show no pictures otherwise."
        ),
        .bytes(
            "media.member_quota", \.media.memberQuotaBytes, 0...(1 << 50),
            "What one member may keep in all. 0: as much as there is room for."),
        .bytes(
            "media.total_quota", \.media.totalQuotaBytes, 0...(1 << 50),
            "What all members together may keep; a file that several uploaded counts once. 0: as much as there is room for."
        ),
        .duration(
            "media.unused_lifetime", \.media.unusedLifetime, .seconds(0)...(.seconds(3650 * 86_400)),
            "After this time a file is removed that no message, room, profile or account data names. 0s: never."),
        .duration(
            "media.unreadable_lifetime", \.media.unreadableLifetime, .seconds(0)...(.seconds(3650 * 86_400)),
            "The same for files of unknown type (application/octet-stream). Encrypted messages may name them, which the server cannot see: they are then lost to their readers. 0s: never."
        ),
    ]

    private static let previews: [ConfigurationKey] = [
        .flag("previews.enabled", \.previews.isEnabled, "Whether there are previews at all."),
        .list(
            "previews.denied_hosts", \.previews.deniedHosts,
            allowed: "a list of hosts like \"example.org\" or \"*.example.org\"",
            example: "[\"intranet.example.org\", \"*.example.net\"]", "Hosts whose pages are not fetched.",
            render: \.description, parse: { HostPattern($0) }),
        .duration(
            "previews.lifetime", \.previews.lifetime, .seconds(60)...(.seconds(30 * 86_400)),
            "How long a preview is shown before the page is fetched again."),
        .bytes(
            "previews.maximum_page", \.previews.maximumPageBytes, (16 << 10)...(16 << 20), "What is read of a page."),
        .bytes(
            "previews.maximum_picture", \.previews.maximumPictureBytes, (16 << 10)...(64 << 20),
            "The largest picture of a page that is kept."),
    ]

    private static let tls: [ConfigurationKey] = [
        .optional(
            "tls.certificate", \.tls.certificateFile, allowed: "a path",
            example: "/etc/mado/fullchain.pem", "PEM file with the certificate and its chain. Read again on SIGHUP.",
            render: { $0 }, parse: { $0 }),
        .optional(
            "tls.key", \.tls.keyFile, allowed: "a path", example: "/etc/mado/privkey.pem",
            "PEM file with the private key of that certificate. Read again on SIGHUP.", render: { $0 }, parse: { $0 }),
        .list(
            "tls.names", \.tls.extraNames, allowed: "a list of host names and addresses", reloadable: true,
            example: "[\"chat.office.lan\", \"192.168.1.10\"]",
            "Further names in the certificate that Mado makes by itself.", render: { $0 },
            parse: { CertificateName($0) == nil ? nil : $0 }),
    ]

    private static let log: [ConfigurationKey] = [
        .choice(
            "log.level", \.log.level, reloadable: true,
            "From which level on lines are written. debug holds one line a request."),
        .choice("log.format", \.log.format, "text for people, json (one object a line) for programs."),
    ]

    private static let metrics: [ConfigurationKey] = [
        .optional(
            "metrics.listener", \.metrics.listener, allowed: "an address like \"http://127.0.0.1:9090\"",
            example: "http://127.0.0.1:9090",
            "Where /metrics is served, apart from the clients' listeners. Anybody who reaches it can read it.",
            render: \.description, parse: { text in ListenerURL(text).flatMap { $0.isSecure ? nil : $0 } })
    ]

    private static let presence: [ConfigurationKey] = [
        .duration(
            "presence.poll_wake_interval", \.presence.pollWakeInterval, .milliseconds(0)...(.seconds(300)),

            "A waiting poll is answered because of presence alone at most once in this time."),
        .duration(
            "presence.away_after", \.presence.awayAfter, .seconds(10)...(.seconds(86_400)),
            "A connected member who did nothing for this long is shown as away."),
        .duration(
            "presence.grace", \.presence.grace, .seconds(1)...(.seconds(3600)),
            "A member without a connection or poll for this long is shown as offline."),
    ]

    private static let sync: [ConfigurationKey] = [
        .duration(
            "sync.maximum_wait", \.sync.maximumWait, .seconds(1)...(.seconds(3600)),
            "How long a poll waits for news at most. Proxies in front must allow for it."),
        .duration(
            "sync.heartbeat", \.sync.heartbeat, .seconds(1)...(.seconds(600)),
            "How often an event stream shows that it is alive."),
    ]

    private static let sessions: [ConfigurationKey] = [
        .duration(
            "sessions.active_within", \.sessions.activeWithin, .seconds(10)...(.seconds(86_400)),
            "How long after its last message a conversation still counts as going on."),
        .list(
            "sessions.address_networks", \.sessions.addressNetworks,
            allowed: "a list of addresses or ranges like \"192.168.1.0/24\"", example: "[\"192.168.1.0/24\"]",
            "Networks in which second servers may take an address for the member who is connected from it.",
            render: \.description, parse: { AddressRange($0) }),
    ]

    private static let limits: [ConfigurationKey] =
        [.flag("limits.enabled", \.limits.isEnabled, reloadable: true, "Whether there are rate limits at all.")]
        + limit(
            "registration", \.limits.registration.burst, \.limits.registration.perMinute,
            "New accounts from one address")
        + limit("login", \.limits.login.burst, \.limits.login.perMinute, "Attempts to log in from one address")
        + limit(
            "failed_login", \.limits.failedLogin.burst, \.limits.failedLogin.perMinute,
            "Failed attempts to log in to one account")
        + limit("messages", \.limits.messages.burst, \.limits.messages.perMinute, "Events that one member sends")
        + limit(
            "membership", \.limits.membership.burst, \.limits.membership.perMinute,
            "Invites, joins and new rooms of one member")
        + limit("mail", \.limits.mail.burst, \.limits.mail.perMinute, "Mail to one address that clients ask for")
        + limit("search", \.limits.search.burst, \.limits.search.perMinute, "Searches of one member")
        + limit(
            "preview", \.limits.preview.burst, \.limits.preview.perMinute, "Previews of links for one member")
        + limit(
            "general", \.limits.general.burst, \.limits.general.perMinute, "Everything else that one member asks for")

    private static func limit(
        _ group: String, _ burst: ConfigurationPath<Int>, _ perMinute: ConfigurationPath<Int>, _ summary: String
    ) -> [ConfigurationKey] {
        [
            .integer("limits.\(group).burst", burst, 1...1_000_000, reloadable: true, "\(summary), at once."),
            .integer("limits.\(group).per_minute", perMinute, 1...1_000_000, reloadable: true, "\(summary), a minute."),
        ]
    }

    private static let http: [ConfigurationKey] = [
        .bytes(
            "http.maximum_header", \.http.maximumHeaderBytes, 4096...(1 << 20),
            "A request's first line and headers together."),
        .integer("http.maximum_header_count", \.http.maximumHeaderCount, 16...1000, "Headers of one request."),
        .integer(
            "http.maximum_connections", \.http.maximumConnections, 16...10_000_000,
            "Connections of the whole server at a time."),
        .integer(
            "http.connections_per_address", \.http.connectionsPerAddress, 1...1_000_000,
            "Connections that one address may hold. Many members may share one behind a proxy or NAT."),
        .integer(
            "http.streams_per_connection", \.http.streamsPerConnection, 1...1000,
            "Requests at a time on one HTTP/2 connection."),
        .bytes(
            "http.maximum_pending", \.http.maximumPendingBytes, (64 << 10)...(1 << 30),
            "What may wait for one slow reader before it is dropped."),
        .bytes(
            "http.compression_threshold", \.http.compressionThreshold, 256...(1 << 30),
            "Answers from this size on are compressed when the client accepts it."),
    ]

    private static let deadlines: [ConfigurationKey] = [
        .duration(
            "http.deadlines.handshake", \.http.handshakeDeadline, .seconds(1)...(.seconds(120)),
            "From the connection to the first message of the TLS handshake, and to each further one."),
        .duration(
            "http.deadlines.headers", \.http.headersDeadline, .seconds(1)...(.seconds(120)),
            "From a request's first byte to the end of its headers."),
        .duration(
            "http.deadlines.body", \.http.bodyDeadline, .seconds(1)...(.seconds(3600)),
            "Between the headers and the end of a body of an ordinary request."),
        .duration(
            "http.deadlines.idle", \.http.idleDeadline, .seconds(1)...(.seconds(86_400)),
            "How long a connection without a request is kept. Waiting for news is a request."),
        .duration(
            "http.deadlines.write", \.http.writeDeadline, .seconds(1)...(.seconds(3600)),
            "How long a peer may take nothing of what waits for it."),
        .duration(
            "http.deadlines.shutdown", \.http.shutdownGrace, .seconds(0)...(.seconds(600)),
            "How long requests may take to end after the server was told to stop."),
    ]
}
