import GtkKit

/// The keyboard's ways.
@MainActor enum KeysDialog {
    static let keys: [(String, String)] = [
        ("Ctrl+F", tr("Search")), ("Ctrl+N", tr("Find people to ask for a chat")), ("Ctrl+1", tr("People")),
        ("Ctrl+2", tr("Conversations")), ("Ctrl+3", tr("Functions")),
        ("Ctrl+4", tr("What is on the Stage")),
        (tr("Space, F, M on the Stage"), tr("Pause, full screen, without sound")),
        ("Ctrl+Page Down", tr("Next conversation")),
        ("Ctrl+Page Up", tr("Previous conversation")), ("Escape", tr("Back to the list")),
        ("Shift+Enter", tr("New line in a message")), ("↑", tr("Edit one's last message")),
        (tr("Menu key"), tr("What can be done with a message")), ("Ctrl+,", tr("Settings")), ("Ctrl+Q", tr("Quit")),
    ]

    static func show(parent: Window) {
        let list = ListBox(label: tr("Keyboard"))
        list.addClass("boxed-list")
        for (key, meaning) in keys {
            let row = ActionRow(meaning)
            row.addSuffix(Label(key, classes: "mado-dim"))
            list.append(row)
        }
        let scrolled = ScrolledWindow(list)
        scrolled.setContentHeight(min: 200, max: 460)
        scrolled.setPropagatesNaturalHeight(true)
        let dialog = MessageDialog(parent: parent, heading: tr("Keyboard"), text: "")
        dialog.setExtra(scrolled)
        dialog.addAnswer("close", tr("Close"))
        dialog.ask { _ in }
    }
}
