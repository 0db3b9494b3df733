import ClientKit
import GtkKit
import MediaKit

/// What is done with a conversation by dialogs.
@MainActor final class ConversationActions {
    private let conversation: ConversationModel
    private let window: @MainActor () -> Window?
    var onLeft: @MainActor () -> Void = {}
    var onError: @MainActor (String) -> Void = { _ in }

    init(conversation: ConversationModel, window: @escaping @MainActor () -> Window?) {
        self.conversation = conversation
        self.window = window
    }

    func run(_ name: String) {
        switch name {
        case "invite": invite()
        case "rename": rename()
        case "leave": leave()
        case "members": showMembers()
        default: break
        }
    }

    private func perform(_ task: @escaping @MainActor () async throws -> Void) {
        Task { [weak self] in
            do { try await task() } catch { self?.onError(Words.error(error)) }
        }
    }

    // MARK: People

    private func invite() {
        let picker = PeoplePicker(account: conversation.account, excluding: Set(conversation.members.map(\.userID)))
        let dialog = MessageDialog(parent: window(), heading: tr("Ask more people"), text: conversation.title)
        dialog.setExtra(picker.widget)
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("ask", tr("Ask"), .suggested)
        dialog.setAnswerEnabled("ask", false)
        picker.onChange = { [weak dialog] people in dialog?.setAnswerEnabled("ask", !people.isEmpty) }
        dialog.ask { [weak self, picker] answer in
            let people = picker.chosen
            guard answer == "ask", !people.isEmpty else { return }
            self?.perform { [weak self] in try await self?.conversation.invite(people) }
        }
        picker.focus()
    }

    private func showMembers() {
        let list = ListBox(label: tr("Members"))
        list.addClass("mado-list")
        for person in conversation.members {
            let row = PersonRow(person)
            row.show(person, pictures: nil, isFromDirectory: false)
            row.mark.isVisible = false
            list.append(row.widget)
        }
        let scrolled = ScrolledWindow(list)
        scrolled.setContentHeight(min: 120, max: 420)
        scrolled.setPropagatesNaturalHeight(true)
        let dialog = MessageDialog(
            parent: window(), heading: tr("Members"),
            text: tr("1 member", many: "%d members", conversation.memberCount))
        dialog.setExtra(scrolled)
        dialog.addAnswer("close", tr("Close"))
        dialog.ask { _ in }
    }

    private func rename() {
        let name = Entry(placeholder: tr("Name of the conversation"))
        name.text = conversation.title
        name.setAccessibleLabel(tr("Name of the conversation"))
        let dialog = MessageDialog(parent: window(), heading: tr("Rename"), text: "")
        dialog.setExtra(name)
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("rename", tr("Rename"), .suggested)
        dialog.ask { [weak self, name] answer in
            let title = name.text.trimmingSpaces()
            guard answer == "rename", !title.isEmpty else { return }
            self?.perform { [weak self] in try await self?.conversation.setTitle(title) }
        }
    }

    private func leave() {
        let dialog = MessageDialog(
            parent: window(), heading: tr("Leave %@?", conversation.title),
            text: tr("What was said is taken from this computer. To come back, somebody has to ask you again."))
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("leave", tr("Leave"), .destructive)
        dialog.ask { [weak self] answer in
            guard answer == "leave" else { return }
            self?.perform { [weak self] in
                try await self?.conversation.leave()
                self?.onLeft()
            }
        }
    }

    func chooseDay(_ handler: @escaping @MainActor (Int64) -> Void) {
        let calendar = Calendar()
        let dialog = MessageDialog(parent: window(), heading: tr("Go to a day"), text: "")
        dialog.setExtra(calendar)
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("go", tr("Go"), .suggested)
        dialog.ask { [calendar] answer in
            if answer == "go" { handler(calendar.selectedDay) }
        }
    }

    // MARK: Files

    func chooseFiles() {
        guard let window = window() else { return }
        FileChooser.choose(
            title: tr("Send files"), parent: window, accept: tr("Send"), cancel: tr("Cancel"), several: true
        ) { [weak self] paths in self?.send(files: paths) }
    }

