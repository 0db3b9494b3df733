import ClientKit
import GtkKit

/// Asks those who are marked for a chat, with a line if one likes.
@MainActor final class AskBar {
    let widget: Revealer
    var onAsk: @MainActor (String) -> Void = { _ in }
    var onCancel: @MainActor () -> Void = {}
    var onCall: @MainActor (CallKind) -> Void = { _ in }
    private let voiceCall = Button(icon: "mado-voice-call-symbolic", label: tr("Voice call"))
    private let videoCall = Button(icon: "mado-video-call-symbolic", label: tr("Video call"))
    private let names = Label("", classes: "mado-title")
    private let line = Entry(placeholder: tr("A line to go with it (optional)"))
    private let ask = Button(tr("Ask for a chat"))

    init() {
        names.alignment = 0
        names.setEllipsizes()
        names.setExpands(horizontally: true)
        line.setAccessibleLabel(tr("Line of the chat request"))
        line.setMaxLength(500)
        line.setExpands(horizontally: true)
        ask.addClass("suggested-action")
        ask.setExpands(horizontally: true)
        let cancel = Button(icon: "window-close-symbolic", label: tr("Select nobody"))
        cancel.addClass("flat")
        let content = Box(column: 6, Box(row: 6, names, cancel), line, Box(row: 6, ask, voiceCall, videoCall))
        content.addClass("mado-ask-bar")
        widget = Revealer(content, transition: .slideUp)
        ask.onClick { [weak self] in self?.send() }
        line.onActivate { [weak self] in self?.send() }
        voiceCall.onClick { [weak self] in self?.onCall(.voice) }
        videoCall.onClick { [weak self] in self?.onCall(.video) }
        cancel.onClick { [weak self] in self?.onCancel() }
    }

    var isWorking = false {
        didSet {
            ask.isSensitive = !isWorking
            ask.setLabel(isWorking ? tr("Asking…") : tr("Ask for a chat"))
        }
    }

    /// - Parameter canCall: they have a conversation to be called in.
    func show(_ people: [Person], canCall: Bool) {
        voiceCall.isVisible = canCall
        videoCall.isVisible = canCall
        let wasRevealed = widget.isRevealed
        widget.isRevealed = !people.isEmpty
        guard !people.isEmpty else { return line.text = "" }
        names.text = Words.names(people, limit: 4)
        ask.setLabel(
            people.count == 1
                ? tr("Ask for a chat") : tr("Ask 1 person for a chat", many: "Ask %d people for a chat", people.count))
        if !wasRevealed { line.focus() }
    }

    private func send() {
        guard !isWorking else { return }
        onAsk(line.text.trimmingSpaces())
    }
}
