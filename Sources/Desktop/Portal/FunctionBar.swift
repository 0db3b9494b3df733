import ClientKit
import GtkKit

/// Chooses between what there is: channels by their kinds, feeds, applications, what is done together. Takes no space where there is nothing.
@MainActor final class FunctionBar {
    enum Function: Hashable {
        case channels(Channel.Kind)
        case feeds
        case applications
        case together
    }

    let widget = Revealer()
    private let row = Box(.horizontal, spacing: 2)
    private var buttons: [(function: Function, button: Button)] = []
    private var shown: [Function: [String]] = [:]
    private var portal: PortalModel?
    private var current: Channel.Kind?
    /// What is offered to choose from; held until it is closed, for what GTK keeps of it alone would not close it.
    private var offered: Popover?

    var onChannel: @MainActor (Channel) -> Void = { _ in }
    var onFeeds: @MainActor () -> Void = {}
    var onApplication: @MainActor (PortalApplication) -> Void = { _ in }
    var onTogether: @MainActor (ArcadeActivity, SecondServer) -> Void = { _, _ in }

    init() {
        row.setAlignment(horizontal: .center)
        let scroller = ScrolledWindow(row, horizontal: true, vertical: false)
        scroller.hideBars()
        scroller.setPropagatesNaturalHeight(true)
        let group = GroupBox(.vertical, label: tr("Functions"))
        group.append(scroller)
        group.addClass("mado-functions")
        widget.setChild(group)
        row.addController(KeyController { [weak self] key, _ in self?.move(key) ?? false })
    }

    func show(_ portal: PortalModel?) {
        self.portal?.changes.stop(self)
        self.portal?.account.arcades.changes.stop(self)
        self.portal = portal
        portal?.account.arcades.changes.observe(self) { [weak self] change in
            if change == .servers { self?.rebuild() }
        }
        portal?.changes.observe(self) { [weak self] change in
            switch change {
            case .channels, .feeds, .applications: self?.rebuild()
            default: break
            }
        }
        shown = [:]
        rebuild()
    }

    /// The kind of the channel that the Stage shows.
    func mark(_ kind: Channel.Kind?) {
        current = kind
        for (function, button) in buttons { button.setClass("current", function == kind.map(Function.channels)) }
    }

    /// Gives the keyboard to the first function.
    func focus() { buttons.first?.button.focus() }

    private func rebuild() {
        var wanted: [(Function, [String])] = []
        for kind in Channel.Kind.allCases {
            let channels = portal?.channels.filter { $0.kind == kind } ?? []
            if !channels.isEmpty { wanted.append((.channels(kind), channels.map { $0.roomID + $0.title })) }
        }
        if let feeds = portal?.feeds, !feeds.isEmpty { wanted.append((.feeds, [])) }
        if let list = portal?.applications, !list.isEmpty {
            wanted.append((.applications, list.map { $0.roomID + $0.title }))
        }
        if let servers = portal?.account.arcades.usable, !servers.isEmpty {
            wanted.append((.together, servers.map { $0.name + $0.title }))
        }
        widget.isRevealed = !wanted.isEmpty
        let new = Dictionary(uniqueKeysWithValues: wanted)
        guard new != shown else { return }
        shown = new
        row.removeAll()
        buttons = wanted.map { function, _ in (function, makeButton(function)) }
        for (_, button) in buttons { row.append(button) }
        mark(current)
    }

    private func makeButton(_ function: Function) -> Button {
        let (icon, name): (String, String) =
            switch function {
            case .channels(let kind): (PortalWords.icon(kind), PortalWords.kind(kind))
            case .feeds: ("mado-feeds-symbolic", tr("Feeds"))
            case .applications: ("mado-form-symbolic", tr("Forms"))
            case .together: ("mado-together-symbolic", tr("Together"))
            }
        let label = Label(name, classes: "mado-function-name")
        let image = Image(icon: icon, size: 18)
        let button = Button(child: Box(column: 2, image, label), label: name)
        button.addClass("flat")
        button.addClass("mado-function")
        button.onClick { [weak self, weak button] in if let self, let button { choose(function, button) } }
        return button
    }

    private func choose(_ function: Function, _ button: Button) {
        switch function {
        case .feeds: onFeeds()
        case .channels(let kind):
            let channels = portal?.channels.filter { $0.kind == kind } ?? []
            offer(
                channels.map { (icon: PortalWords.icon(kind), title: $0.title, text: $0.programme?.title ?? "") },
                button
            ) {
                [weak self] in self?.onChannel(channels[$0])
            }
        case .applications:
            let list = portal?.applications ?? []
            offer(list.map { (icon: "mado-form-symbolic", title: $0.title, text: $0.topic) }, button) {
                [weak self] in self?.onApplication(list[$0])
            }
        case .together:
            let servers = portal?.account.arcades.usable ?? []
            let list = servers.flatMap { server in ArcadeActivity.allCases.map { (activity: $0, server: server) } }
            offer(
                list.map { activity, server in
                    let words = ArcadeWords.description(activity)
                    return (
                        icon: ArcadeWords.icon(activity), title: ArcadeWords.name(activity),
                        text: servers.count > 1 ? "\(server.title) · \(words)" : words
                    )
                }, button
            ) { [weak self] in self?.onTogether(list[$0].activity, list[$0].server) }
        }
    }

    /// One thing is opened at once, of several the user chooses.
    private func offer(
        _ choices: [(icon: String, title: String, text: String)], _ button: Button,
        _ chosen: @escaping @MainActor (Int) -> Void
    ) {
        if choices.count == 1 { return chosen(0) }
        let list = ListBox(label: tr("Choose one"))
        list.addClass("mado-list")
        let popover = Popover(list)
        for choice in choices {
            let title = Label(choice.title, classes: "mado-title")
            title.alignment = 0
            let lines = Box(column: 0, title)
            if !choice.text.isEmpty {
                let text = Label(choice.text, classes: "mado-small", "mado-dim")
                text.alignment = 0
                text.setEllipsizes()
                text.setWidth(max: 30)
                lines.append(text)
            }
            let content = Box(row: 10, Image(icon: choice.icon, size: 18), lines)
            content.addClass("mado-row")
            list.append(ListBoxRow(content, label: choice.title))
        }
        list.onActivate { [weak self] index in
            self?.offered?.close()
            if choices.indices.contains(index) { chosen(index) }
        }
        popover.attach(to: button)
        offered = popover
        popover.onClosed { [weak self] in
            guard let closed = self?.offered else { return }
            self?.offered = nil
            // Not while it is still telling of its closing.
            MainLoop.afterwards { closed.unparent() }
        }
        popover.open()
    }

    private func move(_ key: Int) -> Bool {
        guard key == Key.left || key == Key.right, let at = buttons.firstIndex(where: { $0.button.hasFocus }) else {
            return false
        }
        let next = (at + (key == Key.right ? 1 : -1) + buttons.count) % buttons.count
        buttons[next].button.focus()
        return true
    }
}
