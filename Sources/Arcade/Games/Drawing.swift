package import JSON

/// Drawing and guessing for two to eight, or drawing alone.
///
/// In each round one draws a word of three offered and the others guess; everybody draws twice. Who guesses gets points,
/// the sooner the more (10 to 3), and whoever drew gets 2 for each who did. What is drawn are lines: `line COLOUR WIDTH x,y
/// x,y …` in thousandths of the sheet. Other moves: `word 0…2`, `guess TEXT`, `clear`, `skip`.
package struct Drawing: Game {
    package static let kind = "drawing"
    package static let seats = 1...8
    package static let isContest = false

    /// How long a round lasts, and how long the drawer may choose, in milliseconds.
    static let roundLength: Int64 = 90_000
    static let choiceLength: Int64 = 15_000
    private static let roundsEach = 2
    /// Of one sheet: points of all lines.
    private static let maximumPoints = 20_000
    private static let colours = 0...11
    private static let widths = 1...40

    private enum Phase: Sendable {
        case alone
        case choosing(until: Int64)
        case drawing(from: Int64)
        case over
    }

    private let language: String
    private var numbers: SeededNumbers
    private var phase = Phase.alone
    private var scores: [Int]
    /// The first one is seat 0.
    private var drawer = -1
    private var round = 0
    private var offered: [String] = []
    private var word = ""
    private var lines: [String] = []
    private var points = 0
    /// In the order in which they found the word.
    private var found: [Int] = []
    private var guesses: [(seat: Int, text: String)] = []
    private var lastWord = ""
    private var used: Set<String> = []

    /// - Parameter options: `language` (en, ja, es).
    package init(options: JSONValue, seed: UInt64, seats: Int) throws(GameError) {
        language = options["language"]?.string ?? "en"
        guard DrawingWords.all[language] != nil else { throw .options("language") }
        numbers = SeededNumbers(seed: seed)
        scores = [Int](repeating: 0, count: max(1, seats))
    }

    package var turn: Int? { nil }

    package var outcome: Outcome? {
        guard case .over = phase else { return nil }
        let best = scores.max() ?? 0
        return Outcome(
            winners: scores.indices.filter { scores[$0] == best }, reason: "score",
            score: scores.map(String.init).joined(separator: ":"))
    }

    package mutating func seatTaken(_ seat: Int, at time: Int64) {
        while scores.count <= seat { scores.append(0) }
        if case .alone = phase, scores.count > 1 { beginRound(at: time) }
    }

    // MARK: Rounds

    private mutating func beginRound(at time: Int64) {
        guard round < Self.roundsEach * scores.count else { return phase = .over }
        round += 1
        drawer = (drawer + 1) % scores.count
        let all = DrawingWords.all[language] ?? []
        var free = all.filter { !used.contains($0) }
        if free.count < 3 { free = all }
        offered = Array(free.shuffled(using: &numbers).prefix(3))
        (word, found, guesses) = ("", [], [])
        clear()
        phase = .choosing(until: time + Self.choiceLength)
    }

    private mutating func choose(_ index: Int, at time: Int64) {
        word = offered[index]
        used.insert(word)
        phase = .drawing(from: time)
    }

    private mutating func endRound(at time: Int64) {
        lastWord = word
        beginRound(at: time)
    }

    private mutating func clear() {
        lines = []
        points = 0
    }

    package var deadline: Int64? {
        switch phase {
        case .alone, .over: nil
        case .choosing(let until): until
        case .drawing(let from): from + Self.roundLength
        }
    }

    package mutating func timePassed(until time: Int64) {
        while let deadline, deadline <= time {
            if case .choosing = phase { choose(0, at: deadline) } else { endRound(at: deadline) }
        }
    }

    // MARK: Moves

    package mutating func play(_ move: String, by seat: Int, at time: Int64) throws(GameError) {
        guard scores.indices.contains(seat) else { throw .notYourTurn }
        let words = move.split(separator: " ", maxSplits: 1).map(String.init)
        let rest = words.count > 1 ? words[1] : ""
        switch words.first {
        case "line": try draw(rest, by: seat)
        case "clear":
            guard mayDraw(seat) else { throw .notYourTurn }
            clear()
        case "word":
            guard case .choosing = phase else { throw .illegal("No word is to be chosen") }
            guard seat == drawer else { throw .notYourTurn }
            guard let index = Int(rest), offered.indices.contains(index) else { throw .malformed }
            choose(index, at: time)
        case "skip":
            guard case .drawing = phase else { throw .illegal("Nobody draws") }
            guard seat == drawer else { throw .notYourTurn }
            endRound(at: time)
        case "guess": try guess(rest, by: seat, at: time)
        default: throw .malformed
        }
    }

    private func mayDraw(_ seat: Int) -> Bool {
        switch phase {
        case .alone: true
        case .drawing: seat == drawer
        case .choosing, .over: false
        }
    }

    private mutating func draw(_ text: String, by seat: Int) throws(GameError) {
        guard mayDraw(seat) else { throw .notYourTurn }
        let parts = text.split(separator: " ")
        guard parts.count >= 3, let colour = Int(parts[0]), Self.colours.contains(colour), let width = Int(parts[1]),
            Self.widths.contains(width)
        else { throw .malformed }
        for part in parts.dropFirst(2) {
            let pair = part.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard pair.count == 2, let x = pair[0], let y = pair[1], (0...1000).contains(x), (0...1000).contains(y)
            else { throw .malformed }
        }
        guard points + parts.count <= Self.maximumPoints else { throw .illegal("The sheet is full") }
        points += parts.count
        lines.append(text)
    }

    private mutating func guess(_ text: String, by seat: Int, at time: Int64) throws(GameError) {
        guard case .drawing(let from) = phase else { throw .illegal("Nobody draws") }
        guard seat != drawer, !found.contains(seat) else { throw .illegal("You know the word") }
        guard (1...100).contains(text.utf8.count) else { throw .malformed }
        guard Self.folded(text) == Self.folded(word) else {
            guesses.append((seat, text))
            if guesses.count > 50 { guesses.removeFirst() }
            return
        }
        found.append(seat)
        let elapsed = min(max(0, time - from), Self.roundLength)
        scores[seat] += 3 + Int(7 * (Self.roundLength - elapsed) / Self.roundLength)
        scores[drawer] += 2
        if found.count == scores.count - 1 { endRound(at: time) }
    }

    /// How words are compared: without case, white space and marks.
    private static func folded(_ text: String) -> String {
        let plain: [Character: Character] = ["á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u", "ü": "u", "ñ": "n"]
        return String(text.lowercased().filter { !$0.isWhitespace && $0 != "-" }.map { plain[$0] ?? $0 })
    }

    package func write(for seat: Int?, into view: inout JSONWriter) {
        let isDrawer = seat == drawer && scores.count > 1
        view.array("scores") { list in for score in scores { list.value(score) } }
        view.array("lines") { list in for line in lines { list.value(line) } }
        view.member("round", round)
        view.member("rounds", Self.roundsEach * scores.count)
        if scores.count > 1 { view.member("drawer", drawer) }
        view.member("may_draw", seat.map(mayDraw) ?? false)
        view.memberIfPresent("until_ts", deadline)
        if !lastWord.isEmpty { view.member("last_word", lastWord) }
        switch phase {
        case .choosing where isDrawer: view.array("offered") { list in for word in offered { list.value(word) } }
        case .drawing where isDrawer || seat.map(found.contains) == true: view.member("word", word)
        case .drawing: view.member("letters", word.count)
        default: break
        }
        view.array("found") { list in for seat in found { list.value(seat) } }
        view.array("guesses") { list in
            for guess in guesses {
                list.object { object in
                    object.member("seat", guess.seat)
                    object.member("text", guess.text)
                }
            }
        }
    }
}
