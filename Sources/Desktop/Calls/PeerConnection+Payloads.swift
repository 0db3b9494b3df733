import ClientKit
import MediaKit

extension PeerConnection.Payloads {
    /// What is sent to whoever made this offer: VP8 where they take it, else H.264 in pieces (packetization mode 1).
    init(_ offer: SessionDescription) {
        let sound = offer.payload(of: "opus", in: "audio")
        if let picture = offer.payload(of: "VP8", in: "video") {
            self.init(sound: sound, picture: picture)
        } else {
            self.init(sound: sound, picture: offer.payloadOfH264, encoding: .h264)
        }
    }
}
