import ClientKit
import Glibc
import GtkKit

/// When a feed's items come, as rows of a list.
@MainActor final class DeliveryRuleEditor {
    let rows: [Widget]
    private let mode: DropDown
    private let minutes = SpinButton(1...1440, step: 5)
    private let times = EntryRow(tr("Times, such as 08:00 17:30"))
    private let words = EntryRow(tr("Only with one of these words"))
    private let quiet = Switch()
    private let from = Entry(placeholder: "22:00")
    private let until = Entry(placeholder: "07:00")
    private let minutesRow = ActionRow(tr("Minutes between"))
    private let quietHours: Box
    private var rule: DeliveryRule
    private var isShowing = false
    private static let modes = DeliveryRule.Mode.allCases

    var onApply: @MainActor (DeliveryRule) -> Void = { _ in }

    init(_ rule: DeliveryRule) {
        self.rule = rule
        mode = DropDown([tr("At once"), tr("Every so often"), tr("At given times")], label: tr("When items come"))
        let modeRow = ActionRow(tr("When items come"))
        modeRow.addSuffix(mode)
        minutes.setAccessibleLabel(tr("Minutes between"))
        minutesRow.addSuffix(minutes)
        let quietRow = ActionRow(tr("Not at night"))
        for (entry, label) in [(from, tr("Quiet from")), (until, tr("Quiet until"))] {
            entry.setAccessibleLabel(label)
            entry.setAlignment(vertical: .center)
            entry.setMaxLength(5)
            entry.set("width-chars", 5)
        }
        quietHours = Box(row: 4, from, Label("–"), until)
        quiet.setAccessibleLabel(tr("Not at night"))
        quietRow.addSuffix(quietHours)
        quietRow.addSuffix(quiet)
        times.setShowsApply(true)
        words.setShowsApply(true)
        rows = [modeRow, minutesRow, times, words, quietRow]
        fill()
        mode.onSelect { [weak self] _ in self?.changed() }
        minutes.onChange { [weak self] _ in self?.changed() }
        times.onApply { [weak self] _ in self?.changed() }
        words.onApply { [weak self] _ in self?.changed() }
        quiet.onToggle { [weak self] _ in self?.changed() }
        for entry in [from, until] {
            entry.onActivate { [weak self] in self?.takeQuietHours() }
            entry.addController(FocusController(enter: {}, leave: { [weak self] in self?.takeQuietHours() }))
        }
    }

    /// What is being entered stays as long as the rule is the same.
    func show(_ new: DeliveryRule) {
        guard new != rule else { return }
        rule = new
        fill()
    }

    private func fill() {
        isShowing = true
        mode.selected = Self.modes.firstIndex(of: rule.mode) ?? 0
        minutes.value = Double(rule.everyMinutes)
        // A row whose text is set offers to take it over, even if it is the same.
        let (timesText, wordsText) = (
            rule.times.map(DayTime.text).joined(separator: " "), rule.words.joined(separator: ", ")
        )
        if times.text != timesText { times.text = timesText }
        if words.text != wordsText { words.text = wordsText }
        quiet.isOn = rule.quiet != nil
        from.text = DayTime.text(rule.quiet?.from ?? 22 * 60)
        until.text = DayTime.text(rule.quiet?.to ?? 7 * 60)
        isShowing = false
        showNeeded()
    }

    private func showNeeded() {
        let chosen = Self.modes[max(0, min(mode.selected, Self.modes.count - 1))]
        minutesRow.isVisible = chosen == .every
        times.isVisible = chosen == .atTimes
        quietHours.isVisible = quiet.isOn
    }

    /// Takes over the quiet hours as they are entered; what is no time of the day gives way to what was there before.
    func takeQuietHours() {
        guard !isShowing, quiet.isOn else { return }
        let begin = DayTime.minutes(from.text) ?? rule.quiet?.from ?? 22 * 60
        let end = DayTime.minutes(until.text) ?? rule.quiet?.to ?? 7 * 60
        if from.text != DayTime.text(begin) { from.text = DayTime.text(begin) }
        if until.text != DayTime.text(end) { until.text = DayTime.text(end) }
        var new = rule
        new.quiet = .init(from: begin, to: end)
        guard new.quiet != rule.quiet else { return }
        new.timeZone = Self.timeZone
        rule = new
        onApply(new)
    }

    private func changed() {
        guard !isShowing else { return }
        showNeeded()
        var new = rule
        new.mode = Self.modes[max(0, min(mode.selected, Self.modes.count - 1))]
        new.everyMinutes = Int(minutes.value)
        new.times = times.text.split { $0 == " " || $0 == "," }.compactMap { DayTime.minutes(String($0)) }
        new.words = words.text.split(separator: ",").map { String($0).trimmingSpaces() }.filter { !$0.isEmpty }
        new.quiet = nil
        if quiet.isOn, let begin = DayTime.minutes(from.text), let end = DayTime.minutes(until.text) {
            new.quiet = .init(from: begin, to: end)
        }
        new.timeZone = Self.timeZone
        // Times are still to be entered.
        guard new.mode != .atTimes || !new.times.isEmpty, new != rule else { return }
        rule = new
        onApply(new)
    }

    /// The name of the computer's time zone, where it has one.
    private static var timeZone: String? {
        if let name = getenv("TZ").map({ String(cString: $0) }), name.contains("/"), !name.hasPrefix("/") {
            return name
        }
        var path = [CChar](repeating: 0, count: 512)
        let count = readlink("/etc/localtime", &path, path.count - 1)
        guard count > 0 else { return nil }
        let target = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let place = target.firstRange(of: "zoneinfo/") else { return nil }
        return String(target[place.upperBound...])
    }
}
