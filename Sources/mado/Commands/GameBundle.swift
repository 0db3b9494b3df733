import Server
import Store

/// A folder with a game for browsers.
struct GameBundle {
    private static let maximumFiles = 300

    /// Relative to the folder, ordered.
    let paths: [String]

    /// - Throws: `AdminError`.
    init(folder: String) throws {
        var found: [String] = []
        try Self.collect(folder, "", &found)
        guard found.contains("index.html") else { throw AdminError(description: "\(folder) has no index.html") }
        paths = found.sorted()
    }

    private static func collect(_ folder: String, _ prefix: String, _ found: inout [String]) throws {
        for name in SystemFile.names(in: folder + "/" + prefix).sorted() where !name.hasPrefix(".") {
            let path = prefix + name
            if SystemFile.isFolder(folder + "/" + path) {
                try collect(folder, path + "/", &found)
                continue
            }
            guard GamePath.isAllowed(path) else {
                throw AdminError(description: "\(path) cannot be the name of a file")
            }
            found.append(path)
            guard found.count <= maximumFiles else {
                throw AdminError(description: "A game has at most \(maximumFiles) files")
            }
        }
    }

    /// A version that is another one when any file is.
    static func version(of digests: [String]) -> String {
        String(ContentDigest(of: Array(digests.joined().utf8)).hexadecimal.prefix(12))
    }
}
