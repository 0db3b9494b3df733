import ClientKit
import GtkKit

/// Somebody asks for a chat: accept, decline, not now.
@MainActor final class RequestCard {
    let widget: GroupBox
    let request: ChatRequest
    private let account: AccountModel
    private let avatar = PersonAvatar(size: 38)
    private let spinner = Spinner()
    private let buttons = Box(row: 6)

    /// - Parameters:
    ///   - accepted: what to open then.
    ///   - failed: an error in words.
    init(
        _ request: ChatRequest, account: AccountModel, pictures: PictureCache?,
        accepted: @escaping @MainActor (ConversationModel) -> Void, failed: @escaping @MainActor (String) -> Void
    ) {
        self.request = request
        self.account = account
        let heading = Self.heading(request)
        widget = GroupBox(.vertical, spacing: 8, label: heading)
        widget.addClass("mado-card")
        widget.addClass("asks")

        let known = account.person(request.from.userID)
        avatar.show(known.avatar == nil ? request.from : known, pictures: pictures)
        let title = Label(heading, classes: "mado-title")
        title.alignment = 0
        title.setWraps(true)
        title.setExpands(horizontally: true)
        let lines = Box(column: 2, title)
        if let line = request.line, !line.isEmpty {
            let label = Label(line)
            label.alignment = 0
            label.setWraps(true)
            label.setLines(4)
            label.setEllipsizes()
            lines.append(label)
        }
        let when = Label(LocalTime(request.at).shortText(), classes: "mado-small", "mado-dim")
        when.setAlignment(vertical: .start)
        widget.append(Box(row: 10, avatar.widget, lines, when))

        let accept = Button(tr("Accept"))
        accept.addClass("suggested-action")
        let decline = Button(tr("Decline"))
        accept.setExpands(horizontally: true)
        decline.setExpands(horizontally: true)
        buttons.append(decline)
        buttons.append(accept)
        buttons.append(spinner)
        buttons.isHomogeneous = false
        spinner.isVisible = false
        widget.append(buttons)

        accept.onClick { [weak self] in
            self?.work {
                accepted(try await account.accept(request))
            } failed: {
                failed($0)
            }
        }
        decline.onClick { [weak self] in
            self?.work {
                try await account.decline(request)
            } failed: {
                failed($0)
            }
        }
    }

    static func heading(_ request: ChatRequest) -> String {
        if request.isDirect { return tr("%@ asks for a chat", request.from.displayName) }
        // A group without a name is called by those in it; it may be the asker alone.
        return request.title.isEmpty || request.title == request.from.displayName
            ? tr("%@ asks you to join a conversation", request.from.displayName)
            : tr("%1$@ asks you to join %2$@", request.from.displayName, request.title)
    }

    private func work(
        _ task: @escaping @MainActor () async throws -> Void, failed: @escaping @MainActor (String) -> Void
    ) {
        buttons.isSensitive = false
        spinner.isVisible = true
        spinner.isSpinning = true
        Task { [weak self] in
            do { try await task() } catch { failed(Words.error(error)) }
            self?.buttons.isSensitive = true
            self?.spinner.isSpinning = false
            self?.spinner.isVisible = false
        }
    }
}