    func send(files paths: [String]) {
        for path in paths {
            let mime = Launcher.mimeType(of: path)
            let kind: FileKind =
                mime.hasPrefix("image/")
                ? .image : mime.hasPrefix("video/") ? .video : mime.hasPrefix("audio/") ? .audio : .file
            guard kind != .video else {
                send(film: path, mime)
                continue
            }
            let texture = kind == .image ? Texture(path: path) : nil
            conversation.send(
                file: path, mimeType: mime, name: Self.name(of: path), kind: kind, width: texture?.pixelWidth,
                height: texture?.pixelHeight, duration: nil, caption: nil)
        }
    }

    private static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// With its first picture, where it can be decoded here.
    private func send(film path: String, _ mime: String) {
        Task { [conversation] in
            let found = await FilmStill.find(path: path)
            var still: Still?
            if let found {
                let place = TemporaryFile.path(suffix: ".png")
                if found.texture.savePNG(place) {
                    still = Still(path: place, width: found.texture.pixelWidth, height: found.texture.pixelHeight)
                }
            }
            conversation.send(
                file: path, mimeType: mime, name: Self.name(of: path), kind: .video, width: found?.width,
                height: found?.height, duration: found.map(\.duration), caption: nil, still: still)
        }
    }

    /// Asks before a pasted picture goes out.
    func send(picture: Texture) {
        let view = Picture()
        view.setTexture(picture)
        view.setAlternative(tr("The picture to be sent"))
        view.setSizeRequest(width: 260, height: 200)
        let caption = Entry(placeholder: tr("Caption (optional)"))
        let dialog = MessageDialog(parent: window(), heading: tr("Send this picture?"), text: "")
        dialog.setExtra(Box(column: 10, view, caption))
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("send", tr("Send"), .suggested)
        dialog.ask { [weak self, caption] answer in
            guard answer == "send", let self else { return }
            let path = TemporaryFile.path(suffix: ".png")
            guard picture.savePNG(path) else { return onError(tr("The picture could not be written.")) }
            let text = caption.text.trimmingSpaces()
            conversation.send(
                file: path, mimeType: "image/png", name: tr("Picture") + ".png", kind: .image,
                width: picture.pixelWidth, height: picture.pixelHeight, duration: nil,
                caption: text.isEmpty ? nil : text, isTemporary: true)
        }
    }

    func open(_ item: TimelineItem) {
        guard let media = item.media else { return }
        perform { [weak self] in
            guard let self else { return }
            let path = try await conversation.account.media(media, size: nil)
            if !Launcher.open(file: path) { onError(tr("No program is there to open this file.")) }
        }
    }

    func save(_ item: TimelineItem) {
        guard let media = item.media, let window = window() else { return }
        FileChooser.save(
            // The sender chose the name: it must not lead out of the folder that the user chooses.
            title: tr("Save"), name: (media.name ?? tr("File")).replacing("/", with: "_"), parent: window,
            accept: tr("Save"),
            cancel: tr("Cancel")
        ) { [weak self] target in
            self?.perform { [weak self] in
                guard let self else { return }
                let path = try await conversation.account.media(media, size: nil)
                if !FileCopy.copy(path, to: target) { onError(tr("The file could not be written.")) }
            }
        }
    }

    // MARK: Messages

    func redact(_ item: TimelineItem) {
        let dialog = MessageDialog(
            parent: window(), heading: tr("Remove this message?"), text: tr("It is removed for everybody."))
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("remove", tr("Remove"), .destructive)
        dialog.ask { [conversation] answer in
            if answer == "remove" { conversation.redact(item.id, reason: nil) }
        }
    }

    func pickReaction(at parent: Widget, _ handler: @escaping @MainActor (String) -> Void) {
        let chooser = EmojiChooser()
        chooser.onPick(handler)
        chooser.point(x: Double(parent.width) / 2, y: Double(parent.height) - 40)
        chooser.openOnce(at: parent)
    }
}
