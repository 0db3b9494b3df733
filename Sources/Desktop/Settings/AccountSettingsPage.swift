import ClientKit
import GtkKit

/// Name, picture, password, log-out of an account.
@MainActor final class AccountSettingsPage {
    let page = PreferencesPage(title: tr("Account"), icon: "avatar-default-symbolic", name: "account")
    var onDone: @MainActor (String) -> Void = { _ in }
    var onLoggedOut: @MainActor () -> Void = {}
    private let model: ClientModel
    private let account: AccountModel
    private let window: @MainActor () -> Window?
    private let avatar = PersonAvatar(size: 56, hasDot: false)
    private let old = EntryRow(tr("Password now"), isPassword: true)
    private let new = EntryRow(tr("New password"), isPassword: true)
    private let again = EntryRow(tr("New password again"), isPassword: true)

    init(model: ClientModel, account: AccountModel, window: @escaping @MainActor () -> Window?) {
        self.model = model
        self.account = account
        self.window = window
        page.add(makeProfile())
        page.add(makePassword())
        let servers = SecondServersGroup(account.arcades) { [weak self] in self?.onDone($0) }
        if let group = servers.widget { page.add(group) }
        page.add(makeDevice())
    }

    private func perform(_ done: String, _ task: @escaping @MainActor () async throws -> Void) {
        Task { [weak self] in
            do {
                try await task()
                self?.onDone(done)
            } catch {
                self?.onDone(Words.error(error))
            }
        }
    }

    private func makeProfile() -> PreferencesGroup {
        let group = PreferencesGroup(title: tr("Profile"))
        let picture = ActionRow(account.profile.displayName, subtitle: account.userID)
        avatar.show(
            name: account.profile.displayName, picture: account.profile.avatar, pictures: PictureCache(account: account)
        )
        avatar.widget.setMargins(6)
        picture.addPrefix(avatar.widget)
        let choose = Button(tr("Picture…"))
        choose.setAlignment(vertical: .center)
        choose.onClick { [weak self] in self?.choosePicture() }
        picture.addSuffix(choose)
        group.add(picture)
        let name = EntryRow(tr("Name that others see"))
        name.text = account.profile.displayName
        name.setShowsApply(true)
        name.onApply { [weak self] text in
            guard let self, !text.trimmingSpaces().isEmpty else { return }
            perform(tr("The name is changed.")) { [account] in try await account.setDisplayName(text.trimmingSpaces()) }
        }
        group.add(name)
        return group
    }

    private func choosePicture() {
        guard let window = window() else { return }
        FileChooser.choose(
            title: tr("Profile picture"), parent: window, accept: tr("Choose"), cancel: tr("Cancel"),
            isForPictures: true
        ) { [weak self] paths in
            guard let self, let path = paths.first else { return }
            perform(tr("The picture is changed.")) { [account] in try await account.setAvatar(path: path) }
        }
    }

    private func makePassword() -> PreferencesGroup {
        let group = PreferencesGroup(title: tr("Password"))
        for row in [old, new, again] { group.add(row) }
        let change = Button(tr("Change the password"))
        change.setMargins(top: 10)
        change.setAlignment(horizontal: .end)
        change.onClick { [weak self] in self?.changePassword() }
        group.add(change)
        return group
    }

    private func changePassword() {
        guard !old.text.isEmpty, !new.text.isEmpty else { return onDone(tr("The password is missing.")) }
        guard new.text == again.text else { return onDone(tr("The two passwords differ.")) }
        let (before, after) = (old.text, new.text)
        perform(tr("The password is changed.")) { [weak self, account] in
            try await account.changePassword(old: before, new: after)
            for row in [self?.old, self?.new, self?.again] { row?.text = "" }
        }
    }

    private func makeDevice() -> PreferencesGroup {
        let group = PreferencesGroup(title: tr("This device"))
        let row = ActionRow(DeviceName.default, subtitle: account.deviceID)
        let out = Button(tr("Log out…"))
        out.addClass("destructive-action")
        out.setAlignment(vertical: .center)
        out.onClick { [weak self] in self?.askToLogOut() }
        row.addSuffix(out)
        group.add(row)
        return group
    }

    private func askToLogOut() {
        var text = tr("What is stored on this computer for %@ is removed.", account.userID)
        if account.waitingToSend > 0 {
            text += "\n" + tr("What is not sent yet is lost: %@.", Words.waitingToSend(account.waitingToSend))
        }
        let dialog = MessageDialog(parent: window(), heading: tr("Log out?"), text: text)
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("out", tr("Log out"), .destructive)
        dialog.ask { [weak self] answer in
            guard answer == "out", let self else { return }
            Task { [weak self] in
                guard let self else { return }
                await model.logOut(account)
                onLoggedOut()
            }
        }
    }
}
