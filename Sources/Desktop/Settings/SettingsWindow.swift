import ClientKit
import GtkKit

/// All settings in one window.
@MainActor final class SettingsWindow {
    private let window: PreferencesWindow
    private let model: ClientModel
    private let account: AccountModel?
    private var callPage: CallSettingsPage
    private var accountPage: AccountSettingsPage?
    private var networkPage: NetworkSettingsPage?
    var onClosed: @MainActor () -> Void = {}
    var onLoggedOut: @MainActor () -> Void = {}

    init(model: ClientModel, account: AccountModel?, parent: Window?) {
        self.model = model
        self.account = account
        callPage = CallSettingsPage(model: model)
        window = PreferencesWindow(parent: parent)
        window.title = tr("Settings")
        window.setDefaultSize(width: 480, height: 640)
        window.setSizeRequest(width: 340, height: 360)
        window.add(makeGeneralPage())
        window.add(makeLookPage())
        callPage.onError = { [weak self] in self?.window.toast($0) }
        window.add(callPage.page)
        if let account {
            let held = window
            let page = AccountSettingsPage(model: model, account: account) { [weak held] in held }
            page.onDone = { [weak self] in self?.window.toast($0) }
            page.onLoggedOut = { [weak self] in
                self?.window.close()
                self?.onLoggedOut()
            }
            window.add(page.page)
            accountPage = page
            let network = NetworkSettingsPage(account: account) { [weak held] in held }
            network.onDone = { [weak self] in self?.window.toast($0) }
            window.add(network.page)
            networkPage = network
        }
        window.onCloseRequest { [weak self] in
            self?.callPage.stop()
            self?.onClosed()
            return false
        }
    }

    func present(page: String?) {
        if let page { window.showPage(page) }
        window.present()
    }

    private func set<Value>(_ path: WritableKeyPath<Settings, Value>, _ value: Value) {
        var settings = model.settings
        settings[keyPath: path] = value
        model.settings = settings
    }

    private func toggle(
        _ title: String, _ subtitle: String = "", _ path: WritableKeyPath<Settings, Bool>
    ) -> ActionRow {
        ActionRow.toggle(title, subtitle: subtitle, isOn: model.settings[keyPath: path]) { [weak self] isOn in
            self?.set(path, isOn)
        }
    }

    private func number(
        _ title: String, _ subtitle: String, _ range: ClosedRange<Double>, step: Double, value: Double,
        _ handler: @escaping @MainActor (Double) -> Void
    ) -> ActionRow {
        let row = ActionRow(title, subtitle: subtitle)
        let control = SpinButton(range, step: step)
        control.value = value
        control.setAccessibleLabel(title)
        control.onChange(handler)
        row.addSuffix(control)
        return row
    }

    // MARK: General

    private func makeGeneralPage() -> PreferencesPage {
        let page = PreferencesPage(title: tr("General"), icon: "preferences-system-symbolic", name: "general")
        let resident = PreferencesGroup(title: tr("Window"))
        resident.add(toggle(tr("Start at login"), tr("Hidden, so that you can be reached"), \.startAtLogin))
        resident.add(toggle(tr("Closing hides the window"), tr("The program goes on running"), \.closeHides))
        resident.add(toggle(tr("Always on top"), tr("Where the desktop lets a program ask for it"), \.alwaysOnTop))
        page.add(resident)

        let notify = PreferencesGroup(title: tr("Notifications"))
        notify.add(toggle(tr("Show notifications"), "", \.notifications))
        notify.add(toggle(tr("With the message's text"), "", \.notificationPreview))
        notify.add(quietHours())
        page.add(notify)

        let presence = PreferencesGroup(title: tr("Presence"))
        presence.add(
            number(
                tr("Away after"), tr("Minutes without keyboard and mouse, 0 for never"), 0...240, step: 5,
                value: Double(model.settings.awayAfterMinutes)
            ) { [weak self] value in self?.set(\.awayAfterMinutes, Int(value)) })
        presence.add(toggle(tr("Show others that I type"), "", \.sendTyping))
        presence.add(toggle(tr("Show others what I have read"), "", \.sendReceipts))
        page.add(presence)

        let store = PreferencesGroup(title: tr("Storage"))
        store.add(
            number(
                tr("Space for pictures and files"), tr("Megabytes; what was seen longest ago goes first"), 50...100_000,
                step: 100, value: Double(model.settings.storeLimitMegabytes)
            ) { [weak self] value in self?.set(\.storeLimitMegabytes, Int(value)) })
        page.add(store)
        return page
    }

