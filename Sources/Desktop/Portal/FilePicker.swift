import ClientKit
import GtkKit

/// A file or picture for a form: by the system's window, by dropping it here, or pasted.
@MainActor final class FilePicker {
    let widget: Box
    private let button: Button
    private let name = Label("", classes: "mado-small")
    private let preview = Picture()
    private let remove = Button(icon: "edit-clear-symbolic", label: tr("Take the file away"))
    private let isForPictures: Bool
    private(set) var path: String?
    private(set) var fileName = ""
    /// What was there before stays, unless another is chosen or it is taken away.
    private(set) var keepsOld = false

    var window: @MainActor () -> Window? = { nil }
    var onChange: @MainActor () -> Void = {}

    init(label: String, isForPictures: Bool) {
        self.isForPictures = isForPictures
        button = Button(isForPictures ? tr("Choose a picture…") : tr("Choose a file…"))
        button.setAccessibleLabel(label)
        name.alignment = 0
        name.setEllipsizes()
        name.setExpands(horizontally: true)
        preview.setSizeRequest(height: 110)
        preview.addClass("mado-picture")
        preview.isVisible = false
        remove.addClass("flat")
        remove.isVisible = false
        widget = Box(column: 6, Box(row: 8, button, name, remove), preview)
        widget.addClass("mado-drop-place")
        name.text = tr("or drop it here")
        name.addClass("mado-dim")
        button.onClick { [weak self] in self?.choose() }
        remove.onClick { [weak self] in self?.take(nil) }
        widget.addController(
            FileDropTarget(hover: { [weak self] isOver in self?.widget.setClass("hovered", isOver) }) {
                [weak self] paths in
                self?.take(paths.first)
            })
        button.addController(
            KeyController { [weak self] key, modifiers in
                guard key == 0x76, modifiers.contains(.control) else { return false }
                return self?.paste() ?? false
            })
    }

    func take(_ path: String?) {
        let isPicture = path.map { Launcher.mimeType(of: $0).hasPrefix("image/") } ?? false
        if isForPictures, path != nil, !isPicture {
            name.text = tr("That is no picture.")
            return
        }
        self.path = path
        keepsOld = false
        fileName = path.map { String($0.split(separator: "/").last ?? "") } ?? ""
        name.text = path == nil ? tr("or drop it here") : fileName
        name.setClass("mado-dim", path == nil)
        remove.isVisible = path != nil
        preview.isVisible = isPicture
        preview.setTexture(isPicture ? path.flatMap { Texture(path: $0) } : nil)
        onChange()
    }

    /// There is a file already, which is not at hand.
    func showKept() {
        take(nil)
        keepsOld = true
        name.text = isForPictures ? tr("The picture stays") : tr("The file stays")
        remove.isVisible = true
    }

    private func choose() {
        guard let window = window() else { return }
        FileChooser.choose(
            title: isForPictures ? tr("Choose a picture") : tr("Choose a file"), parent: window, accept: tr("Choose"),
            cancel: tr("Cancel"), isForPictures: isForPictures
        ) { [weak self] paths in
            if let path = paths.first { self?.take(path) }
        }
    }

    private func paste() -> Bool {
        guard let clipboard = window()?.clipboard, clipboard.holdsPicture else { return false }
        clipboard.readTexture { [weak self] texture in
            let path = TemporaryFile.path(suffix: ".png")
            if let texture, texture.savePNG(path) { self?.take(path) }
        }
        return true
    }
}
