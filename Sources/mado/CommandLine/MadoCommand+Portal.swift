/// The commands for what the portal shows.
extension MadoCommand {
    /// What says what is to be on a channel.
    private static let programmeOptions: [CommandSpecification.Option] = [
        .init("--title", .value(placeholder: "TEXT"), "What it is called (default: the file's or channel's name)."),
        .init("--description", .value(placeholder: "TEXT"), "What it is about."),
        .init("--poster", .value(placeholder: "FILE"), "A picture that stands for it."),
        .init("--label", .repeated(placeholder: "TEXT"), "Of each film in turn, e.g. 720p: qualities to choose from."),
        .init("--subtitles", .repeated(placeholder: "LANGUAGE=FILE"), "WebVTT of a film, e.g. en=film.vtt."),
        .init("--url", .repeated(placeholder: "URL"), "A film or sound at an https address, instead of a file."),
        .init("--interval", .value(placeholder: "DURATION"), "How long each picture is shown (default: 8s)."),
        .init("--series", .repeated(placeholder: "FEED/NAME[=LABEL]"), "Figures of a chart."),
        .init("--window", .value(placeholder: "DURATION"), "How far back a chart goes."),
        .init("--page", .value(placeholder: "URL"), "The page of a channel of pages."),
        .init("--version", .value(placeholder: "TEXT"), "Of a game (default: made from its files)."),
        .init("--id", .value(placeholder: "TEXT"), "By which the programme, or the entry of a schedule, is known."),
    ]

    private static let channelName = CommandSpecification.Argument(
        name: "CHANNEL", summary: "Its name or identifier.")
    private static let files = CommandSpecification.Argument(
        name: "FILE", summary: "Films (one, or qualities of one), sounds, pictures, a page, or a game's folder.",
        count: .many)

    static let channel = CommandSpecification(
        name: "channel", summary: "Television, radio, music, pictures, charts, pages and games.",
        commands: [
            CommandSpecification(
                name: "add", summary: "Make a channel, or show something else on one; a game's changed files are sent.",
                options: configurationOptions + [
                    serverName,
                    .init("--order", .value(placeholder: "NUMBER"), "Its place among the channels."),
                    .init("--topic", .value(placeholder: "TEXT"), "What it is about."),
                    .init("--subscribed", .flag, "Every member is in it without having asked."),
                ] + programmeOptions,
                arguments: [
                    .init(name: "KIND", summary: "television, radio, music, pictures, charts, pages or games."),
                    .init(name: "NAME", summary: "What it is called."), files,
                ]),
            CommandSpecification(
                name: "list", summary: "List all channels.", options: configurationOptions + [serverName]),
            CommandSpecification(
                name: "set", summary: "Say what is on a channel now.",
                options: configurationOptions + [serverName, .init("--off", .flag, "Nothing is on.")]
                    + programmeOptions,
                arguments: [channelName, files]),
            CommandSpecification(
                name: "schedule", summary: "Say what is on at which time; without --from, show the schedule.",
                discussion: "Times are like 2026-11-27T08:00 in the machine's zone, 2026-11-27T07:00Z, or +90m.",
                options: configurationOptions + [
                    serverName,
                    .init("--from", .value(placeholder: "TIME"), "When it begins."),
                    .init(
                        "--until", .value(placeholder: "TIME"), "When it ends (default: when something else begins)."),
                    .init("--repeat", .value(placeholder: "WHEN"), "daily or weekly."),
                    .init("--remove", .value(placeholder: "ID"), "Take an entry off the schedule."),
                ] + programmeOptions,
                arguments: [channelName, files]),
            CommandSpecification(
                name: "feed", summary: "Send a file, a camera or the screen live, until Ctrl-C; needs ffmpeg.",
                options: configurationOptions + [
                    serverName,
                    .init("--file", .value(placeholder: "FILE"), "A film or sound, as fast as it is played."),
                    .init("--loop", .flag, "Begin the file again at its end."),
                    .init("--camera", .value(placeholder: "DEVICE"), "A camera like /dev/video0."),
                    .init("--screen", .flag, "The screen of DISPLAY."),
                    .init("--bitrate", .value(placeholder: "RATE"), "Of the picture (default: 1500k)."),
                    .init("--title", .value(placeholder: "TEXT"), "What it is called."),
                ],
                arguments: [channelName]),
            CommandSpecification(
                name: "remove", summary: "Take a channel out of the portal: everybody leaves it.",
                options: configurationOptions + [serverName], arguments: [channelName]),
        ])

