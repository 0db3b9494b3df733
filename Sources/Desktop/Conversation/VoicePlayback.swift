import ClientKit
import GtkKit
import MediaKit

/// Plays one sound message at a time.
@MainActor final class VoicePlayback {
    private(set) var current: String?
    let changes = Observers<Void>()
    var onError: @MainActor (String) -> Void = { _ in }
    private let player = MediaPlayer()

    init() {
        player.onChange = { [weak self] in
            guard let self else { return }
            if case .failed(let text)? = player.error { onError(tr("This cannot be played: %@", text)) }
            changes.notify(())
        }
    }

    var isPlaying: Bool { player.isPlaying }
    var position: Int64 { player.position }
    var fraction: Double {
        let duration = player.duration
        return duration > 0 ? Double(player.position) / Double(duration) : 0
    }

    func toggle(_ media: MediaReference, account: AccountModel) {
        if current == media.uri {
            player.isPlaying ? player.pause() : player.play()
            return
        }
        current = media.uri
        Task { [weak self] in
            do {
                let path = try await account.media(media, size: nil)
                guard let self, current == media.uri else { return }
                player.open(path: path)
                player.play()
            } catch {
                self?.current = nil
                self?.onError(Words.error(error))
            }
        }
    }

    func stop() {
        player.close()
        current = nil
        changes.notify(())
    }
}
