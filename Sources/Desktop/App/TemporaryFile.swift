import Glibc

/// Files that live only until they are sent.
enum TemporaryFile {
    static let folder: String = {
        var template = Array(
            "\(getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/tmp")/mado-XXXXXX".utf8CString)
        // Readable by this user alone. Where none can be made nothing is written: a folder of everybody's is no place.
        guard mkdtemp(&template) != nil else { return "/nonexistent" }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    static func path(suffix: String) -> String {
        "\(folder)/\(UInt64.random(in: .min ... .max))\(suffix)"
    }

    static func remove(_ path: String) { unlink(path) }
}
