import ClientKit
import GtkKit

/// Playing and watching together in the main window: opens it, puts the second server's questions, shows it on the Stage.
@MainActor final class ArcadePart {
    private var arcades: ArcadeModel?
    private var prompt: ArcadePrompt?
    private var visit: ArcadeVisit?
    /// With whom it was begun.
    private var partners: [String] = []

    var window: @MainActor () -> Window? = { nil }
    var onStage: @MainActor (StageContent) -> Void = { _ in }
    /// Those with whom it is done are to be seen beside it.
    var onPartners: @MainActor ([String]) -> Void = { _ in }
    var onError: @MainActor (String) -> Void = { _ in }

    func show(_ arcades: ArcadeModel) {
        self.arcades?.changes.stop(self)
        self.arcades = arcades
        arcades.changes.observe(self) { [weak self] change in
            if change == .visit { self?.visitChanged() }
        }
        visitChanged()
    }

    // MARK: Opening

    /// - Parameters:
    ///   - server: nil for the first that there is.
    ///   - people: with whom the member would like to be.
    func open(_ activity: ArcadeActivity, at server: SecondServer? = nil, with people: [String] = []) {
        guard let server = server ?? arcades?.usable.first else {
            return onError(tr("There is no server for games here."))
        }
        go(activity, server, people, nil)
    }

    /// Follows a card of a conversation.
    func follow(_ card: SessionCard, from sender: Person, isOwn: Bool) {
        guard let server = arcades?.server(card.server) else {
            return onError(tr("Your server does not know “%@”.", card.server))
        }
        guard !server.isRefused else { return askToAllow(server, card, from: sender, isOwn: isOwn) }
        go(card.activity, server, isOwn ? [] : [sender.userID], isOwn ? nil : card)
    }

    private func go(_ activity: ArcadeActivity, _ server: SecondServer, _ people: [String], _ card: SessionCard?) {
        guard let arcades else { return }
        guard arcades.account.isConnected else { return onStage(.alone(activity, server, arcades)) }
        var options = ArcadeOptions()
        options.language = ArcadeWords.language
        options.side = .first
        if activity == .go { options.size = 9 }
        partners = people
        do {
            let visit = try arcades.open(activity, at: server, with: people, joining: card, options: options)
            onStage(.arcade(visit, arcades))
        } catch {
            onError(Words.error(error))
        }
    }

    private func askToAllow(_ server: SecondServer, _ card: SessionCard, from sender: Person, isOwn: Bool) {
        let dialog = MessageDialog(
            parent: window(), heading: tr("Allow %@ again?", server.title),
            text: tr(
                "You have refused it in the settings: it learns nothing of you. To join it has to know who you are."))
        dialog.addAnswer("cancel", tr("Cancel"))
        dialog.addAnswer("allow", tr("Allow"), .suggested)
        dialog.ask { [weak self] answer in
            guard answer == "allow", let arcades = self?.arcades else { return }
            Task { [weak self] in
                do {
                    try await arcades.setRefused(false, server: server.name)
                    self?.follow(card, from: sender, isOwn: isOwn)
                } catch {
                    self?.onError(Words.error(error))
                }
            }
        }
    }

    // MARK: Questions

    private func visitChanged() {
        visit?.changes.stop(self)
        visit = arcades?.visit
        visit?.changes.observe(self) { [weak self] change in
            if change == .place { self?.placeChanged() }
        }
        placeChanged()
    }

    private func placeChanged() {
        if prompt?.question != visit?.question {
            prompt?.withdraw()
            prompt = nil
        }
        guard let visit else { return }
        if visit.question != nil, prompt == nil {
            prompt = ArcadePrompt(visit, parent: window()) { [weak self, weak visit] answer in
                guard let self, let visit else { return }
                prompt = nil
                reply(answer, visit)
            }
        }
        switch visit.place {
        case .joint: if !partners.isEmpty { onPartners(partners) }
        case .standard where !visit.wanted.isEmpty && partners == visit.wanted && visit.view == nil:
            sayThatNobodyTalks(visit)
        default: break
        }
    }

    private func reply(_ answer: ArcadeAnswer?, _ visit: ArcadeVisit) {
        guard let answer else {
            if arcades?.visit === visit { arcades?.leave() }
            return
        }
        switch answer {
        case .together(let people, _, _): partners = people
        case .join: break
        case .alone, .others: partners = []
        }
        Task { [weak self] in
            do { try await visit.answer(answer) } catch { self?.onError(ArcadeWords.problem(error, of: visit.server)) }
        }
    }

    /// The member wanted somebody who is not in an active conversation with them.
    private func sayThatNobodyTalks(_ visit: ArcadeVisit) {
        guard let arcades else { return }
        partners = []
        let names = Words.names(visit.wanted.map { arcades.account.person($0) })
        onError(tr("You are alone here: %@ is not talking with you now. Write to them, then open it again.", names))
    }
}
