import ClientKit
import Testing

@testable import MediaKit
@testable import mado_desktop

@Suite(.serialized, .timeLimit(.minutes(5))) @MainActor struct CallPairTests {
    @Test(arguments: 1...3) func picturesAndSoundFlowBothWays(_ round: Int) async throws {
        let pair = try CallPair()
        defer { pair.close() }
        pair.call()
        try await pair.flows()
    }

    /// Somebody who knows H.264 only gets it and is seen.
    @Test func picturesFlowAsH264WhereNothingElseIsOffered() async throws {
        let pair = try CallPair()
        defer { pair.close() }
        pair.call(PeerConnection.Payloads(sound: 111, picture: 102, encoding: .h264))
        try await pair.flows()
        #expect(!pair.offer.contains("VP8") && pair.answer.contains("a=rtpmap:102 H264/90000"))
        #expect(!pair.answer.contains("VP8"))
    }

    @Test func h264IsTakenInPiecesAndOfTheBaselineProfile() {
        let head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 100 101 102\r\n"
        let lines = [100, 101, 102].map { "a=rtpmap:\($0) H264/90000\r\n" }.joined()
        func payload(_ parameters: String) -> PeerConnection.Payloads {
            PeerConnection.Payloads(SessionDescription(head + lines + parameters))
        }
        #expect(
            payload(
                "a=fmtp:100 packetization-mode=0;profile-level-id=42e01f\r\n"
                    + "a=fmtp:101 packetization-mode=1;profile-level-id=640c1f\r\n"
                    + "a=fmtp:102 profile-level-id=42E01F;packetization-mode=1\r\n"
            ).picture == 102)
        #expect(payload("a=fmtp:101 packetization-mode=1;profile-level-id=640c1f\r\n").picture == 101)
        #expect(payload("").picture == nil)
        #expect(payload("a=rtpmap:98 VP8/90000\r\n") == PeerConnection.Payloads(sound: nil, picture: 98))
    }
}
