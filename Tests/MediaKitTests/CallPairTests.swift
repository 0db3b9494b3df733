import ClientKit
import Testing

@testable import MediaKit

@Suite(.serialized) @MainActor struct CallPairTests {
    @Test(arguments: 1...3) func picturesAndSoundFlowBothWays(_ round: Int) async throws {
        let pair = try CallPair()
        defer { pair.close() }
        pair.call()
        try await pair.flows()
    }
}
