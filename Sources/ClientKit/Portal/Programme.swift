import JSON

/// What is on a channel: the content of `mado.programme`.
package struct Programme: Sendable, Equatable {
    package enum Kind: String, Sendable, Equatable {
        case video, audio, pictures, chart, page, game
    }

    /// One way to get a film or sound; others are other qualities.
    package struct Source: Sendable, Equatable {
        package var url: String
        package var mimeType: String
        package var label: String?
        package var height: Int?
    }

    package struct Subtitles: Sendable, Equatable {
        package var url: String
        package var language: String
        package var label: String
    }

    /// A picture of a slide show or a piece of a play list.
    package struct Item: Sendable, Equatable {
        package var media: MediaReference
        package var title: String
        package var caption: String?
    }

    package struct Line: Sendable, Equatable, Hashable {
        package var roomID: String
        package var name: String
        package var label: String
        package var unit: String?

        package init(roomID: String, name: String, label: String, unit: String?) {
            self.roomID = roomID
            self.name = name
            self.label = label
            self.unit = unit
        }
    }

    package var id: String
    package var title: String
    package var text: String
    package var kind: Kind
    package var isLive: Bool
    /// Milliseconds since 1970.
    package var since: Int64?
    package var until: Int64?
    package var poster: MediaReference?
    package var sources: [Source] = []
    package var subtitles: [Subtitles] = []
    package var items: [Item] = []
    /// How long a picture stays, in milliseconds.
    package var interval: Int
    package var series: [Line] = []
    /// How much of the past a chart shows, in milliseconds.
    package var window: Int64
    package var page: String?
    package var game: GameBundle?

    /// nil when nothing is on, or nothing that this program knows.
    init?(_ content: JSONValue?) {
        guard let content, let kind = content["kind"]?.string.flatMap(Kind.init) else { return nil }
        self.kind = kind
        id = content["id"]?.string ?? ""
        title = content["title"]?.string ?? ""
        text = content["description"]?.string ?? ""
        isLive = content["live"]?.bool ?? false
        since = content["since_ts"]?.int
        until = content["until_ts"]?.int
        poster = content["poster"]?.string.map { MediaReference(uri: $0) }
        interval = Int(clamping: min(max(1000, content["interval_ms"]?.int ?? 8000), 3_600_000))
        window = min(max(60_000, content["window_ms"]?.int ?? 86_400_000), 366 * 86_400_000)
        sources = content["sources"]?.array?.compactMap { Source($0) } ?? []
        subtitles = content["subtitles"]?.array?.compactMap { Subtitles($0) } ?? []
        items = content["items"]?.array?.compactMap { Item($0) } ?? []
        series = content["series"]?.array?.compactMap { Line($0) } ?? []
        page = content["page"]?["url"]?.string
        game = content["game"].flatMap { GameBundle($0) }
    }
}

extension Programme.Source {
    init?(_ value: JSONValue) {
        guard let url = value["url"]?.string, !url.isEmpty else { return nil }
        self.init(
            url: url, mimeType: value["mimetype"]?.string ?? "", label: value["label"]?.string,
            height: value["height"]?.int.map { Int(clamping: $0) })
    }
}

extension Programme.Subtitles {
    init?(_ value: JSONValue) {
        guard let url = value["url"]?.string else { return nil }
        let language = value["language"]?.string ?? ""
        self.init(url: url, language: language, label: value["label"]?.string ?? language)
    }
}

extension Programme.Item {
    init?(_ value: JSONValue) {
        guard let url = value["url"]?.string else { return nil }
        let title = value["title"]?.string ?? ""
        self.init(
            media: MediaReference(
                uri: url, mimeType: value["mimetype"]?.string, width: value["w"]?.int.map { Int(clamping: $0) },
                height: value["h"]?.int.map { Int(clamping: $0) }, duration: value["duration"]?.int, name: title),
            title: title, caption: value["caption"]?.string)
    }
}

extension Programme.Line {
    init?(_ value: JSONValue) {
        guard let roomID = value["room_id"]?.string, let name = value["name"]?.string else { return nil }
        self.init(roomID: roomID, name: name, label: value["label"]?.string ?? name, unit: value["unit"]?.string)
    }
}

/// A game's files, each with what it has to be.
package struct GameBundle: Sendable, Equatable {
    package struct File: Sendable, Equatable {
        /// Relative, below the game's own folder.
        package var path: String
        package var url: String
        /// Lower-case hexadecimal digits.
        package var sha256: String
        package var size: Int64
        package var mimeType: String
    }

    package var version: String
    package var entry: String
    package var files: [File]

    /// nil when a file's path leads out of the game's folder, or the entry is none of its files.
    init?(_ value: JSONValue) {
        guard let entry = value["entry"]?.string, let list = value["files"]?.array else { return nil }
        var files: [File] = []
        for file in list {
            guard let path = file["path"]?.string, let url = file["url"]?.string,
                let sha256 = file["sha256"]?.string?.lowercased(), Self.isSafe(path), sha256.utf8.count == 64,
                sha256.allSatisfy({ $0.isHexDigit && $0.isASCII })
            else { return nil }
            files.append(
                File(
                    path: path, url: url, sha256: sha256, size: file["size"]?.int ?? 0,
                    mimeType: file["mimetype"]?.string ?? "application/octet-stream"))
        }
        guard files.contains(where: { $0.path == entry }) else { return nil }
        self.entry = entry
        self.files = files
        version = value["version"]?.string ?? ""
    }

    static func isSafe(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !path.isEmpty && path.utf8.count <= 512 && !path.utf8.contains(0) && !path.utf8.contains(0x5c)
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }
}
