import Testing

@testable import Server

@Suite struct RandomBytesTests {
    @Test func tokensAreNotTakenForOptions() {
        let tokens = (1...2000).map { _ in RandomBytes.token(12) }
        #expect(tokens.allSatisfy { $0.utf8.count == 16 && !$0.hasPrefix("-") })
        #expect(Set(tokens).count == tokens.count)
    }
}
