import ClientKit
import GtkKit

/// The second server's question to the member: begin with these people, or join the one who waits?
@MainActor final class ArcadePrompt {
    /// Which question it puts.
    let question: Int
    private let dialog: MessageDialog
    private let activity: ArcadeActivity
    private var boxes: [(person: ArcadePerson, box: CheckButton)] = []
    private let side = DropDown([tr("By chance"), tr("First"), tr("Second")], label: tr("Your side"))
    private let clock = DropDown([tr("None"), "3 min + 2 s", "10 min + 5 s", "30 min + 10 s"], label: tr("Clock"))
    private let size = DropDown(["9 × 9", "13 × 13", "19 × 19"], label: tr("Board"))
    private let direct = CheckButton(tr("They enter without being asked"))
    private var isAnswered = false

    /// - Parameter answer: nil for not now.
    init?(
        _ visit: ArcadeVisit, parent: Window?, _ answer: @escaping @MainActor (ArcadeAnswer?) -> Void
    ) {
        guard let question = visit.question else { return nil }
        self.question = question
        activity = visit.activity
        switch visit.place {
        case .choosing(_, let people):
            let names = people.map(\.name).joined(separator: ", ")
            dialog = MessageDialog(
                parent: parent, heading: ArcadeWords.question(visit.activity),
                text: tr("You are talking with %@ now.", names))
            dialog.setExtra(makeChoices(people, wanted: visit.wanted, answer))
        case .invited(_, let from, _):
            dialog = MessageDialog(
                parent: parent, heading: tr("%1$@ waits for you in %2$@", from, ArcadeWords.name(visit.activity)),
                text: "")
        case .none, .asking, .standard, .joint: return nil
        }
        dialog.addAnswer("later", tr("Not now"))
        dialog.addAnswer("alone", tr("Alone"))
        if case .invited = visit.place {
            dialog.addAnswer("join", tr("Join"), .suggested)
        } else {
            dialog.addAnswer("together", tr("Together"), .suggested)
        }
        dialog.setCloseAnswer("later")
        dialog.ask { [weak self] name in
            guard let self, !isAnswered else { return }
            isAnswered = true
            switch name {
            case "join": answer(.join)
            case "together": answer(together)
            case "alone": answer(.alone)
            case "others": answer(.others)
            default: answer(nil)
            }
        }
    }

    /// The question does not count any more.
    func withdraw() {
        guard !isAnswered else { return }
        isAnswered = true
        dialog.close()
    }

    private var together: ArcadeAnswer {
        let chosen = boxes.filter(\.box.isOn).map(\.person.id)
        var options = ArcadeOptions()
        options.language = ArcadeWords.language
        if activity.isContest {
            options.side = [nil, .first, .second][max(0, min(2, side.selected))]
            options.clock = [nil, (180, 2), (600, 5), (1800, 10)][max(0, min(3, clock.selected))].map {
                ArcadeOptions.Clock(time: $0.0 * 1000, increment: $0.1 * 1000)
            }
        }
        if activity == .go { options.size = [9, 13, 19][max(0, min(2, size.selected))] }
        return .together(people: chosen, enterDirectly: direct.isOn, options)
    }

    // MARK: Choices

    private func makeChoices(
        _ people: [ArcadePerson], wanted: [String], _ answer: @escaping @MainActor (ArcadeAnswer?) -> Void
    ) -> Widget {
        let column = Box(column: 8)
        let isOneOfThemWanted = people.contains { wanted.contains($0.id) }
        for person in people {
            let box = CheckButton(person.name)
            box.isOn = !isOneOfThemWanted || wanted.contains(person.id)
            box.onToggle { [weak self] _ in
                guard let self else { return }
                dialog.setAnswerEnabled("together", boxes.contains { $0.box.isOn })
            }
            boxes.append((person, box))
            // The one person stands in the text already.
            if people.count > 1 { column.append(box) }
        }
        var rows: [(String, Widget)] = []
        if activity == .go { rows.append((tr("Board"), size)) }
        if activity.isContest { rows += [(tr("Your side"), side), (tr("Clock"), clock)] }
        for (title, control) in rows {
            let label = Label(title)
            label.alignment = 0
            label.setExpands(horizontally: true)
            column.append(Box(row: 12, label, control))
        }
        column.append(direct)
        let others = Button(tr("With somebody else…"))
        others.addClass("flat")
        others.tooltip = tr("With whoever looks for company in this, too")
        others.setAlignment(horizontal: .center)
        others.onClick { [weak self] in self?.dialog.answer("others") }
        column.append(others)
        return column
    }
}
