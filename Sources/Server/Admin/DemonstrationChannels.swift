import JSON
import MatrixAPI
import Store

/// Fills a portal that has none with channels and announcements to look at.
package struct DemonstrationChannels: Sendable {
    /// A file that comes with the program.
    package struct File: Sendable {
        package let name: String
        package let type: String
        package let bytes: [UInt8]

        package init(name: String, type: String, bytes: [UInt8]) {
            self.name = name
            self.type = type
            self.bytes = bytes
        }
    }

    package struct Files: Sendable {
        package var film: File
        package var subtitles: File
        package var sound: File
        package var page: File
        package var game: [File]

        package init(film: File, subtitles: File, sound: File, page: File, game: [File]) {
            self.film = film
            self.subtitles = subtitles
            self.sound = sound
            self.page = page
            self.game = game
        }
    }

    private let portal: Portal
    private let channels: Channels
    private let boards: Boards
    private let media: MediaRepository
    private let files: Files

    package init(
        portal: Portal, channels: Channels, boards: Boards, media: MediaRepository, files: Files
    ) {
        self.portal = portal
        self.channels = channels
        self.boards = boards
        self.media = media
        self.files = files
    }

    /// Does nothing when there is any channel.
    /// - Returns: whether it did something.
    @discardableResult
    package func fill() async throws -> Bool {
        guard portal.space != nil, try await channels.all().isEmpty else { return false }
        try await makeChannels()
        try await announce()
        return true
    }

    private func add(_ file: File) async throws -> String {
        try await media.add(file.bytes, .init(type: file.type, fileName: file.name), by: portal.account).description
    }

    private func make(
        _ kind: ChannelKind, _ name: String, order: Int, title: String, _ body: (inout JSONWriter) throws -> Void
    ) async throws {
        var creation = Channels.Creation(kind: kind, name: name)
        creation.order = order
        let id = try await channels.make(creation)
        let programme = try JSONValue.object { object in
            object.member("id", name)
            object.member("title", title)
            object.member("kind", kind.programme.rawValue)
            object.member("live", false)
            try body(&object)
        }
        try await channels.setProgramme(programme, on: id)
    }

    private func makeChannels() async throws {
        let film = try await add(files.film)
        let subtitles = try await add(files.subtitles)
        let landscapes = DemonstrationLandscape.all
        var pictures: [String] = []
        for landscape in landscapes {
            pictures.append(
                try await add(File(name: "\(landscape.title).png", type: "image/png", bytes: landscape.png())))
        }
        let poster = pictures[0]
        try await make(.television, "Window TV", order: 1, title: "A day at the window") { object in
            object.member("description", "Twelve seconds, drawn for this demonstration.")
            object.member("poster", poster)
            object.array("sources") { list in
                list.object { source in
                    source.member("url", film)
                    source.member("mimetype", files.film.type)
                    source.member("label", "180p")
                    source.member("height", 180)
                }
            }
            object.array("subtitles") { list in
                list.object { track in
                    track.member("url", subtitles)
                    track.member("language", "en")
                    track.member("label", "English")
                    track.member("mimetype", files.subtitles.type)
                }
            }
        }
        let sound = try await add(files.sound)
        try await make(.music, "Quiet music", order: 2, title: "Evening chords") { object in
            object.array("items") { list in
                list.object { item in
                    item.member("url", sound)
                    item.member("title", "Evening chords")
                    item.member("mimetype", files.sound.type)
                    item.member("duration", 12_000)
                }
            }
        }
        let shown = pictures
        try await make(.pictures, "Hills", order: 3, title: "Hills by day") { object in
            object.member("interval_ms", 8000)
            object.array("items") { list in
                for (uri, landscape) in zip(shown, landscapes) {
                    list.object { item in
                        item.member("url", uri)
                        item.member("title", landscape.title)
                        item.member("mimetype", "image/png")
                        item.member("w", DemonstrationLandscape.width)
                        item.member("h", DemonstrationLandscape.height)
                    }
                }
            }
        }
        try await makeChart()
        let page = try await add(files.page)
        try await make(.pages, "Canteen", order: 5, title: "This week in the canteen") { object in
            object.object("page") { $0.member("url", page) }
        }
        try await makeGame()
    }

    /// Of the feed with most figures: what one source tells can be compared.
    private func makeChart() async throws {
        var shown: [(room: RoomID, name: String, label: String, unit: String?)] = []
        for feed in try await portal.rooms(ofType: .feed) {
            let series = feed.description["series"]?.array.map(Array.init) ?? []
            guard series.count > shown.count else { continue }
            shown = series.prefix(4).compactMap { one in
                one["name"]?.string.map { (feed.id, $0, one["label"]?.string ?? $0, one["unit"]?.string) }
            }
        }
        guard !shown.isEmpty else { return }
        let lines = shown
        try await make(.charts, "Figures", order: 4, title: "Figures of the day") { object in
            object.member("window_ms", 86_400_000)
            object.array("series") { list in
                for one in lines {
                    list.object { entry in
                        entry.member("room_id", one.room.string)
                        entry.member("name", one.name)
                        entry.member("label", one.label)
                        entry.memberIfPresent("unit", one.unit)
                    }
                }
            }
        }
    }

    private func makeGame() async throws {
        var sent: [(file: File, uri: String)] = []
        for file in files.game { sent.append((file, try await add(file))) }
        let all = sent
        try await make(.games, "Pairs", order: 6, title: "Pairs") { object in
            object.object("game") { game in
                game.member("version", "1")
                game.member("entry", "index.html")
                game.array("files") { list in
                    for (file, uri) in all {
                        list.object { entry in
                            entry.member("path", file.name)
                            entry.member("url", uri)
                            entry.member("sha256", ContentDigest(of: file.bytes).hexadecimal)
                            entry.member("size", file.bytes.count)
                            entry.member("mimetype", file.type)
                        }
                    }
                }
            }
        }
    }

    private func announce() async throws {
        let texts = [
            #"{"title":"Welcome to Mado","text":"People, news, television and what else this organisation shows, in one window."}"#,
            #"{"title":"Fire drill on Thursday at 10:00","text":"Leave by the south stairs. It takes ten minutes.","priority":"important"}"#,
            #"{"title":"Canteen closed on Friday","text":"Join Hanako for ramen at noon.","link":"https://example.org/ramen"}"#,
        ]
        for text in texts {
            let announcement = try Announcement(JSONValue.parse(Array(text.utf8)), by: nil)
            _ = try await boards.announce(announcement, to: .all)
        }
    }
}
