import ClientKit
import GtkKit

/// How and when an account is connected.
@MainActor final class NetworkSettingsPage {
    let page = PreferencesPage(title: tr("Network"), icon: "network-workgroup-symbolic", name: "network")
    var onDone: @MainActor (String) -> Void = { _ in }
    private let account: AccountModel
    private let form: NetworkForm
    private let mode = DropDown(
        [tr("Always"), tr("At intervals"), tr("At given times"), tr("Never (offline)")], label: tr("Connect"))
    private let minutes = SpinButton(1...1440, step: 5)
    private let minutesRow = ActionRow(tr("Every so many minutes"))
    private let times = EntryRow(tr("Times, such as 09:00, 12:30, 17:00"))
    private let apply = Button(tr("Use these settings"))

    init(account: AccountModel, window: @escaping @MainActor () -> Window?) {
        self.account = account
        form = NetworkForm(account.networkSettings)
        form.window = window
        let when = PreferencesGroup(
            title: tr("Connection"),
            text: tr("At intervals, everything is sent and fetched at once, and others see when you connect next."))
        let modeRow = ActionRow(tr("Connect"))
        modeRow.addSuffix(mode)
        when.add(modeRow)
        minutes.setAccessibleLabel(tr("Minutes between connections"))
        minutesRow.addSuffix(minutes)
        when.add(minutesRow)
        times.setShowsApply(true)
        when.add(times)
        page.add(when)
        let proxy = PreferencesGroup(title: tr("Way to the server"))
        apply.addClass("suggested-action")
        apply.setAlignment(horizontal: .end)
        apply.setMargins(top: 10)
        apply.isSensitive = false
        proxy.add(form.widget)
        proxy.add(apply)
        page.add(proxy)
        showMode()
        connect()
    }

    private func connect() {
        mode.onSelect { [weak self] _ in self?.takeMode() }
        minutes.onChange { [weak self] _ in self?.takeMode() }
        times.onApply { [weak self] _ in self?.takeMode() }
        form.onChange = { [weak self] in self?.apply.isSensitive = true }
        apply.onClick { [weak self] in
            guard let self else { return }
            account.networkSettings = form.settings
            apply.isSensitive = false
            account.reconnectNow()
            onDone(tr("Connecting with the new settings"))
        }
    }

    private func showMode() {
        switch account.mode {
        case .continuous: mode.selected = 0
        case .interval: mode.selected = 1
        case .times: mode.selected = 2
        case .offline: mode.selected = 3
        }
        minutes.value = 15
        // What was chosen before working offline is there to be chosen again.
        switch account.onlineMode {
        case .interval(let count): minutes.value = Double(count)
        case .times(let list): times.text = DayTimes.text(list)
        case .continuous, .offline: break
        }
        showRows()
    }

    private func showRows() {
        minutesRow.isVisible = mode.selected == 1
        times.isVisible = mode.selected == 2
    }

    private func takeMode() {
        showRows()
        let wanted: ConnectionMode
        switch mode.selected {
        case 1: wanted = .interval(minutes: max(1, Int(minutes.value)))
        case 2:
            guard let list = DayTimes.parse(times.text), !list.isEmpty else {
                if !times.text.isEmpty { onDone(tr("These are no times of the day.")) }
                return
            }
            wanted = .times(list)
        case 3: wanted = .offline
        default: wanted = .continuous
        }
        if wanted != account.mode { account.mode = wanted }
    }
}

/// Times of the day as people write them.
enum DayTimes {
    /// Minutes of the day, ordered; nil for what is no list of times.
    static func parse(_ text: String) -> [Int]? {
        var minutes: [Int] = []
        for word in text.split(whereSeparator: { $0 == "," || $0 == " " || $0 == ";" }) {
            let parts = word.split(separator: ":")
            guard parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour),
                (0..<60).contains(minute)
            else { return nil }
            minutes.append(hour * 60 + minute)
        }
        return minutes.sorted()
    }

    static func text(_ minutes: [Int]) -> String {
        minutes.map { minute in
            let (hour, rest) = (minute / 60, minute % 60)
            return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
        }.joined(separator: ", ")
    }
}
