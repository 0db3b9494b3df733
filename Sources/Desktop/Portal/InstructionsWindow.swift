import ClientKit
import GtkKit

/// What the server may ask for, the programs that it may ask for by name, and what was decided so far.
@MainActor final class InstructionsWindow {
    let window: PreferencesWindow
    private let portal: PortalModel
    private let page = PreferencesPage(
        title: tr("Instructions"), icon: "view-list-symbolic", name: "instructions")
    private var programsGroup = PreferencesGroup()
    private var log = PreferencesGroup()
    private let name = EntryRow(tr("Name that the server knows"))
    private let command = EntryRow(tr("Program with its arguments"))
    private var programs: [RegisteredProgram]

    var onClosed: @MainActor () -> Void = {}
    /// The user has changed the list.
    var onPrograms: @MainActor ([RegisteredProgram]) -> Void = { _ in }

    init(portal: PortalModel, programs: [RegisteredProgram], parent: Window?) {
        self.portal = portal
        self.programs = programs
        window = PreferencesWindow(parent: parent)
        window.title = tr("Instructions")
        window.setDefaultSize(width: 440, height: 600)
        window.setSizeRequest(width: 340, height: 360)
        let consents = PreferencesGroup(
            title: tr("What the server may ask for"),
            text: tr("It can never do more than these, and never without you."))
        consents.add(consent(PortalWords.action(.openPage), for: .page))
        consents.add(consent(PortalWords.action(.openProgramme), for: .programme))
        page.add(consents)
        let adding = PreferencesGroup(title: tr("Put a program on the list"))
        let add = Button(tr("Add"))
        add.setAlignment(vertical: .center)
        add.onClick { [weak self] in self?.add() }
        command.onEnter { [weak self] in self?.add() }
        adding.setHeaderSuffix(add)
        adding.add(name)
        adding.add(command)
        page.add(programsGroup)
        page.add(adding)
        page.add(log)
        window.add(page)
        portal.changes.observe(self) { [weak self] change in
            if change == .instructions { self?.showLog() }
        }
        window.onCloseRequest { [weak self] in
            self?.onClosed()
            return false
        }
        showPrograms(adding)
        showLog()
    }

    private func consent(_ title: String, subtitle: String = "", for matter: Consent.Matter) -> ActionRow {
        let row = ActionRow(title, subtitle: subtitle)
        let choices: [Consent] = [.ask, .always, .never]
        let list = DropDown([tr("Ask me"), tr("Always"), tr("Never")], label: title)
        list.setAlignment(vertical: .center)
        row.addSuffix(list)
        Task { [portal] in
            list.selected = choices.firstIndex(of: await portal.consent(for: matter)) ?? 0
            list.onSelect { index in
                if choices.indices.contains(index) { portal.setConsent(choices[index], for: matter) }
            }
        }
        return row
    }

    // MARK: Programs

    private var adding: PreferencesGroup?

    /// - Parameter below: what stands below the list.
    private func showPrograms(_ below: PreferencesGroup? = nil) {
        if let below { adding = below }
        // A page puts what is added last at its end.
        for group in [programsGroup, adding, log].compactMap({ $0 }) { page.remove(group) }
        programsGroup = PreferencesGroup(
            title: tr("Programs"), text: tr("The server knows them by name only; what they do is yours to say."))
        for program in programs {
            let row = consent(program.name, subtitle: program.command, for: .program(program.name))
            let remove = Button(icon: "user-trash-symbolic", label: tr("Remove %@", program.name))
            remove.addClass("flat")
            remove.setAlignment(vertical: .center)
            remove.onClick { [weak self] in self?.remove(program) }
            row.addSuffix(remove)
            programsGroup.add(row)
        }
        if programs.isEmpty { programsGroup.add(ActionRow(tr("None: the server can start nothing here"))) }
        for group in [programsGroup, adding, log].compactMap({ $0 }) { page.add(group) }
    }

    private func add() {
        let program = RegisteredProgram(name: name.text.trimmingSpaces(), command: command.text.trimmingSpaces())
        guard !program.name.isEmpty, !program.command.isEmpty else {
            return window.toast(tr("A program needs a name and a command."))
        }
        guard !programs.contains(where: { $0.name == program.name }) else {
            return window.toast(tr("There is a program of this name already."))
        }
        name.text = ""
        command.text = ""
        programs.append(program)
        onPrograms(programs)
        showPrograms()
    }

    private func remove(_ program: RegisteredProgram) {
        programs.removeAll { $0.name == program.name }
        // Another one of the same name is another matter.
        portal.setConsent(.ask, for: .program(program.name))
        onPrograms(programs)
        // Not while its button is still telling of the click.
        MainLoop.afterwards { [weak self] in self?.showPrograms() }
    }

    // MARK: Log

    private func showLog() {
        page.remove(log)
        log = PreferencesGroup(title: tr("Log"))
        for instruction in portal.instructions.prefix(100) {
            let time = LocalTime(instruction.received)
            let row = ActionRow(
                PortalWords.action(instruction.action) + ": " + Self.outcome(instruction),
                subtitle: [time.dayText() + " " + time.time, InstructionDesk.details(instruction, portal)]
                    .filter { !$0.isEmpty }.joined(separator: " · ").replacing("\n", with: " "))
            log.add(row)
        }
        if portal.instructions.isEmpty { log.add(ActionRow(tr("Nothing was asked for yet"))) }
        page.add(log)
    }

    private static func outcome(_ instruction: Instruction) -> String {
        switch instruction.outcome {
        case .done: tr("done")
        case .refused: tr("refused")
        case .failed where instruction.detail == "not registered": tr("not on your list")
        case .failed: tr("failed")
        case nil: tr("waits for you")
        }
    }
}
