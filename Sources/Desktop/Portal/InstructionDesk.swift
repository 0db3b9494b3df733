import ClientKit
import GtkKit

/// Asks the user about what the server wants this device to do, does what was allowed, and keeps the outcome.
@MainActor final class InstructionDesk {
    private var portal: PortalModel?
    private var dialog: MessageDialog?
    private var asked: Set<String> = []

    var parent: @MainActor () -> Window? = { nil }
    var onProgramme: @MainActor (String) -> Bool = { _ in false }
    /// Programs that an instruction may start.
    var programs: [RegisteredProgram] = []

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
        // What the user has not put on the list is not asked for: there is nothing to decide.
        if instruction.action == .runProgram, program(of: instruction) == nil {
            portal.finish(instruction, .failed, detail: "not registered")
            return next()
        }
        Task { [weak self] in
            switch await portal.consent(for: instruction.matter) {
            case .always: self?.carryOut(instruction, portal)
            case .never: portal.finish(instruction, .refused, detail: "never")
            case .ask: return self?.ask(instruction, portal) ?? ()
            }
            self?.next()
        }
    }

    private func program(of instruction: Instruction) -> RegisteredProgram? {
        programs.first { $0.name == instruction.program }
    }

    private func ask(_ instruction: Instruction, _ portal: PortalModel) {
        let dialog = MessageDialog(
            parent: parent(), heading: Self.heading(instruction, portal), text: Self.details(instruction, portal))
        let remember = CheckButton(
            instruction.action == .runProgram
                ? tr("Decide so from now on, for this program") : tr("Decide so from now on, for all of this kind"))
        dialog.setExtra(remember)
        dialog.addAnswer("refuse", tr("Refuse"))
        dialog.addAnswer("allow", tr("Allow"), .suggested)
        dialog.setCloseAnswer("refuse")
        self.dialog = dialog
        dialog.ask { [weak self] answer in
            guard let self else { return }
            self.dialog = nil
            if remember.isOn { portal.setConsent(answer == "allow" ? .always : .never, for: instruction.matter) }
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
            guard let program = program(of: instruction) else {
                return portal.finish(instruction, .failed, detail: "not registered")
            }
            isDone = Launcher.start(program.command)
        }
        portal.finish(instruction, isDone ? .done : .failed)
    }
}
