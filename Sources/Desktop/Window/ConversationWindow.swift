import ClientKit
import GtkKit

/// A conversation in a window of its own.
@MainActor final class ConversationWindow {
    private let window: Window
    let view: ConversationView
    private let toasts: ToastOverlay
    var onClosed: @MainActor () -> Void = {}
    var onCall: @MainActor (CallKind) -> Void = { _ in }
    var onStage: @MainActor (StageContent) -> Void = { _ in }

    init(conversation: ConversationModel, pictures: PictureCache, voice: VoicePlayback) {
        let window = Window(title: conversation.title)
        self.window = window
        view = ConversationView(conversation: conversation, pictures: pictures, voice: voice) { [weak window] in window
        }
        view.setShowsBack(false)
        view.setCanPopOut(false)
        let header = HeaderBar()
        header.setTitle(WindowTitle(conversation.title))
        view.widget.setExpands(horizontally: true, vertically: true)
        toasts = ToastOverlay(Box(column: 0, header, view.widget))
        window.setContent(toasts)
        window.setDefaultSize(width: 460, height: 640)
        window.setSizeRequest(width: 340, height: 360)
        view.isWindowActive = { [weak window] in window?.isActive ?? false }
        view.onError = { [weak self] in self?.toasts.show($0) }
        view.onStage = { [weak self] in self?.onStage($0) }
        view.onCall = { [weak self] in self?.onCall($0) }
        view.onLeft = { [weak window] in window?.close() }
        window.onActiveChange { [weak self] isActive in
            if isActive { self?.view.markRead() }
        }
        window.onCloseRequest { [weak self] in
            self?.view.close()
            self?.onClosed()
            return false
        }
    }

    func present() {
        window.present()
        view.focus()
    }

    func close() { window.close() }
}
