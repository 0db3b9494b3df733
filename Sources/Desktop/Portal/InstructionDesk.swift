import ClientKit
import GtkKit

/// Asks the user about what the server wants this device to do, does what was allowed, and keeps the outcome.
@MainActor final class InstructionDesk {
    private var portal: PortalModel?
    private var dialog: MessageDialog?
    private var asked: Set<String> = []

    var parent: @MainActor () -> Window? = { nil }
    var onProgramme: @MainActor (String) -> Bool = { _ in false }
    /// Programs that an instruction may start, by the names that they are registered under.
    var programs: [String: @MainActor () -> Bool] = [:]

    func show(_ portal: PortalModel?) {
        self.portal?.changes.stop(self)
        self.portal = portal
        portal?.changes.observe(self) { [weak self] change in
            if change == .instructions { self?.next() }
        }
        next()
    }

    /// One after the other.
    private func next() {
        guard dialog == nil, let portal,
            let instruction = portal.pendingInstructions.first(where: { !asked.contains($0.id) })
        else { return }
        asked.insert(instruction.id)
        Task { [weak self] in
            switch await portal.consent(for: instruction.action) {
            case .always: self?.carryOut(instruction, portal)
            case .never: portal.finish(instruction, .refused, detail: "never")
            case .ask: return self?.ask(instruction, portal) ?? ()
            }
            self?.next()
        }
    }

    private func ask(_ instruction: Instruction, _ portal: PortalModel) {
        let dialog = MessageDialog(
            parent: parent(), heading: Self.heading(instruction, portal), text: Self.details(instruction, portal))
        let remember = CheckButton(tr("Decide so from now on, for all of this kind"))
        dialog.setExtra(remember)
        dialog.addAnswer("refuse", tr("Refuse"))
        dialog.addAnswer("allow", tr("Allow"), .suggested)
        dialog.setCloseAnswer("refuse")
        self.dialog = dialog
        dialog.ask { [weak self] answer in
            guard let self else { return }
            self.dialog = nil
            if remember.isOn { portal.setConsent(answer == "allow" ? .always : .never, for: instruction.action) }
            if answer == "allow" { carryOut(instruction, portal) } else { portal.finish(instruction, .refused) }
            next()
        }
    }

    static func heading(_ instruction: Instruction, _ portal: PortalModel) -> String {
        let who = instruction.senderName.isEmpty ? portal.name : instruction.senderName
        return switch instruction.action {
        case .openPage: tr("%@ asks to open a page in your browser", who)
        case .openProgramme: tr("%@ asks to show you a programme", who)
        case .runProgram: tr("%@ asks to start a program", who)
        }
    }

    static func details(_ instruction: Instruction, _ portal: PortalModel) -> String {
        let what =
            switch instruction.action {
            case .openPage: instruction.url
            case .openProgramme: instruction.roomID.flatMap { portal.channel($0)?.title }
            case .runProgram: instruction.program
            }
        return [instruction.text, what ?? ""].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private func carryOut(_ instruction: Instruction, _ portal: PortalModel) {
        let isDone: Bool
        switch instruction.action {
        case .openPage: isDone = instruction.url.map { Launcher.open(link: $0) } ?? false
        case .openProgramme: isDone = instruction.roomID.map { onProgramme($0) } ?? false
        case .runProgram:
            guard let program = instruction.program.flatMap({ programs[$0] }) else {
                return portal.finish(instruction, .failed, detail: "not registered")
            }
            isDone = program()
        }
        portal.finish(instruction, isDone ? .done : .failed)
    }
}

/// What the server has asked for, and what was decided.
@MainActor final class InstructionsWindow {
    let window: PreferencesWindow
    var onClosed: @MainActor () -> Void = {}

    init(portal: PortalModel, parent: Window?) {
        window = PreferencesWindow(parent: parent)
        window.title = tr("Instructions")
        window.setDefaultSize(width: 440, height: 520)
        let page = PreferencesPage(title: tr("Instructions"), icon: "view-list-symbolic", name: "instructions")
        let consents = PreferencesGroup(
            title: tr("What the server may ask for"),
            text: tr("It can never do more than these, and never without you."))
        for action in Instruction.Action.allCases { consents.add(Self.consent(action, portal)) }
        page.add(consents)
        let log = PreferencesGroup(title: tr("Log"))
        for instruction in portal.instructions.prefix(100) {
            let time = LocalTime(instruction.received)
            let row = ActionRow(
                PortalWords.action(instruction.action) + ": " + Self.outcome(instruction),
                subtitle: [time.shortText() + " " + time.time, InstructionDesk.details(instruction, portal)]
                    .filter { !$0.isEmpty }.joined(separator: " · ").replacing("\n", with: " "))
            log.add(row)
        }
        if portal.instructions.isEmpty { log.add(ActionRow(tr("Nothing was asked for yet"))) }
        page.add(log)
        window.add(page)
        window.onCloseRequest { [weak self] in
            self?.onClosed()
            return false
        }
    }

    private static func consent(_ action: Instruction.Action, _ portal: PortalModel) -> Widget {
        let row = ActionRow(PortalWords.action(action))
        let choices: [Consent] = [.ask, .always, .never]
        let list = DropDown([tr("Ask me"), tr("Always"), tr("Never")], label: PortalWords.action(action))
        row.addSuffix(list)
        Task {
            list.selected = choices.firstIndex(of: await portal.consent(for: action)) ?? 0
            list.onSelect { index in
                if choices.indices.contains(index) { portal.setConsent(choices[index], for: action) }
            }
        }
        return row
    }

    private static func outcome(_ instruction: Instruction) -> String {
        switch instruction.outcome {
        case .done: tr("done")
        case .refused: tr("refused")
        case .failed: tr("failed")
        case nil: tr("waits for you")
        }
    }
}
