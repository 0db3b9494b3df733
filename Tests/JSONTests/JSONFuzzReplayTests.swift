import Foundation
import Testing

@Suite("JSON fuzzing")
struct JSONFuzzReplayTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "../../Fuzz/JSON").standardizedFileURL

    private static func inputs(in name: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: name), includingPropertiesForKeys: nil)
    }

    @Test("Seeds and former crashers keep the invariants")
    func replays() throws {
        let seeds = try Self.inputs(in: "seeds")
        #expect(!seeds.isEmpty)
        let crashers = try? Self.inputs(in: "crashers")
        for input in seeds + (crashers ?? []) {
            let bytes = try Array(Data(contentsOf: input))
            let violation = JSONInvariants.violation(by: bytes)
            #expect(violation == nil, "\(input.lastPathComponent)")
        }
    }
}
