import ClientKit
import GtkKit
import MediaKit

/// What calls are called, in the user's language.
extension Words {
    static func media(_ error: any Error) -> String {
        switch error {
        case MediaError.missingElement(let name): tr("a part of GStreamer is missing: %@", name)
        case MediaError.failed(let text), MediaError.unsupported(let text): text
        default: String(describing: error)
        }
    }

    /// nil where there is nothing to say.
    static func screen(_ failure: ScreenSource.Failure) -> String? {
        switch failure {
        case .refused: nil
        case .missing: tr("The screen cannot be shared here: this desktop has no portal for it.")
        case .missingElement(let name):
            tr("The screen cannot be shared here: %@", media(MediaError.missingElement(name)))
        case .failed: tr("The desktop could not share the screen.")
        }
    }

    @MainActor static var noCamera: String {
        CameraAccess.failure == .refused ? tr("The desktop does not allow the camera.") : tr("There is no camera.")
    }

    static func call(_ error: CallError) -> String {
        switch error {
        case .busy: tr("You are in a call.")
        case .notConnected: tr("Calls need a connection to the server. A voice message can wait for one.")
        case .notAllowed: tr("You can read here, but not call.")
        case .nobody: tr("There is nobody to call.")
        case .tooMany(let limit): tr("A call has room for %@ people.", String(limit))
        }
    }

    static func end(_ end: CallEnd, _ who: String) -> String {
        switch end {
        case .hungUp, .hungUpByOther: tr("The call is over")
        case .declined: tr("%@ declined the call", who)
        case .busy: tr("%@ is busy", who)
        case .noAnswer: tr("%@ did not answer", who)
        case .missed: tr("Missed call from %@", who)
        case .answeredElsewhere: tr("Answered elsewhere")
        case .declinedHere, .declinedElsewhere: tr("Declined")
        case .replaced: ""
        case .noPath: tr("This network lets no call through, not even by the server's own port.")
        case .lost: tr("The connection was lost")
        case .mediaFailed(let reason): tr("Neither sound nor picture can be had: %@", reason)
        case .refused(let reason): tr("The conference lets nobody in: %@", reason)
        case .cannotSend: tr("The server could not be reached")
        }
    }

    static func quality(_ quality: CallQuality) -> String {
        switch quality {
        case .unknown: ""
        case .good: tr("good")
        case .weak(let loss): tr("weak: %@ % of packets lost", String(loss))
        case .bad(let loss): tr("bad: %@ % of packets lost", String(loss))
        case .slow(let milliseconds): tr("slow: %@ ms there and back", String(milliseconds))
        }
    }

    static func route(_ route: CallFigures.Route?) -> String {
        switch route {
        case .direct: tr("direct")
        case .directOverTCP: tr("direct, over TCP")
        case .relay: tr("through the relay")
        case .relayThroughPort(let proxy):
            proxy.isEmpty ? tr("through the server's port") : tr("through the server's port and the proxy %@", proxy)
        case nil: ""
        }
    }

    /// A call in a conversation, in one line.
    static func call(_ record: CallRecord, isOwn: Bool) -> String {
        let isVideo = record.kind == .video
        switch record.outcome {
        case .ringing: return isVideo ? tr("Video call, ringing") : tr("Voice call, ringing")
        case .answered(let duration?):
            let length = self.length(duration)
            return isVideo ? tr("Video call, %@", length) : tr("Voice call, %@", length)
        case .answered(nil): return isVideo ? tr("Video call") : tr("Voice call")
        case .missed where record.isIgnored: return tr("A call that did not ring here")
        case .missed: return isVideo ? tr("Missed video call") : tr("Missed voice call")
        case .declined: return isVideo ? tr("Video call, declined") : tr("Voice call, declined")
        case .busy: return isVideo ? tr("Video call, busy") : tr("Voice call, busy")
        case .noAnswer: return isVideo ? tr("Video call, no answer") : tr("Voice call, no answer")
        case .cancelled:
            return isVideo
                ? tr("Video call, ended before it was answered") : tr("Voice call, ended before it was answered")
        }
    }

    /// How long something took, roughly.
    static func length(_ milliseconds: Int64) -> String {
        let seconds = Int(max(0, milliseconds + 500) / 1000)
        switch seconds {
        case ..<60: return tr("1 second", many: "%d seconds", seconds)
        case ..<3600: return tr("1 minute", many: "%d minutes", (seconds + 30) / 60)
        default: return tr("%1$@ h %2$@ min", String(seconds / 3600), String(seconds / 60 % 60))
        }
    }
}
