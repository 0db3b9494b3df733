import GtkKit
import MediaKit

/// Recording a voice message: how long, how loud, send or throw away.
@MainActor final class VoiceRecorderBar {
    let widget: Box
    /// Path and length in milliseconds; nil when it was thrown away.
    var onDone: @MainActor (String?, Int64) -> Void = { _, _ in }
    var onError: @MainActor (String) -> Void = { _ in }
    private let recorder = VoiceRecorder()
    private let time = Label("0:00", classes: "mado-recording")
    private let level = LevelBar(label: tr("Loudness"))
    private let send = Button(icon: "mado-send-symbolic", label: tr("Send the voice message"))
    private var began: Int64 = 0
    private var path = ""
    private var ticking: MainLoop.Repeating?

    init() {
        let cancel = Button(icon: "user-trash-symbolic", label: tr("Throw the recording away"))
        for button in [cancel, send] { button.addClass("mado-round") }
        cancel.addClass("flat")
        send.addClass("suggested-action")
        let dot = Image(icon: "media-record-symbolic", size: 16)
        dot.addClass("mado-recording")
        level.setExpands(horizontally: true)
        level.setAlignment(vertical: .center)
        widget = Box(row: 8, cancel, dot, time, level, send)
        widget.addClass("mado-composer")
        cancel.onClick { [weak self] in self?.cancel() }
        send.onClick { [weak self] in self?.finish() }
        recorder.onLevel = { [weak self] in
            guard let self else { return }
            level.value = recorder.level
        }
        recorder.onError = { [weak self] error in
            self?.ticking?.stop()
            if case .failed(let text) = error { self?.onError(tr("Recording failed: %@", text)) }
        }
    }

    func start() {
        path = TemporaryFile.path(suffix: ".ogg")
        do {
            try recorder.start(path: path)
        } catch {
            return onError(tr("Recording failed: %@", "\(error)"))
        }
        began = LocalTime.currentMilliseconds
        time.text = "0:00"
        send.focus()
        ticking = MainLoop.every(milliseconds: 250) { [weak self] in
            guard let self, recorder.isRecording else { return false }
            time.text = Words.duration(milliseconds: LocalTime.currentMilliseconds - began)
            return true
        }
    }

    private func cancel() {
        ticking?.stop()
        recorder.cancel()
        TemporaryFile.remove(path)
        onDone(nil, 0)
    }

    private func finish() {
        guard recorder.isRecording else { return }
        let duration = LocalTime.currentMilliseconds - began
        recorder.stop { [weak self] in
            guard let self else { return }
            onDone(path, duration)
        }
    }
}
