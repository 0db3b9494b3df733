import GtkKit

@MainActor enum AboutDialog {
    static func show(parent: Window?) {
        let dialog = MessageDialog(
            parent: parent, heading: "Mado 0.1",
            text: tr("Who is there, chat and calls, and what your organisation shows, in one small window.")
                + "\n\n" + tr("Free software under the Apache License 2.0"))
        dialog.addAnswer("close", tr("Close"))
        dialog.ask { _ in }
    }
}
