import ClientKit
import GtkKit

/// One field of a form: its label, what is entered, and what is wrong with it.
@MainActor final class FormField {
    let field: Form.Field
    let widget: Box
    private let problem = Label("", classes: "mado-small", "error")
    private let read: @MainActor () -> FormValue?
    private let takeFocus: @MainActor () -> Void

    /// - Parameter window: for choosing files, and for pasting.
    init(_ field: Form.Field, window: @escaping @MainActor () -> Window?) {
        self.field = field
        let made = Self.control(field, window: window)
        read = made.read
        takeFocus = made.focus
        problem.alignment = 0
        problem.setWraps(true)
        problem.isVisible = false
        widget = Box(.vertical, spacing: 3)
        if field.kind != .check {
            let label = Label(field.label + (field.isRequired ? " *" : ""), classes: "mado-field-name")
            label.alignment = 0
            label.setWraps(true)
            widget.append(label)
        }
        widget.append(made.widget)
        if !field.hint.isEmpty {
            let hint = Label(field.hint, classes: "mado-small", "mado-dim")
            hint.alignment = 0
            hint.setWraps(true)
            widget.append(hint)
        }
        widget.append(problem)
    }

    /// nil when nothing is entered.
    var value: FormValue? { read() }

    func show(_ found: FormProblem?) {
        problem.isVisible = found != nil
        problem.text = found.map(PortalWords.problem) ?? ""
        widget.setClass("wrong", found != nil)
    }

    func focus() { takeFocus() }

    private typealias Control = (
        widget: Widget, read: @MainActor () -> FormValue?, focus: @MainActor () -> Void
    )

    private static func control(_ field: Form.Field, window: @escaping @MainActor () -> Window?) -> Control {
        var initial = ""
        if case .text(let text)? = field.initial { initial = text }
        switch field.kind {
        case .text: return entry(field, initial, "")
        case .number: return entry(field, initial, "0")
        case .time: return entry(field, initial, "09:30")
        case .date: return date(field, initial)
        case .multiline: return area(field, initial)
        case .choice: return choice(field, initial)
        case .choices: return choices(field)
        case .check: return check(field)
        case .picture, .file: return file(field, window)
        }
    }

    private static func text(_ text: String) -> FormValue? {
        let trimmed = text.trimmingSpaces()
        return trimmed.isEmpty ? nil : .text(trimmed)
    }

    private static func entry(_ field: Form.Field, _ initial: String, _ placeholder: String) -> Control {
        let entry = Entry(placeholder: placeholder)
        entry.text = initial
        entry.setAccessibleLabel(field.label)
        return (entry, { text(entry.text) }, { entry.focus() })
    }

    private static func date(_ field: Form.Field, _ initial: String) -> Control {
        let entry = Entry(placeholder: "2026-03-31")
        entry.text = initial
        entry.setAccessibleLabel(field.label)
        entry.setExpands(horizontally: true)
        let calendar = Calendar()
        let pick = MenuButton(icon: "x-office-calendar-symbolic", label: tr("Choose a day for %@", field.label))
        pick.setPopover(Popover(calendar))
        calendar.onSelect { [weak pick] in
            entry.text = LocalTime(calendar.selectedDay).text("%Y-%m-%d")
            pick?.close()
        }
        return (Box(row: 6, entry, pick), { text(entry.text) }, { entry.focus() })
    }

    private static func area(_ field: Form.Field, _ initial: String) -> Control {
        let view = TextView()
        view.text = initial
        view.setAccessibleLabel(field.label)
        view.setPadding(10, vertical: 8)
        let scrolled = ScrolledWindow(view)
        scrolled.setContentHeight(min: 84, max: 220)
        scrolled.addClass("mado-entry")
        return (scrolled, { text(view.text) }, { view.focus() })
    }

    private static func choice(_ field: Form.Field, _ initial: String) -> Control {
        let list = DropDown([tr("Choose…")] + field.options.map(\.label), label: field.label)
        list.selected = (field.options.firstIndex { $0.value == initial } ?? -1) + 1
        return (
            list,
            {
                let at = list.selected - 1
                return field.options.indices.contains(at) ? .text(field.options[at].value) : nil
            }, { list.focus() }
        )
    }

    private static func choices(_ field: Form.Field) -> Control {
        var initial: [String] = []
        if case .list(let list)? = field.initial { initial = list }
        let group = GroupBox(.vertical, spacing: 2, label: field.label)
        let checks = field.options.map { option -> (String, CheckButton) in
            let check = CheckButton(option.label)
            check.isOn = initial.contains(option.value)
            group.append(check)
            return (option.value, check)
        }
        return (
            group,
            {
                let chosen = checks.filter(\.1.isOn).map(\.0)
                return chosen.isEmpty ? nil : .list(chosen)
            }, { checks.first?.1.focus() }
        )
    }

    private static func check(_ field: Form.Field) -> Control {
        let check = CheckButton(field.label + (field.isRequired ? " *" : ""))
        check.isOn = field.initial == .flag(true)
        return (check, { .flag(check.isOn) }, { check.focus() })
    }

    private static func file(_ field: Form.Field, _ window: @escaping @MainActor () -> Window?) -> Control {
        let picker = FilePicker(label: field.label, isForPictures: field.kind == .picture)
        picker.window = window
        return (
            picker.widget,
            {
                picker.path.map {
                    .file(FormFile(path: $0, name: picker.fileName, mimeType: Launcher.mimeType(of: $0)))
                }
            }, { picker.widget.childFocus() }
        )
    }
}
