extension MadoCommand {
    private static let secondServerName = CommandSpecification.Argument(
        name: "NAME", summary: "Its name: small letters, digits and -.")

    static let secondServer = CommandSpecification(
        name: "second-server",
        summary: "Second servers, which open games and shared viewing for members who are talking here.",
        commands: [
            CommandSpecification(
                name: "add", summary: "Let a second server ask who talks with whom, and print its token.",
                options: configurationOptions + [
                    serverName,
                    .init("--title", .value(placeholder: "TEXT"), "What members are shown (default: the name)."),
                    .init(
                        "--url", .value(placeholder: "URL"),
                        "Where people reach it (default: under a path of this server, /second/NAME/)."),
                    .init(
                        "--behind", .value(placeholder: "URL"),
                        "Serve it under /second/NAME/ on this server's port; it listens at http://ADDRESS:PORT."),
                ], arguments: [secondServerName]),
            CommandSpecification(
                name: "list", summary: "List all second servers.", options: configurationOptions + [serverName]),
            CommandSpecification(
                name: "remove", summary: "Tell a second server nothing any more.",
                options: configurationOptions + [serverName], arguments: [secondServerName]),
            CommandSpecification(
                name: "token", summary: "Give a second server a new token; the former is worthless.",
                options: configurationOptions + [serverName], arguments: [secondServerName]),
        ])
}
