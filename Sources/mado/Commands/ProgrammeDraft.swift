import Glibc
import HTTP
import JSON
import Server

/// A programme from files of the administrator's machine: they are sent to the server, which keeps them as media.
///
/// A file that the channel has already is not sent again: its digest says so.
struct ProgrammeDraft {
    let command: ParsedCommand
    let client: AdminClient
    /// As the server describes it.
    let channel: JSONValue

    /// Whether the command says what is to be on.
    static func saysSomething(_ command: ParsedCommand) -> Bool {
        !command.many.isEmpty || ["--url", "--page", "--series"].contains(where: command.has)
    }

    private var kind: ProgrammeKind { ChannelKind(rawValue: channel["kind"]?.string ?? "")?.programme ?? .video }

    /// The programme as JSON, and how many files were sent for it.
    /// - Throws: `AdminError`.
    func make() throws -> (json: [UInt8], sent: Int) {
        let sender = FileSender(client: client, known: channel["programme"])
        let posters = try command.value("--poster").map { try sender.send($0) }
        let title = try self.title()
        let json = try JSONWriter.object { object in
            object.member("id", command.value("--id") ?? title)
            object.member("title", title)
            object.memberIfPresent("description", command.value("--description"))
            object.member("kind", kind.rawValue)
            object.member("live", false)
            object.memberIfPresent("poster", posters?.uri)
            switch kind {
            case .video: try video(&object, sender)
            case .audio, .pictures: try items(&object, sender)
            case .chart: try chart(&object)
            case .page: try page(&object, sender)
            case .game: try game(&object, sender)
            }
        }
        return (json, sender.sent)
    }

    private func title() throws -> String {
        if let title = command.value("--title") { return title }
        let first = command.many.first ?? command.value("--page") ?? command.value("--url")
        var name = first.map(FileSender.name) ?? channel["name"]?.string ?? ""
        if command.many.count != 1 { name = channel["name"]?.string ?? name }
        return kind == .game ? channel["name"]?.string ?? name : name
    }

    // MARK: Kinds

    private func video(_ object: inout JSONWriter, _ sender: FileSender) throws {
        let labels = command.values("--label")
        let files = try command.many.map { try sender.send($0) }
        guard !files.isEmpty || command.has("--url") else { throw AdminError(description: "Which film? Give a FILE") }
        object.array("sources") { list in
            for (index, file) in files.enumerated() {
                list.object { source in
                    source.member("url", file.uri)
                    source.member("mimetype", file.type)
                    source.memberIfPresent("label", index < labels.count ? labels[index] : nil)
                    if index < labels.count, labels[index].hasSuffix("p"), let height = Int(labels[index].dropLast()) {
                        source.member("height", height)
                    }
                }
            }
            for url in command.values("--url") {
                list.object { source in
                    source.member("url", url)
                    source.member(
                        "mimetype", url.hasSuffix(".m3u8") ? "application/vnd.apple.mpegurl" : MediaTypes.type(of: url))
                }
            }
        }
        let tracks = try command.values("--subtitles").map(subtitles)
        guard !tracks.isEmpty else { return }
        let sent = try tracks.map { (language: $0.language, file: try sender.send($0.file)) }
        object.array("subtitles") { list in
            for track in sent {
                list.object { entry in
                    entry.member("url", track.file.uri)
                    entry.member("language", track.language)
                    entry.member("label", track.language)
                    entry.member("mimetype", "text/vtt")
                }
            }
        }
    }

    /// `LANGUAGE=FILE`
    private func subtitles(_ text: String) throws -> (language: String, file: String) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw AdminError(description: "--subtitles LANGUAGE=FILE, like en=film.vtt") }
        return (parts[0], parts[1])
    }

    private func items(_ object: inout JSONWriter, _ sender: FileSender) throws {
        if kind == .audio, command.has("--url") {
            object.array("sources") { list in
                for url in command.values("--url") {
                    list.object { source in
                        source.member("url", url)
                        source.member("mimetype", MediaTypes.type(of: url))
                    }
                }
            }
            return
        }
        guard !command.many.isEmpty else { throw AdminError(description: "Which files? Give one FILE or several") }
        let files = try command.many.map { try sender.send($0) }
        object.array("items") { list in
            for file in files {
                list.object { item in
                    item.member("url", file.uri)
                    item.member("title", file.title)
                    item.member("mimetype", file.type)
                }
            }
        }
        if kind == .pictures {
            let interval = try command.value("--interval").map { text in
                guard let interval = DurationText.parse(text) else {
                    throw AdminError(description: "--interval: \(text) is no duration like 8s")
                }
                return Int64(interval / .milliseconds(1))
            }
            object.member("interval_ms", interval ?? 8000)
        }
    }

    /// `FEED/NAME[=LABEL]`
    private func chart(_ object: inout JSONWriter) throws {
        let rooms = try client.request("GET", "/portal/rooms")["rooms"]?.array.map(Array.init) ?? []
        let series = try command.values("--series").map { text -> (feed: JSONValue, name: String, label: String) in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            let address = parts[0].split(separator: "/", maxSplits: 1).map(String.init)
            guard address.count == 2 else { throw AdminError(description: "--series FEED/NAME, like shares/N225") }
            let feed = rooms.first { room in
                room["room_type"]?.string == "mado.feed"
                    && [room["feed"]?.string, room["name"]?.string, room["room_id"]?.string].contains(address[0])
            }
            guard let feed else { throw AdminError(description: "The portal has no feed \(address[0])") }
            return (feed, address[1], parts.count == 2 ? parts[1] : address[1])
        }
        guard !series.isEmpty else { throw AdminError(description: "Which figures? Give --series FEED/NAME") }
        object.array("series") { list in
            for one in series {
                list.object { entry in
                    entry.member("room_id", one.feed["room_id"]?.string ?? "")
                    entry.member("name", one.name)
                    entry.member("label", one.label)
                }
            }
        }
        if let text = command.value("--window") {
            guard let window = DurationText.parse(text) else {
                throw AdminError(description: "--window: \(text) is no duration like 24h")
            }
            object.member("window_ms", Int64(window / .milliseconds(1)))
        }
    }

    private func page(_ object: inout JSONWriter, _ sender: FileSender) throws {
        let url = try command.value("--page") ?? command.many.first.map { try sender.send($0).uri }
        guard let url else { throw AdminError(description: "Which page? Give --page URL or a FILE") }
        object.object("page") { $0.member("url", url) }
    }

    private func game(_ object: inout JSONWriter, _ sender: FileSender) throws {
        guard let folder = command.many.first, command.many.count == 1 else {
            throw AdminError(description: "Which game? Give the FOLDER with its index.html")
        }
        let bundle = try GameBundle(folder: folder)
        let files = try bundle.paths.map { path in (path: path, file: try sender.send("\(folder)/\(path)")) }
        object.object("game") { game in
            game.member("version", command.value("--version") ?? GameBundle.version(of: files.map(\.file.sha256)))
            game.member("entry", "index.html")
            game.array("files") { list in
                for (path, file) in files {
                    list.object { entry in
                        entry.member("path", path)
                        entry.member("url", file.uri)
                        entry.member("sha256", file.sha256)
                        entry.member("size", file.size)
                        entry.member("mimetype", file.type)
                    }
                }
            }
        }
    }
}
