import Glibc

/// Files that live only until they are sent.
enum TemporaryFile {
    static let folder: String = {
        var template = Array(
            "\(getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/tmp")/mado-XXXXXX".utf8CString)
        // Readable by this user alone.
        guard mkdtemp(&template) != nil else { return "/tmp" }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    static func path(suffix: String) -> String {
        "\(folder)/\(UInt64.random(in: .min ... .max))\(suffix)"
    }

    static func remove(_ path: String) { unlink(path) }

    /// Bytes of a file, 0 when there is none.
    static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}
