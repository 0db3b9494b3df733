/// What the arcade says in conversations, in the languages of the page.
struct ArcadeTexts {
    private let language: String

    /// English for a language that there is not.
    init(_ language: String) { self.language = language }

    private func text(_ english: String, _ japanese: String, _ spanish: String) -> String {
        switch language {
        case "ja": japanese
        case "es": spanish
        default: english
        }
    }

    func title(_ activity: String) -> String {
        switch activity {
        case "reversi": text("Reversi", "リバーシ", "Reversi")
        case "chess": text("chess", "チェス", "ajedrez")
        case "go": text("go", "囲碁", "go")
        case "drawing": text("drawing and guessing", "お絵かき当て", "dibujar y adivinar")
        case "viewing": text("watching together", "一緒に見る", "ver juntos")
        default: activity
        }
    }

    func card(_ name: String, _ activity: String) -> String {
        let title = title(activity)
        return text(
            "\(name) waits for you in \(title)", "\(name)さんが\(title)で待っています", "\(name) te espera en \(title)")
    }

    func result(_ session: PlaySession, _ outcome: Outcome, name: (String) -> String) -> String {
        let title = title(session.activity)
        let winners = outcome.winners.compactMap { seat in
            session.seats.indices.contains(seat) ? session.seats[seat].map(name) : nil
        }
        let score = outcome.score.isEmpty ? "" : " (\(outcome.score))"
        guard !winners.isEmpty else {
            return text("\(title): a draw\(score)", "\(title): 引き分け\(score)", "\(title): tablas\(score)")
        }
        let names = winners.joined(separator: ", ")
        return text(
            "\(title): \(names) won\(score)", "\(title): \(names)さんの勝ち\(score)", "\(title): ha ganado \(names)\(score)")
    }
}
