import Glibc

/// Files that live only until they are sent.
@MainActor enum TemporaryFile {
    private static var isMade = false

    private static let folder: String = {
        var template = Array(
            "\(getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/tmp")/mado-XXXXXX".utf8CString)
        // Readable by this user alone. Where none can be made nothing is written: a folder of everybody's is no place.
        guard mkdtemp(&template) != nil else { return "/nonexistent" }
        isMade = true
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    /// At the program's end. Names that are there are this program's own.
    static func removeAll() {
        guard isMade, let directory = opendir(folder) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { unlink("\(folder)/\(name)") }
        }
        closedir(directory)
        rmdir(folder)
    }

    static func path(suffix: String) -> String {
        "\(folder)/\(UInt64.random(in: .min ... .max))\(suffix)"
    }

    static func remove(_ path: String) { unlink(path) }
}
