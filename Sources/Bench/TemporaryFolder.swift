import Glibc

/// A folder that is removed with its owner.
final class TemporaryFolder {
    let path: String

    /// - Parameter parent: on the disk that is to be measured: the store's figures are those of its fsync.
    init(in parent: String, name: String) throws(BenchError) {
        guard let resolved = realpath(parent, nil) else { throw .system(parent) }
        defer { free(resolved) }
        var template = Array((String(cString: resolved) + "/mado-bench-\(name)-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw .system("mkdtemp in \(parent)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        SystemCall.removeAll(path)
    }
}
