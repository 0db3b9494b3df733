/// `mado provider`
extension MadoCommand {
    private static let options: [CommandSpecification.Option] = configurationOptions + [serverName]
    private static let providerName = CommandSpecification.Argument(
        name: "NAME", summary: "Letters, digits and ._-; also the name of its feed.")

    private static func command(
        _ name: String, _ summary: String, _ more: [CommandSpecification.Option] = []
    ) -> CommandSpecification {
        CommandSpecification(name: name, summary: summary, options: options + more, arguments: [providerName])
    }

    static let provider = CommandSpecification(
        name: "provider", summary: "Where the items of the portal's feeds come from.",
        commands: [
            CommandSpecification(
                name: "add", summary: "Make a provider and its feed.",
                discussion: """
                    A program speaks CGI: what it writes becomes items (JSON, RSS, Atom, text/plain or text/html). A URL
                    is a feed of the web (RSS, Atom, JSON Feed). Who pushes gets a token, which is printed.
                    """,
                options: options + [
                    .init(
                        "--program", .value(placeholder: "FILE"),
                        "A program, absolute or in providers.folder; ?NAME=VALUE behind it is its query."),
                    .init("--url", .value(placeholder: "URL"), "The address of a feed."),
                    .init("--push", .flag, "It sends items by itself (POST /_mado/v1/feeds/NAME/items)."),
                    .init("--every", .value(placeholder: "DURATION"), "How often it is run (default: 15m)."),
                    .init("--on-request", .flag, "It is run by `mado provider run` alone."),
                    .init("--title", .value(placeholder: "TEXT"), "The feed's name in clients."),
                    .init("--topic", .value(placeholder: "TEXT"), "What the feed is about."),
                    .init("--order", .value(placeholder: "TEXT"), "Where it stands among the others."),
                    .init("--not-subscribed", .flag, "Members subscribe by themselves."),
                ], arguments: [providerName]),
            CommandSpecification(name: "list", summary: "List all providers and how they fare.", options: options),
            command("show", "Show everything about a provider."),
            command("run", "Run it now."),
            command(
                "logs", "Show its last runs.",
                [.init("--lines", .value(placeholder: "COUNT"), "How many (default: 20).")]),
            command("enable", "Switch it on."),
            command("disable", "Switch it off: it is not run, and may not push."),
            command("token", "Make a new token for pushing; the one before is worthless then."),
            command(
                "remove", "Take it away; its feed stays.",
                [.init("--with-feed", .flag, "Take its feed out of the portal too.")]),
        ])
}