    private static let announcementOptions: [CommandSpecification.Option] = [
        .init("--title", .value(placeholder: "TEXT"), "Its headline (default: the text itself)."),
        .init("--picture", .value(placeholder: "FILE"), "A picture beside it."),
        .init("--link", .value(placeholder: "URL"), "Where more is to be found."),
        .init("--from", .value(placeholder: "TIME"), "Held back until then: 2026-11-27T08:00, or +90m."),
        .init("--until", .value(placeholder: "TIME"), "Shown until then."),
        .init("--audience", .value(placeholder: "WHO"), "all (default), role:NAME, or group:ROOM."),
        .init("--priority", .value(placeholder: "WORD"), "normal (default), important or urgent."),
    ]
    private static let announcementID = CommandSpecification.Argument(
        name: "ID", summary: "As `announce` and `announce list` print it.")
    private static let text = CommandSpecification.Argument(name: "TEXT", summary: "What is announced.", count: .many)

    static let announce = CommandSpecification(
        name: "announce", summary: "Announce something to all members, to a group, or to those with a role.",
        options: configurationOptions + [serverName] + announcementOptions, arguments: [text],
        commands: [
            CommandSpecification(
                name: "list", summary: "List what was announced and what is held back.",
                options: configurationOptions + [serverName]),
            CommandSpecification(
                name: "seen", summary: "Say who has seen an announcement.",
                options: configurationOptions + [serverName], arguments: [announcementID]),
            CommandSpecification(
                name: "change", summary: "Put another text in its place.",
                options: configurationOptions + [serverName] + announcementOptions, arguments: [announcementID, text]),
            CommandSpecification(
                name: "withdraw", summary: "Take an announcement back.", options: configurationOptions + [serverName],
                arguments: [announcementID]),
        ])

    static let app = CommandSpecification(
        name: "app", summary: "Forms that members fill in, and the programs that answer them.",
        commands: [
            CommandSpecification(
                name: "add", summary: "Make an application, or give one another form or program.",
                options: configurationOptions + [
                    serverName,
                    .init("--form", .value(placeholder: "FILE"), "The form, as JSON (mado.form in docs/portal.md)."),
                    .init("--program", .value(placeholder: "PATH"), "The CGI program that gets what is filled in."),
                    .init("--input", .value(placeholder: "FORM"), "json (default), urlencoded or multipart."),
                    .init("--timeout", .value(placeholder: "DURATION"), "How long it may take (default: 60s)."),
                    .init("--subscribed", .flag, "Every member is in its room without having asked."),
                ], arguments: [.init(name: "NAME", summary: "What it is called.")]),
            CommandSpecification(
                name: "list", summary: "List all applications.", options: configurationOptions + [serverName]),
            CommandSpecification(
                name: "submissions", summary: "List what members filled in.",
                options: configurationOptions + [serverName],
                arguments: [.init(name: "NAME", summary: "The application's name or identifier.")]),
            CommandSpecification(
                name: "remove", summary: "Take an application out of the portal.",
                options: configurationOptions + [serverName],
                arguments: [.init(name: "NAME", summary: "Its name or identifier.")]),
        ])

    static let instruct = CommandSpecification(
        name: "instruct", summary: "Ask members' desktops to open something; their users are asked first.",
        options: configurationOptions + [
            serverName,
            .init("--page", .value(placeholder: "URL"), "A page, in the system's browser."),
            .init("--programme", .value(placeholder: "CHANNEL"), "What is on a channel."),
            .init("--program", .value(placeholder: "NAME"), "A program that the desktop knows by this name."),
            .init("--text", .value(placeholder: "TEXT"), "Why."),
        ],
        arguments: [.init(name: "MEMBER", summary: "Names or identifiers.", count: .many)],
        commands: [
            CommandSpecification(
                name: "log", summary: "List who was asked to do what, and what became of it.",
                options: configurationOptions + [serverName])
        ])
}
