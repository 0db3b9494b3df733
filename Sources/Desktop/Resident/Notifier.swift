import ClientKit
import GtkKit

/// Tells of requests and messages: notifications of the desktop with actions, and a pop-up for each request.
@MainActor final class Notifier {
    private let application: Application
    private let model: ClientModel
    private var watched: [ObjectIdentifier] = []
    /// Rooms of the requests that wait, by account.
    private var asked: [String: Set<String>] = [:]
    /// What was written with requests, by room: it is the first message, too, and no news then.
    private var lines: [String: (sender: String, text: String)] = [:]
    /// By account and room, as actions name them.
    private var dialogs: [String: MessageDialog] = [:]
    private let started = LocalTime.currentMilliseconds
    var roomInSight: @MainActor () -> String? = { nil }
    var onOpen: @MainActor (AccountModel, String) -> Void = { _, _ in }
    var parent: @MainActor () -> Window? = { nil }

    init(application: Application, model: ClientModel) {
        self.application = application
        self.model = model
        application.addAction("open-room", text: { [weak self] in self?.open($0) })
        application.addAction("accept-request", text: { [weak self] in self?.accept($0) })
        application.addAction("decline-request", text: { [weak self] in self?.decline($0) })
        application.addAction("mark-read", text: { [weak self] in self?.markRead($0) })
        model.changes.observe(self) { [weak self] change in
            if case .accounts = change { self?.watch() }
        }
        watch()
    }

    private func watch() {
        let accounts = model.accounts
        watched.removeAll { known in !accounts.contains { ObjectIdentifier($0) == known } }
        for user in asked.keys where !accounts.contains(where: { $0.userID == user }) {
            forgetRequests(of: user, except: [])
            asked[user] = nil
        }
        for account in model.accounts where !watched.contains(ObjectIdentifier(account)) {
            watched.append(ObjectIdentifier(account))
            account.changes.observe(self) { [weak self, weak account] change in
                guard let self, let account else { return }
                switch change {
                case .newMessages(let notices): show(notices, account)
                case .requests: showRequests(account)
                default: break
                }
            }
            showRequests(account)
        }
    }

    /// Actions name account and room in one text.
    private func target(_ account: AccountModel, _ room: String) -> String { target(account.userID, room) }
    private func target(_ user: String, _ room: String) -> String { "\(user) \(room)" }

    private func find(_ target: String) -> (AccountModel, String)? {
        guard let space = target.firstIndex(of: " ") else { return nil }
        let user = target[..<space]
        guard let account = model.accounts.first(where: { $0.userID == user }) else { return nil }
        return (account, String(target[target.index(after: space)...]))
    }

    private var isQuiet: Bool {
        let now = LocalTime.now
        return model.settings.quietHours?.contains(minute: now.hour * 60 + now.minute) ?? false
    }

    // MARK: Messages

    private func show(_ notices: [Notice], _ account: AccountModel) {
        guard model.settings.notifications, !isQuiet, account.availability != .busy else { return }
        let inSight = roomInSight()
        for notice in notices where notice.roomID != inSight && !isLineOfRequest(notice) {
            let notification = Notification(
                title: Words.title(notice), text: model.settings.notificationPreview ? notice.text : tr("New message"))
            let target = target(account, notice.roomID)
            notification.setIcon(file: IconSet.applicationFile)
            notification.setDefaultAction("app.open-room", target: target)
            if !notice.isOfPortal {
                notification.addButton(tr("Reply"), action: "app.open-room", target: target)
                notification.addButton(tr("Mark as read"), action: "app.mark-read", target: target)
            }
            application.notify(notification, identifier: "room \(notice.roomID)")
        }
    }

    private func isLineOfRequest(_ notice: Notice) -> Bool {
        guard let line = lines[notice.roomID], line == (notice.sender.userID, notice.text) else { return false }
        lines[notice.roomID] = nil
        return true
    }

    func withdraw(room: String) {
        application.withdrawNotification("room \(room)")
        application.withdrawNotification("request \(room)")
    }

    // MARK: Requests

    private func showRequests(_ account: AccountModel) {
        let waiting = Set(account.requests.map(\.roomID))
        let before = asked[account.userID] ?? []
        forgetRequests(of: account.userID, except: waiting)
        asked[account.userID] = waiting
        // What waited already when the program started stands in the list; it need not interrupt once more.
        for request in account.requests where !before.contains(request.roomID) && request.at > started - 60_000 {
            show(request, account)
        }
    }

    /// Answered in the list, or on another device, or the account is gone.
    private func forgetRequests(of user: String, except waiting: Set<String>) {
        for room in (asked[user] ?? []).subtracting(waiting) {
            application.withdrawNotification("request \(room)")
            dialogs.removeValue(forKey: target(user, room))?.answer("later")
        }
    }

    private func show(_ request: ChatRequest, _ account: AccountModel) {
        let heading = RequestCard.heading(request)
        lines[request.roomID] = request.line.map { (request.from.userID, $0) }
        if model.settings.notifications {
            let notification = Notification(title: heading, text: request.line ?? "")
            let target = target(account, request.roomID)
            notification.setUrgent()
            notification.setIcon(file: IconSet.applicationFile)
            notification.setDefaultAction("app.open-room", target: target)
            notification.addButton(tr("Accept"), action: "app.accept-request", target: target)
            notification.addButton(tr("Decline"), action: "app.decline-request", target: target)
            application.notify(notification, identifier: "request \(request.roomID)")
        }
        guard let window = parent(), window.isVisible else { return }
        let dialog = MessageDialog(parent: window, heading: heading, text: request.line ?? "")
        dialog.addAnswer("later", tr("Not now"))
        dialog.addAnswer("decline", tr("Decline"))
        dialog.addAnswer("accept", tr("Accept"), .suggested)
        dialog.setCloseAnswer("later")
        let target = target(account, request.roomID)
        dialogs[target] = dialog
        dialog.ask { [weak self] answer in
            self?.dialogs[target] = nil
            switch answer {
            case "accept": self?.accept(target)
            case "decline": self?.decline(target)
            default: break
            }
        }
    }

    private func open(_ target: String) {
        guard let (account, room) = find(target) else { return }
        onOpen(account, room)
    }

    private func accept(_ target: String) {
        guard let (account, room) = find(target), let request = account.requests.first(where: { $0.roomID == room })
        else { return }
        withdraw(room: room)
        Task { [weak self] in
            do {
                let conversation = try await account.accept(request)
                self?.onOpen(account, conversation.roomID)
            } catch { self?.onError(Words.error(error)) }
        }
    }

    private func decline(_ target: String) {
        guard let (account, room) = find(target), let request = account.requests.first(where: { $0.roomID == room })
        else { return }
        withdraw(room: room)
        Task { [weak self] in
            do { try await account.decline(request) } catch { self?.onError(Words.error(error)) }
        }
    }
    var onError: @MainActor (String) -> Void = { _ in }

    private func markRead(_ target: String) {
        guard let (account, room) = find(target) else { return }
        account.conversation(room)?.markRead()
        withdraw(room: room)
    }
}
