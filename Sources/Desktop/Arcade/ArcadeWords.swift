import ClientKit
import GtkKit

/// What people do together, in words.
@MainActor enum ArcadeWords {
    static func name(_ activity: ArcadeActivity) -> String {
        switch activity {
        case .reversi: tr("Reversi")
        case .chess: tr("Chess")
        // The remark tells translators that it is not the verb.
        case .go: tr("Go (game)").replacing(" (game)", with: "")
        case .drawing: tr("Draw and guess")
        case .viewing: tr("Watch together")
        }
    }

    static func description(_ activity: ArcadeActivity) -> String {
        switch activity {
        case .reversi: tr("For two")
        case .chess: tr("For two, with or without a clock")
        case .go: tr("For two, on 9, 13 or 19 lines")
        case .drawing: tr("For up to eight")
        case .viewing: tr("Pictures, films and music in step")
        }
    }

    static func icon(_ activity: ArcadeActivity) -> String {
        switch activity {
        case .reversi: "mado-reversi-symbolic"
        case .chess: "mado-chess-symbolic"
        case .go: "mado-go-symbolic"
        case .drawing: "mado-drawing-symbolic"
        case .viewing: "mado-television-symbolic"
        }
    }

    /// What the member is asked before they begin with others.
    static func question(_ activity: ArcadeActivity) -> String {
        activity == .viewing ? tr("Watch together?") : tr("Play %@ together?", name(activity))
    }

    /// How it stands, in a few words; nil when there is nothing to say.
    static func state(_ view: ArcadeView) -> String? {
        if let outcome = view.outcome {
            let score = outcome.score.isEmpty ? "" : " (\(outcome.score))"
            if outcome.winners.isEmpty { return tr("A draw") + score }
            if let seat = view.seat, outcome.winners.contains(seat) { return tr("You won") + score }
            return tr("%@ won", outcome.winners.map { player($0, view) }.joined(separator: ", ")) + score
        }
        guard view.state == .playing, let turn = view.turn else { return nil }
        return turn == view.seat ? tr("Your turn") : tr("%@ to move", player(turn, view))
    }

    /// The same with the last move: for those who do not see the board.
    static func spoken(_ view: ArcadeView) -> String? {
        guard let state = state(view) else { return nil }
        guard let last = view.lastMove else { return state }
        return last + ", " + state
    }

    private static func player(_ seat: Int, _ view: ArcadeView) -> String {
        guard view.players.indices.contains(seat) else { return "" }
        return view.players[seat] ?? tr("The program")
    }

    /// Who is waited for.
    static func waiting(_ view: ArcadeView) -> String {
        view.isForOthers || view.expected.isEmpty
            ? tr("Waiting for somebody") : tr("Waiting for %@", view.expected.joined(separator: ", "))
    }

    /// A second server's trouble.
    static func problem(_ error: any Error, of server: SecondServer) -> String {
        tr("%1$@ cannot be reached: %2$@", server.title, Words.error(error))
    }

    /// What a card in a conversation says, in the reader's language.
    static func card(_ card: SessionCard, from sender: Person, isOwn: Bool, account: AccountModel) -> String {
        if card.kind == .result { return card.text }
        let activity = name(card.activity)
        if card.people.contains(account.userID) {
            return tr("%1$@ waits for you in %2$@", sender.displayName, activity)
        }
        let names = Words.names(card.people.map { account.person($0) })
        return isOwn
            ? tr("You wait for %1$@ in %2$@", names, activity)
            : tr("%1$@ waits for %2$@ in %3$@", sender.displayName, names, activity)
    }

    /// The code of the language in which the program speaks, for the page.
    static var language: String { tr("language-code") == "language-code" ? "en" : tr("language-code") }
}

extension Menu {
    /// Everything that people do together.
    static func together(action: String) -> Menu {
        let menu = Menu()
        for activity in ArcadeActivity.allCases {
            menu.add(ArcadeWords.name(activity), action: action, target: activity.rawValue)
        }
        return menu
    }
}
