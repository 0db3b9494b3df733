import Foundation
import Glibc

/// A folder that is gone at the end, with all that is in it; nobody else may look into it.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() {
        let place = FileManager.default.temporaryDirectory.appending(path: "mado-test-XXXXXX").path()
        var template = Array(place.utf8CString)
        precondition(mkdtemp(&template) != nil, "no folder \(place)")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    package func write(_ bytes: [UInt8], to name: String) -> String {
        let path = "\(self.path)/\(name)"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        precondition(Glibc.write(file, bytes, bytes.count) == bytes.count)
        close(file)
        return path
    }

    package func read(_ name: String) -> [UInt8]? {
        let file = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &part, part.count)
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: part[..<count])
        }
    }
}