    private func quietHours() -> Widget {
        let row = ExpanderRow(tr("Quiet hours"), subtitle: tr("No notifications but chat requests"))
        let hours = model.settings.quietHours
        let control = Switch()
        control.isOn = hours != nil
        control.setAccessibleLabel(tr("Quiet hours"))
        let from = SpinButton(0...23, step: 1)
        let until = SpinButton(0...23, step: 1)
        from.value = Double((hours?.from ?? 22 * 60) / 60)
        until.value = Double((hours?.to ?? 7 * 60) / 60)
        let keep: @MainActor () -> Void = { [weak self] in
            self?.set(
                \.quietHours,
                control.isOn ? .init(from: Int(from.value) * 60, to: Int(until.value) * 60) : nil)
        }
        let switchRow = ActionRow(tr("Keep quiet"))
        switchRow.addSuffix(control)
        switchRow.setActivates(control)
        let fromRow = ActionRow(tr("From (hour)"))
        from.setAccessibleLabel(tr("Quiet from this hour"))
        fromRow.addSuffix(from)
        let untilRow = ActionRow(tr("Until (hour)"))
        until.setAccessibleLabel(tr("Quiet until this hour"))
        untilRow.addSuffix(until)
        control.onToggle { _ in keep() }
        from.onChange { _ in keep() }
        until.onChange { _ in keep() }
        for part in [switchRow, fromRow, untilRow] { row.add(part) }
        return row
    }

    // MARK: Look

    private func makeLookPage() -> PreferencesPage {
        let page = PreferencesPage(title: tr("Look"), icon: "applications-graphics-symbolic", name: "look")
        let group = PreferencesGroup()
        let scheme = ActionRow(tr("Colours"))
        let schemes: [Settings.ColourScheme] = [.system, .light, .dark]
        let choice = DropDown([tr("As the system"), tr("Light"), tr("Dark")], label: tr("Colours"))
        choice.selected = schemes.firstIndex(of: model.settings.colourScheme) ?? 0
        choice.onSelect { [weak self] index in
            if schemes.indices.contains(index) { self?.set(\.colourScheme, schemes[index]) }
        }
        scheme.addSuffix(choice)
        group.add(scheme)
        let size = ActionRow(tr("Text size"))
        let sizes = [0.9, 1.0, 1.15, 1.3, 1.5, 2.0]
        let sizeChoice = DropDown(sizes.map { "\(Int($0 * 100)) %" }, label: tr("Text size"))
        sizeChoice.selected = sizes.firstIndex(of: model.settings.textScale) ?? 1
        sizeChoice.onSelect { [weak self] index in
            if sizes.indices.contains(index) { self?.set(\.textScale, sizes[index]) }
        }
        size.addSuffix(sizeChoice)
        group.add(size)
        let language = ActionRow(tr("Language"), subtitle: tr("From the next start on"))
        let codes: [String?] = [nil, "en", "ja", "es"]
        let languageChoice = DropDown(
            [tr("As the system"), "English", "日本語", "Español"], label: tr("Language"))
        languageChoice.selected = codes.firstIndex(of: model.settings.language) ?? 0
        languageChoice.onSelect { [weak self] index in
            if codes.indices.contains(index) { self?.set(\.language, codes[index]) }
        }
        language.addSuffix(languageChoice)
        group.add(language)
        group.add(toggle(tr("Less movement"), tr("No sliding, fading and running news"), \.reducedMotion))
        group.add(tickerSpeed())
        page.add(group)
        return page
    }

    private func tickerSpeed() -> Widget {
        let row = ActionRow(tr("Running news"))
        let speeds = [0, 25, 45, 80]
        let choice = DropDown([tr("Page by page"), tr("Slow"), tr("Normal"), tr("Fast")], label: tr("Running news"))
        choice.selected = speeds.firstIndex(of: model.settings.tickerSpeed) ?? 2
        choice.onSelect { [weak self] index in
            if speeds.indices.contains(index) { self?.set(\.tickerSpeed, speeds[index]) }
        }
        row.addSuffix(choice)
        return row
    }
}
