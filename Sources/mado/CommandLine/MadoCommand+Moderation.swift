/// The commands about what members wrote and uploaded.
extension MadoCommand {
    static let notice = CommandSpecification(
        name: "notice", summary: "Write to a member, in a room for what the server's administrators have to say.",
        options: configurationOptions + [serverName], arguments: [name, .init(name: "TEXT", summary: "What to say.")])

    private static let roomName = CommandSpecification.Argument(
        name: "ROOM", summary: "A room's identifier (!…) or alias (#name:example.org).")

    static let room = CommandSpecification(
        name: "room", summary: "The rooms of all members.",
        commands: [
            CommandSpecification(
                name: "list", summary: "List all rooms.", options: configurationOptions + [serverName]),
            CommandSpecification(
                name: "show", summary: "What is known of a room.", options: configurationOptions + [serverName],
                arguments: [roomName]),
            CommandSpecification(
                name: "members", summary: "List who is in a room, invited or banned.",
                options: configurationOptions + [serverName], arguments: [roomName]),
            CommandSpecification(
                name: "close", summary: "Put everybody out of a room and let nobody in again.",
                options: configurationOptions + [serverName], arguments: [roomName]),
            CommandSpecification(
                name: "reopen", summary: "Let people into a closed room again.",
                options: configurationOptions + [serverName], arguments: [roomName]),
            CommandSpecification(
                name: "purge", summary: "Delete old messages for good; what a room is (its state) stays.",
                options: configurationOptions + [
                    serverName,
                    .init("--older-than", .value(placeholder: "DURATION"), "How old, e.g. 365d."),
                    .init("--room", .value(placeholder: "ROOM"), "In this room only (default: in all)."),
                ]),
        ])

    private static let files = CommandSpecification.Argument(
        name: "FILES", summary: "A file's address (mxc://…), or a member, for all that the member uploaded.")

    static let media = CommandSpecification(
        name: "media", summary: "Files that members uploaded.",
        commands: [
            CommandSpecification(
                name: "usage", summary: "Say how much is kept, of all together and of each member.",
                options: configurationOptions + [serverName]),
            CommandSpecification(
                name: "purge", summary: "Remove files that no message, room, profile or account data names.",
                options: configurationOptions + [
                    serverName,
                    .init("--unused-for", .value(placeholder: "AGE"), "Only those older than this (default: 30d)."),
                    .init(
                        "--unreadable", .flag,
                        "Also files of unknown type. Encrypted messages may name them, which the server cannot see."),
                    .init("--member", .value(placeholder: "NAME"), "Only what this member uploaded."),
                    .init("--dry-run", .flag, "Only say how much it would be."),
                ]),
            CommandSpecification(
                name: "quarantine", summary: "Give files out no more, nor others with the same content.",
                options: configurationOptions + [serverName], arguments: [files]),
            CommandSpecification(
                name: "release", summary: "Give quarantined files out again.",
                options: configurationOptions + [serverName], arguments: [files]),
            CommandSpecification(
                name: "remove", summary: "Delete files for good.", options: configurationOptions + [serverName],
                arguments: [files]),
        ])
}
