import EventLoop
import HTTP
import JSON
import MatrixAPI
import Store
import StoreSQLite
import Testing

@testable import Server

@Suite struct SyncTokenTests {
    @Test func survivesItsText() {
        for token in [
            SyncToken(position: 0, epoch: 1, ephemeral: 0), SyncToken(position: .max, epoch: .max, ephemeral: 7),
            SyncToken(position: 90, epoch: 5, ephemeral: 3, toDevice: 80),
        ] { #expect(SyncToken(token.description) == token) }
    }

    @Test(arguments: ["", "s", "s1", "s1_2", "s-1_2_3", "s1_2_3_4_5", "s1_2_3_2", "t5", "s1_2_x", "s 1_2_3", "1_2_3"])
    func refusesWhatIsNone(_ text: String) { #expect(SyncToken(text) == nil) }

    @Test func timelinesTakeBothKinds() {
        #expect(TimelineToken("t7")?.position == 7)
        #expect(TimelineToken("s7_1_2")?.position == 7)
        #expect(TimelineToken("7") == nil)
        #expect(TimelineToken("t-7") == nil)
        #expect(TimelineToken(after: -1).description == "t0")
    }
}
