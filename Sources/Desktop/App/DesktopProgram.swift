import ClientKit
import Glibc
import GtkKit

/// The program: one model, the main window, settings, notifications, status icon.
@MainActor final class DesktopProgram {
    private let options: DesktopOptions
    private let application: Application
    private let model: ClientModel
    private var main: MainWindow?
    private var settingsWindow: SettingsWindow?
    private var notifier: Notifier?
    private var resident: Resident?
    private var account: AccountModel?
    private var isClosing = false
    private let cache: String

    init(_ options: DesktopOptions) {
        self.options = options
        application = Application(identifier: options.identifier)
        var folders = Folders.standard { name in getenv(name).map { String(cString: $0) } }
        if let profile = options.profile {
            folders = Folders(
                config: "\(folders.config)-\(profile)", data: "\(folders.data)-\(profile)",
                cache: "\(folders.cache)-\(profile)")
        }
        let config = folders.config
        cache = folders.cache
        model = ClientModel(
            folders: folders, secrets: DeferredSecretStore { Self.secrets(folder: config) },
            makeTransport: { try CurlTransport($0) })
    }

    /// `MADODESKTOP_SECRETS=file` keeps them in an encrypted file also where there is a keyring.
    private nonisolated static func secrets(folder: String) -> any SecretStore {
        if let wish = getenv("MADODESKTOP_SECRETS"), String(cString: wish) == "file" {
            return FileSecretStore(folder: folder)
        }
        return SecretStores.default(folder: folder)
    }

    func run() -> Never {
        Language.apply(model.settings.language)
        Translation.open(domain: "mado-desktop", folder: options.localeFolder ?? Language.defaultFolder)
        application.onStartup { [weak self] in self?.start() }
        application.onCommandLine { [weak self] words in self?.activate(isHidden: words.contains("--hidden")) }
        let status = application.run(CommandLine.arguments)
        exit(status)
    }

    private func start() {
        Appearance.addStyleSheet(StyleSheet.text)
        IconSet.install(in: cache)
        Appearance.setIconName("mado")
        application.hold()
        MainLoop.onTermination { [weak self] in self?.quit() }
        addActions()
        model.changes.observe(self) { [weak self] change in
            switch change {
            case .settings: self?.applySettings()
            case .accounts: self?.resident?.update()
            case .cannotSave(let reason): self?.main?.toast(tr("Settings cannot be saved: %@", reason))
            }
        }
        let window = MainWindow(
            application: application, model: model, firstServer: options.server, authorityFile: options.authorityFile)
        main = window
        window.onOpenSettings = { [weak self] in self?.openSettings($0) }
        window.onSelectAccount = { [weak self] in self?.account = $0 }
        window.window.onCloseRequest { [weak self] in self?.closeRequested() ?? false }
        let notifier = Notifier(application: application, model: model)
        notifier.roomInSight = { [weak window] in window?.roomInSight }
        notifier.onOpen = { [weak self] account, room in self?.open(account, room) }
        notifier.parent = { [weak window] in window?.window }
        window.onRead = { [weak notifier] in notifier?.withdraw(room: $0) }
        notifier.onError = { [weak window] in window?.toast($0) }
        self.notifier = notifier
        let resident = Resident(application: application, model: model)
        resident.onToggle = { [weak self] in self?.toggleWindow() }
        resident.onQuit = { [weak self] in self?.quit() }
        self.resident = resident
        Task { [weak self] in
            do { try await self?.model.open() } catch {
                self?.main?.toast(tr("The local store cannot be opened: %@", Words.error(error)))
            }
            self?.applySettings()
            self?.main?.modelOpened()
        }
    }

    private func addActions() {
        application.addAction("settings") { [weak self] in self?.openSettings(nil) }
        application.addAction("quit") { [weak self] in self?.quit() }
        application.addAction("about") { [weak self] in if let self { AboutDialog.show(parent: main?.window) } }
        application.addAction("add-account") { [weak self] in self?.main?.showFirstRun(isAdding: true) }
        application.addAction("switch-account") { [weak self] in self?.switchAccount() }
        application.addAction("show") { [weak self] in self?.main?.present() }
        for (keys, action) in [
            (["<Control>f"], "win.search"), (["<Control>n"], "win.find-people"), (["<Control>1"], "win.show-people"),
            (["<Control>2"], "win.show-conversations"), (["<Control>Page_Down"], "win.next-conversation"),
            (["<Control>Page_Up"], "win.previous-conversation"), (["Escape"], "win.lists"),
            (["<Control>3"], "win.functions"), (["<Control>4"], "win.stage"), (["<Control>comma"], "app.settings"),
            (["<Control>q"], "app.quit"),
            (["<Control>question", "F1"], "win.keys"),
        ] {
            application.setKeys(keys, for: action)
        }
    }

    private func activate(isHidden: Bool) {
        if !isHidden { main?.present() }
    }

    private func applySettings() {
        let settings = model.settings
        switch settings.colourScheme {
        case .system: Appearance.setScheme(.system)
        case .light: Appearance.setScheme(.light)
        case .dark: Appearance.setScheme(.dark)
        }
        Appearance.setTextScale(settings.textScale)
        if settings.reducedMotion { Appearance.setAnimated(false) }
        main?.apply(settings)
        resident?.apply(settings)
        if let window = main?.window { AlwaysOnTop.set(settings.alwaysOnTop, for: window) }
    }

    // MARK: Windows

    private func closeRequested() -> Bool {
        guard model.settings.closeHides, !model.accounts.isEmpty else {
            quit()
            return true
        }
        main?.window.isVisible = false
        return true
    }

    private func toggleWindow() {
        guard let window = main?.window else { return }
        if window.isVisible, window.isActive { window.isVisible = false } else { window.present() }
    }

    private func openSettings(_ page: String?) {
        if settingsWindow == nil {
            let opened = SettingsWindow(model: model, account: account, parent: main?.window)
            opened.onClosed = { [weak self] in self?.settingsWindow = nil }
            settingsWindow = opened
        }
        settingsWindow?.present(page: page)
    }

    private func open(_ account: AccountModel, _ room: String) {
        main?.select(account)
        main?.present()
        if let conversation = account.conversation(room) {
            main?.open(conversation)
        } else {
            main?.openPortal(room: room)
        }
    }

    private func switchAccount() {
        guard let account, let at = model.accounts.firstIndex(where: { $0 === account }) else { return }
        main?.select(model.accounts[(at + 1) % model.accounts.count])
    }

    private func quit() {
        guard !isClosing else { return }
        isClosing = true
        main?.window.isVisible = false
        // What is on its way to the disk gets there first.
        Task { [model, application] in
            await model.close()
            TemporaryFile.removeAll()
            application.quit()
        }
    }
}
