import Foundation
import Testing

@Suite struct HTTP1FuzzReplayTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "../../Fuzz/HTTP1").standardizedFileURL

    private static func inputs(in name: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder.appending(path: name), includingPropertiesForKeys: nil)
    }

    @Test func seedsAndFormerCrashersKeepTheInvariants() throws {
        let seeds = try Self.inputs(in: "seeds")
        #expect(!seeds.isEmpty)
        // The folder is only there once something was found.
        let crashers = (try? Self.inputs(in: "crashers")) ?? []
        for input in seeds + crashers {
            let bytes = try Array(Data(contentsOf: input))
            #expect(HTTP1Invariants.violation(by: bytes, everySplit: true) == nil, "\(input.lastPathComponent)")
        }
    }
}
