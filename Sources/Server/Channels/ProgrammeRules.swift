import JSON
import MatrixAPI

/// What the content of `mado.programme` must be, so that every client can show it. Checked where a programme is given to
/// the server, and not by clients, which leave aside what they do not understand.
enum ProgrammeRules {
    /// Entries of one list.
    private static let maximumEntries = 500
    /// Characters of a text that is shown.
    private static let maximumText = 2000

    /// - Throws: `M_INVALID_PARAM`, with what is wrong.
    static func check(_ programme: JSONValue) throws {
        guard programme.isObject else { throw invalid("a programme must be an object") }
        if programme.count == 0 { return }
        try text(programme, "id", isRequired: true)
        try text(programme, "title", isRequired: true)
        try text(programme, "description")
        try address(programme, "poster", schemes: ["mxc"])
        for time in ["since_ts", "until_ts", "interval_ms", "window_ms"] {
            if let value = programme[time], (value.int ?? -1) < 0 { throw invalid("\(time) must be milliseconds") }
        }
        guard let kind = ProgrammeKind(rawValue: programme["kind"]?.string ?? "") else {
            let kinds = ProgrammeKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw invalid("kind must be one of \(kinds)")
        }
        switch kind {
        case .video:
            try list(programme, "sources", isRequired: true, check: source)
            try list(programme, "subtitles", check: subtitles)
        case .audio:
            try list(programme, "sources", check: source)
            try list(programme, "items", check: item)
            guard programme["sources"] != nil || programme["items"] != nil else {
                throw invalid("an audio programme has sources or items")
            }
        case .pictures: try list(programme, "items", isRequired: true, check: item)
        case .chart: try list(programme, "series", isRequired: true, check: series)
        case .page: try page(programme)
        case .game: try game(programme)
        }
    }

    private static func source(_ source: JSONValue) throws {
        try address(source, "url", isRequired: true, schemes: ["mxc", "https"], allowsOwnPath: true)
        try text(source, "mimetype", isRequired: true)
        try text(source, "label")
    }

    private static func subtitles(_ track: JSONValue) throws {
        try address(track, "url", isRequired: true, schemes: ["mxc"])
        try text(track, "language", isRequired: true)
        try text(track, "label")
    }

    private static func item(_ item: JSONValue) throws {
        try address(item, "url", isRequired: true, schemes: ["mxc"])
        try text(item, "title")
        try text(item, "mimetype", isRequired: true)
        try text(item, "caption")
    }

    private static func series(_ series: JSONValue) throws {
        guard RoomID(series["room_id"]?.string ?? "") != nil else {
            throw invalid("a series has the room_id of a feed")
        }
        try text(series, "name", isRequired: true)
        try text(series, "label")
    }

    private static func page(_ programme: JSONValue) throws {
        guard let page = programme["page"], page.isObject else { throw invalid("page must be an object") }
        try address(page, "url", isRequired: true, schemes: ["https", "mxc"])
    }

    private static func game(_ programme: JSONValue) throws {
        guard let game = programme["game"], game.isObject else { throw invalid("game must be an object") }
        try text(game, "version", isRequired: true)
        try text(game, "entry", isRequired: true)
        var paths: Set<String> = []
        try list(game, "files", isRequired: true) { file in
            try address(file, "url", isRequired: true, schemes: ["mxc"])
            try text(file, "mimetype", isRequired: true)
            guard let path = file["path"]?.string, GamePath.isAllowed(path), paths.insert(path).inserted else {
                throw invalid("a file of a game has a path of its own, without .. and a / in front")
            }
            let digest = file["sha256"]?.string ?? ""
            guard digest.utf8.count == 64, digest.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
                (file["size"]?.int ?? -1) >= 0
            else { throw invalid("a file of a game has its sha256, in hexadecimal digits, and its size") }
        }
        guard paths.contains(game["entry"]?.string ?? "") else { throw invalid("entry must be one of the files") }
    }

    // MARK: Parts

    private static func invalid(_ reason: String) -> MatrixError {
        MatrixError.invalidParam("This is no programme: \(reason)")
    }

    private static func text(_ object: JSONValue, _ key: String, isRequired: Bool = false) throws {
        guard let value = object[key] else {
            if isRequired { throw invalid("\(key) is missing") }
            return
        }
        guard let text = value.string, text.count <= maximumText, !(isRequired && text.isEmpty) else {
            throw invalid("\(key) must be a text of at most \(maximumText) characters")
        }
    }

    private static func list(
        _ object: JSONValue, _ key: String, isRequired: Bool = false, check: (JSONValue) throws -> Void
    ) throws {
        guard let value = object[key] else {
            if isRequired { throw invalid("\(key) is missing") }
            return
        }
        guard let list = value.array, list.count <= maximumEntries, !(isRequired && list.isEmpty) else {
            throw invalid("\(key) must be a list of 1 to \(maximumEntries) entries")
        }
        for entry in list {
            guard entry.isObject else { throw invalid("\(key) must be a list of objects") }
            try check(entry)
        }
    }

    /// - Parameter allowsOwnPath: whether a path of this server's own is allowed, as live programmes have it.
    private static func address(
        _ object: JSONValue, _ key: String, isRequired: Bool = false, schemes: [String], allowsOwnPath: Bool = false
    ) throws {
        guard let value = object[key] else {
            if isRequired { throw invalid("\(key) is missing") }
            return
        }
        let text = value.string ?? ""
        let isOwn = allowsOwnPath && text.hasPrefix("/_mado/v1/") && !text.contains("..")
        let isForeign = schemes.contains { scheme in
            text.hasPrefix(scheme + "://") && (scheme != "mxc" || ContentURI(text) != nil)
        }
        guard isOwn || isForeign, text.utf8.count <= 2048 else {
            throw invalid("\(key) must be an address with \(schemes.joined(separator: " or "))")
        }
    }
}

/// The name of a file within a game's bundle.
package enum GamePath {
    /// Whether a client can keep the file under this name: relative, and without a step out of the bundle.
    package static func isAllowed(_ path: String) -> Bool {
        guard (1...200).contains(path.utf8.count), !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x5C }) else {
            return false
        }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != "." && part != ".."
        }
    }
}
