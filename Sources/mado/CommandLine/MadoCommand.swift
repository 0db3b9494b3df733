/// The commands of `mado`.
enum MadoCommand {
    static let specification = CommandSpecification(
        name: "mado", summary: "Mado: a self-hosted communication server that speaks Matrix.",
        commands: [
            serve, member, notice, room, token, portal, provider, channel, announce, app, instruct, report, media,
            secondServer, doctor, config, version,
        ])

    static let configurationOptions: [CommandSpecification.Option] = [
        .init("--config", .value(placeholder: "FILE"), "Configuration file (also MADO_CONFIG)."),
        .init("--data", .value(placeholder: "DIR"), "The folder that holds everything the server keeps."),
    ]

    private static let serve = CommandSpecification(
        name: "serve", summary: "Run the server.",
        discussion: """
            SIGHUP reads certificates and the reloadable settings again. SIGTERM and SIGINT let what is
            running end and then stop; a second one stops at once.
            """,
        options: serveOptions)

    private static let serveOptions: [CommandSpecification.Option] =
        configurationOptions + [
            .init("--server-name", .value(placeholder: "NAME"), "The part behind the colon in every identifier."),
            .init(
                "--listen", .repeated(placeholder: "URL"),
                "Address to serve on, http://… or https://…; may stand several times."),
            .init("--registration", .value(placeholder: "POLICY"), "Who may make an account: open, token or closed."),
            .init("--guests", .flag, "Allow guest accounts."),
            .init("--no-rate-limits", .flag, "Switch all rate limits off."),
            .init("--demo", .flag, "Fill an empty server with example members, rooms and conversations."),
            .init(
                "--metrics", .value(placeholder: "URL"),
                "Serve Prometheus figures on this address, e.g. http://127.0.0.1:9090."),
            .init("--log-level", .value(placeholder: "LEVEL"), "debug, info, warning or error."),
            .init("--log-format", .value(placeholder: "FORMAT"), "text or json."),
        ]

    /// Options that set a key of the configuration.
    static let keysOfOptions: [String: String] = [
        "--data": "data_folder", "--server-name": "server_name", "--registration": "registration.policy",
        "--metrics": "metrics.listener", "--log-level": "log.level", "--log-format": "log.format",
    ]

    static let name = CommandSpecification.Argument(
        name: "NAME", summary: "A user name (hanako) or identifier (@hanako:example.org).")
    static let serverName = CommandSpecification.Option(
        "--server-name", .value(placeholder: "NAME"), "The server's name, if the data folder does not know it yet.")

    private static let member = CommandSpecification(
        name: "member", summary: "Members' accounts. Works while the server runs and while it does not.",
        commands: [
            CommandSpecification(
                name: "add", summary: "Make an account; the password is asked for, or read from standard input.",
                options: configurationOptions + [
                    serverName,
                    .init("--display-name", .value(placeholder: "TEXT"), "The name that others see."),
                    .init("--admin", .flag, "May administer the server."),
                ], arguments: [name]),
            CommandSpecification(
                name: "list", summary: "List all accounts.", options: configurationOptions + [serverName]),
            CommandSpecification(
                name: "disable", summary: "Close an account: its devices are logged out and it cannot log in again.",
                options: configurationOptions + [serverName], arguments: [name]),
            CommandSpecification(
                name: "password", summary: "Set a new password; all devices are logged out.",
                options: configurationOptions + [
                    serverName,
                    .init("--keep-devices", .flag, "Do not log the member's devices out."),
                ], arguments: [name]),
            role,
            CommandSpecification(
                name: "suspend",
                summary: "Let a member look but not act: no messages, rooms or changes of the profile.",
                options: configurationOptions + [serverName], arguments: [name]),
            CommandSpecification(
                name: "resume", summary: "End a suspension.", options: configurationOptions + [serverName],
                arguments: [name]),
            CommandSpecification(
                name: "redact", summary: "Take the content out of everything that a member wrote.",
                options: configurationOptions + [serverName], arguments: [name]),
        ])

    private static let roleName = CommandSpecification.Argument(
        name: "ROLE", summary: "A word of your own, like nurse; portal-admin looks after the portal.")

    private static let role = CommandSpecification(
        name: "role", summary: "What members are to the organisation: audiences of announcements, portal-admin.",
        commands: [
            CommandSpecification(
                name: "add", summary: "Give a member a role.", options: configurationOptions + [serverName],
                arguments: [name, roleName]),
            CommandSpecification(
                name: "remove", summary: "Take a role from a member.", options: configurationOptions + [serverName],
                arguments: [name, roleName]),
            CommandSpecification(
                name: "list", summary: "List all members with roles.", options: configurationOptions + [serverName]),
        ])

    private static let portal = CommandSpecification(
        name: "portal", summary: "The portal's rooms: feeds, channels, boards, applications.",
        commands: [
            CommandSpecification(
                name: "list", summary: "List all rooms of the portal.", options: configurationOptions + [serverName]),
            CommandSpecification(
                name: "remove", summary: "Take a room out of the portal: everybody leaves it.",
                options: configurationOptions + [serverName],
                arguments: [.init(name: "ROOM", summary: "Its name or identifier.")]),
        ])

    private static let token = CommandSpecification(
        name: "token", summary: "Registration tokens: who holds one can make an account.",
        commands: [
            CommandSpecification(
                name: "create", summary: "Make a token and print it.",
                options: configurationOptions + [
                    serverName,
                    .init(
                        "--uses", .value(placeholder: "COUNT"),
                        "How many accounts it is good for (default: any number)."),
                    .init(
                        "--expires", .value(placeholder: "DURATION"),
                        "How long it is good, e.g. 7d (default: for ever)."),
                ]),
            CommandSpecification(
                name: "list", summary: "List all tokens.", options: configurationOptions + [serverName]),
            CommandSpecification(
                name: "revoke", summary: "Make a token worthless.", options: configurationOptions + [serverName],
                arguments: [.init(name: "TOKEN", summary: "The token as `create` printed it.")]),
        ])

    private static let report = CommandSpecification(
        name: "report", summary: "What members reported: rooms, messages, people.",
        commands: [
            CommandSpecification(
                name: "list", summary: "List all reports, oldest first.", options: configurationOptions + [serverName]),
            CommandSpecification(
                name: "close", summary: "Take a report off the list.", options: configurationOptions + [serverName],
                arguments: [.init(name: "NUMBER", summary: "Its number in the list.")]),
        ])

    private static let doctor = CommandSpecification(
        name: "doctor",
        summary: "Check configuration, certificate, ports, clock, disk and database, and say what to do.",
        discussion: "Exit status: 0 all well (warnings may stand), 1 something must be done, 2 wrong use.",
        options: serveOptions)

    private static let config = CommandSpecification(
        name: "config", summary: "The configuration file.",
        commands: [
            CommandSpecification(name: "example", summary: "Print an example file with every key explained."),
            CommandSpecification(
                name: "check", summary: "Say whether the configuration is right.", options: configurationOptions),
        ])

    private static let version = CommandSpecification(name: "version", summary: "Print the version.")
}
