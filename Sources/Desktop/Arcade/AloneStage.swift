import ClientKit
import GtkKit

/// A game against the program on the Stage, from the page that was kept: without a connection.
@MainActor final class AloneStage {
    private let activity: ArcadeActivity
    private let server: SecondServer
    private let arcades: ArcadeModel
    private unowned let stage: StageView
    private var opening: Task<Void, Never>?

    init(_ activity: ArcadeActivity, _ server: SecondServer, arcades: ArcadeModel, stage: StageView) {
        self.activity = activity
        self.server = server
        self.arcades = arcades
        self.stage = stage
    }

    func start() {
        stage.setHeight(ArcadeStage.height)
        stage.setTitle(
            [ArcadeWords.name(activity), tr("Without a connection, against the program")].joined(separator: " · "))
        opening = Task { [weak self, arcades, activity, server] in
            let kept = await arcades.alone(activity, at: server, language: ArcadeWords.language)
            guard !Task.isCancelled, let self else { return }
            guard let kept else {
                return stage.fail(
                    tr(
                        "There is no connection. Reversi can then be played alone, once it was opened here with a connection."
                    ))
            }
            open(.game(folder: kept.folder, entry: kept.entry))
        }
    }

    func stop() { opening?.cancel() }

    private func open(_ content: PageView.Content) {
        do {
            let page = try PageView(content) { [weak self] event in
                switch event {
                case .failed(let reason): self?.stage.fail(tr("The page cannot be shown: %@", reason))
                case .leadsOut(let address): Launcher.open(link: address)
                case .loading, .title: break
                case .loaded: self?.stage.setWaiting(false)
                }
            }
            page.setExpands(horizontally: true, vertically: true)
            page.setAccessibleLabel(ArcadeWords.name(activity))
            stage.put(page)
            if !stage.isUserWriting() { page.focus() }
        } catch {
            stage.fail(tr("Games need WebKit, which is not installed: %@", error.reason))
        }
    }
}
