import ClientKit
import GtkKit

/// Something that can be shown to everybody who watches together.
struct SharedMedia {
    let title: String
    /// Where it comes from.
    let source: String
    let icon: String
    let media: MediaReference

    /// What the conversation and the portal have, newest first.
    @MainActor static func all(_ conversation: ConversationModel?, _ portal: PortalModel) -> [SharedMedia] {
        (conversation.map(of) ?? []) + portal.channels.flatMap(of)
    }

    @MainActor private static func of(_ conversation: ConversationModel) -> [SharedMedia] {
        conversation.items.reversed().compactMap { item in
            switch item.content {
            case .image(let media, let caption):
                SharedMedia(caption ?? media.name ?? tr("Picture"), conversation.title, .picture, media)
            case .video(let media, let caption):
                SharedMedia(caption ?? media.name ?? tr("Video"), conversation.title, .film, media)
            case .audio(let media, let caption), .voice(let media, let caption):
                SharedMedia(caption ?? media.name ?? tr("Sound"), conversation.title, .sound, media)
            default: nil
            }
        }
    }

    @MainActor private static func of(_ channel: Channel) -> [SharedMedia] {
        guard let programme = channel.programme, !programme.isLive else { return [] }
        let kind: Kind? =
            switch programme.kind {
            case .pictures: .picture
            case .audio: .sound
            case .video: .film
            case .chart, .page, .game: nil
            }
        guard let kind else { return [] }
        var found: [SharedMedia] = []
        if let film = programme.sources.first, film.url.hasPrefix("mxc://") {
            let media = MediaReference(uri: film.url, mimeType: film.mimeType, name: programme.title)
            found.append(SharedMedia(programme.title, channel.title, kind, media))
        }
        for item in programme.items where item.media.uri.hasPrefix("mxc://") {
            found.append(
                SharedMedia(item.title.isEmpty ? programme.title : item.title, channel.title, kind, item.media))
        }
        return found
    }

    private enum Kind { case picture, film, sound }

    @MainActor private init(_ title: String, _ source: String, _ kind: Kind, _ media: MediaReference) {
        self.title = title
        self.source = source
        self.media = media
        icon =
            switch kind {
            case .picture: "image-x-generic-symbolic"
            case .film: "mado-video-symbolic"
            case .sound: "audio-x-generic-symbolic"
            }
    }
}

/// Brings pictures, films and music into a session of shared viewing.
@MainActor final class SharedMediaBar {
    let widget = Box(.horizontal, spacing: 8)
    private let visit: ArcadeVisit
    private let arcades: ArcadeModel
    private let window: @MainActor () -> Window?
    private let conversation: @MainActor () -> ConversationModel?
    private let add = Button(tr("Show something…"))
    private let state = Label("", classes: "mado-small", "mado-dim")
    private let spinner = Spinner()
    private var dialog: MessageDialog?

    init(
        _ visit: ArcadeVisit, arcades: ArcadeModel, window: @escaping @MainActor () -> Window?,
        conversation: @escaping @MainActor () -> ConversationModel?
    ) {
        self.visit = visit
        self.arcades = arcades
        self.window = window
        self.conversation = conversation
        state.alignment = 0
        state.setEllipsizes()
        state.setExpands(horizontally: true)
        spinner.isVisible = false
        add.tooltip = tr("Of the conversation, of the portal, or a file of this computer")
        for part in [add, spinner, state] as [Widget] { widget.append(part) }
        widget.setMargins(6)
        add.onClick { [weak self] in self?.choose() }
    }

    // MARK: Choosing

    private func choose() {
        let choices = SharedMedia.all(conversation(), arcades.account.portal)
        guard !choices.isEmpty else { return chooseFile() }
        let list = ListBox(label: tr("Choose one"))
        list.addClass("mado-list")
        for choice in choices {
            let title = Label(choice.title, classes: "mado-title")
            let source = Label(choice.source, classes: "mado-small", "mado-dim")
            for label in [title, source] {
                label.alignment = 0
                label.setEllipsizes()
            }
            let row = Box(row: 10, Image(icon: choice.icon, size: 18), Box(column: 0, title, source))
            row.addClass("mado-row")
            list.append(ListBoxRow(row, label: "\(choice.title), \(choice.source)"))
        }
        let scrolled = ScrolledWindow(list)
        scrolled.setContentHeight(min: 120, max: 360)
        scrolled.setPropagatesNaturalHeight(true)
        let dialog = MessageDialog(
            parent: window(), heading: tr("Show something"),
            text: tr("Everybody here sees it, and it goes with the session."))
        dialog.setExtra(scrolled)
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("file", tr("A file…"))
        dialog.setCloseAnswer("cancel")
        self.dialog = dialog
        list.onActivate { [weak self] index in
            guard let self, choices.indices.contains(index) else { return }
            self.dialog?.answer("cancel")
            bring(choices[index])
        }
        dialog.ask { [weak self] answer in
            self?.dialog = nil
            if answer == "file" { self?.chooseFile() }
        }
    }

    private func chooseFile() {
        guard let window = window() else { return }
        FileChooser.choose(
            title: tr("Show something"), parent: window, accept: tr("Show"), cancel: tr("Cancel"), several: true
        ) { [weak self] paths in
            for path in paths {
                self?.bring(
                    path, Launcher.mimeType(of: path), title: path.split(separator: "/").last.map(String.init) ?? path)
            }
        }
    }

    // MARK: Bringing

    private func bring(_ choice: SharedMedia) {
        say(tr("%@ is brought…", choice.title), isWorking: true)
        Task { [weak self, arcades] in
            do {
                let path = try await arcades.account.media(choice.media, size: nil)
                // Kept files have no endings.
                self?.bring(path, choice.media.mimeType ?? Launcher.mimeType(of: path), title: choice.title)
            } catch {
                self?.say(Words.error(error), isWorking: false)
            }
        }
    }

    private func bring(_ path: String, _ type: String, title: String) {
        say(tr("%@ is brought…", title), isWorking: true)
        Task { [weak self, visit] in
            do {
                try await visit.bring(file: path, type: type, title: title)
                self?.say("", isWorking: false)
            } catch {
                self?.say(Words.error(error), isWorking: false)
            }
        }
    }

    private func say(_ words: String, isWorking: Bool) {
        state.text = words
        spinner.isVisible = isWorking
        spinner.isSpinning = isWorking
    }

    /// Out of sight it must not go on turning.
    func rest() { spinner.isSpinning = false }
}
