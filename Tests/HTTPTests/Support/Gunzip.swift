import Foundation
import TestSupport

/// What gzip itself makes of these bytes.
func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let file = FileManager.default.temporaryDirectory.appending(path: "mado-gunzip-\(UUID().uuidString)")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let result = try ChildProcess.run("/bin/gzip", ["-dc"], input: file.path())
    guard result.status == 0 else { throw ClientError(reason: "gzip") }
    return result.output
}
