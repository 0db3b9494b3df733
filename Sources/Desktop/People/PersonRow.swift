import ClientKit
import GtkKit

/// A person in the list: picture with presence, name, how one is to be reached, and a mark for asking several at once.
@MainActor final class PersonRow {
    let widget: ListBoxRow
    private(set) var person: Person
    let mark = CheckButton()
    private let avatar = PersonAvatar(size: 36)
    private let name = Label("", classes: "mado-title")
    private let presence = Label("", classes: "mado-small", "mado-dim")

    init(_ person: Person) {
        self.person = person
        name.alignment = 0
        name.setEllipsizes()
        presence.alignment = 0
        presence.setEllipsizes()
        let lines = Box(column: 1, name, presence)
        lines.setAlignment(vertical: .center)
        lines.setExpands(horizontally: true)
        mark.setAlignment(vertical: .center)
        let content = Box(row: 10, avatar.widget, lines, mark)
        content.addClass("mado-row")
        widget = ListBoxRow(content, label: "")
    }

    func show(_ person: Person, pictures: PictureCache?, isFromDirectory: Bool) {
        self.person = person
        avatar.show(person, pictures: pictures)
        name.text = person.displayName
        var words = Words.presence(person.presence)
        if words.isEmpty || isFromDirectory { words = words.isEmpty ? person.userID : "\(words) · \(person.userID)" }
        presence.text = words
        widget.setAccessibleLabel("\(person.displayName), \(words)")
        mark.setAccessibleLabel(tr("Select %@", person.displayName))
    }
}
