/// A move of chess: squares from 0 (a1) to 63 (h8).
struct ChessMove: Hashable, Sendable {
    let from: Int
    let to: Int
    /// The kind of piece that a pawn becomes; 0 for none.
    var promotion: Int8 = 0
}

/// A position of chess and the moves that its rules allow.
///
/// Pieces are numbers: pawn 1, knight 2, bishop 3, rook 4, queen 5, king 6; negative for Black; 0 for an empty square.
///
/// Source: FIDE Laws of Chess, articles 3 and 9.
struct ChessPosition: Hashable, Sendable {
    var board: [Int8]
    var isWhitesTurn = true
    /// Bits: White's king side, White's queen side, Black's king side, Black's queen side.
    var castling: UInt8 = 0b1111
    /// The square that a pawn passed over in the last move; -1 for none.
    var enPassant = -1
    /// Moves since the last capture or pawn's move.
    var quietMoves = 0

    private static let knightSteps = [(1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1), (-2, 1), (-1, 2)]
    private static let straight = [(1, 0), (-1, 0), (0, 1), (0, -1)]
    private static let diagonal = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    private static let letters: [Character] = [".", "p", "n", "b", "r", "q", "k"]

    // MARK: Text

    /// Reads Forsyth-Edwards notation; nil when it is none.
    init?(fen: String) {
        let fields = fen.split(separator: " ")
        guard fields.count >= 4 else { return nil }
        board = [Int8](repeating: 0, count: 64)
        let ranks = fields[0].split(separator: "/")
        guard ranks.count == 8 else { return nil }
        for (row, rank) in ranks.enumerated() {
            var file = 0
            for letter in rank {
                if let count = letter.wholeNumberValue {
                    file += count
                } else {
                    guard file < 8, let kind = Self.kind(letter) else { return nil }
                    board[(7 - row) * 8 + file] = letter.isUppercase ? kind : -kind
                    file += 1
                }
            }
            guard file == 8 else { return nil }
        }
        isWhitesTurn = fields[1] == "w"
        castling = 0
        for (bit, letter) in "KQkq".enumerated() where fields[2].contains(letter) { castling |= 1 << UInt8(bit) }
        enPassant = Self.square(fields[3]) ?? -1
        if fields.count > 4 {
            // Where 150 are reached the game is over, and a number of any size would be added to.
            guard let count = Int(fields[4]), (0..<150).contains(count) else { return nil }
            quietMoves = count
        }
    }

    static let start: ChessPosition = {
        guard let start = ChessPosition(fen: "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - 0 1") else {
            preconditionFailure("the beginning is a position")
        }
        return start
    }()

    private static func kind(_ letter: Character) -> Int8? {
        letters.firstIndex(of: Character(letter.lowercased())).flatMap { $0 > 0 ? Int8($0) : nil }
    }

    static func square(_ name: some StringProtocol) -> Int? {
        let bytes = Array(name.utf8)
        guard bytes.count == 2, (0x61...0x68).contains(bytes[0]), (0x31...0x38).contains(bytes[1]) else { return nil }
        return Int(bytes[1] - 0x31) * 8 + Int(bytes[0] - 0x61)
    }

    static func name(_ square: Int) -> String {
        String(decoding: [UInt8(0x61 + square & 7), UInt8(0x31 + square >> 3)], as: UTF8.self)
    }

    /// `e2e4`, `e7e8q`; nil when it is no move's text.
    static func move(_ text: String) -> ChessMove? {
        guard (4...5).contains(text.utf8.count), let from = square(text.prefix(2)),
            let to = square(text.dropFirst(2).prefix(2))
        else { return nil }
        guard let letter = text.dropFirst(4).first else { return ChessMove(from: from, to: to) }
        guard "nbrq".contains(letter), let kind = kind(letter) else { return nil }
        return ChessMove(from: from, to: to, promotion: kind)
    }

    static func text(_ move: ChessMove) -> String {
        name(move.from) + name(move.to) + (move.promotion == 0 ? "" : String(letters[Int(move.promotion)]))
    }

    /// 64 letters from a1 on, capitals for White.
    var boardText: String {
        String(
            board.map { piece in
                let letter = Self.letters[Int(piece.magnitude)]
                return piece > 0 ? Character(letter.uppercased()) : letter
            })
    }

    // MARK: Attacks

    private func piece(_ file: Int, _ rank: Int) -> Int8? {
        0 <= file && file < 8 && 0 <= rank && rank < 8 ? board[rank * 8 + file] : nil
    }

    /// Whether pieces of that colour attack the square.
    func isAttacked(_ square: Int, byWhite: Bool) -> Bool {
        let sign: Int8 = byWhite ? 1 : -1
        let (file, rank) = (square & 7, square >> 3)
        let pawnRank = rank - Int(sign)
        if piece(file - 1, pawnRank) == sign || piece(file + 1, pawnRank) == sign { return true }
        for (x, y) in Self.knightSteps where piece(file + x, rank + y) == 2 * sign { return true }
        for (directions, slider) in [(Self.diagonal, Int8(3)), (Self.straight, 4)] {
            for (x, y) in directions {
                var distance = 1
                while let found = piece(file + x * distance, rank + y * distance) {
                    if found != 0 {
                        let kind = found * sign
                        if kind == slider || kind == 5 || (kind == 6 && distance == 1) { return true }
                        break
                    }
                    distance += 1
                }
            }
        }
        return false
    }

    func isInCheck(white: Bool) -> Bool {
        guard let king = board.firstIndex(of: white ? 6 : -6) else { return false }
        return isAttacked(king, byWhite: !white)
    }

    // MARK: Moves

    /// All moves that leave no king of the mover's in check.
    var legalMoves: [ChessMove] { pseudoLegalMoves.filter(isLegal) }

    /// Whether a move of `pseudoLegalMoves` leaves the mover's king out of check.
    func isLegal(_ move: ChessMove) -> Bool { !after(move).isInCheck(white: isWhitesTurn) }

    var pseudoLegalMoves: [ChessMove] {
        var moves: [ChessMove] = []
        moves.reserveCapacity(48)
        let sign: Int8 = isWhitesTurn ? 1 : -1
        for square in 0..<64 where board[square] * sign > 0 {
            switch board[square] * sign {
            case 1: addPawnMoves(square, sign, &moves)
            case 2: addSteps(square, sign, Self.knightSteps, &moves)
            case 3: addLines(square, sign, Self.diagonal, &moves)
            case 4: addLines(square, sign, Self.straight, &moves)
            case 5: addLines(square, sign, Self.straight + Self.diagonal, &moves)
            default:
                addSteps(square, sign, Self.straight + Self.diagonal, &moves)
                addCastling(square, &moves)
            }
        }
        return moves
    }

    private func addSteps(_ from: Int, _ sign: Int8, _ steps: [(Int, Int)], _ moves: inout [ChessMove]) {
        let (file, rank) = (from & 7, from >> 3)
        for (x, y) in steps {
            guard let target = piece(file + x, rank + y), target * sign <= 0 else { continue }
            moves.append(ChessMove(from: from, to: (rank + y) * 8 + file + x))
        }
    }

    private func addLines(_ from: Int, _ sign: Int8, _ directions: [(Int, Int)], _ moves: inout [ChessMove]) {
        let (file, rank) = (from & 7, from >> 3)
        for (x, y) in directions {
            var distance = 1
            while let target = piece(file + x * distance, rank + y * distance), target * sign <= 0 {
                moves.append(ChessMove(from: from, to: (rank + y * distance) * 8 + file + x * distance))
                if target != 0 { break }
                distance += 1
            }
        }
    }

    private func addPawnMoves(_ from: Int, _ sign: Int8, _ moves: inout [ChessMove]) {
        let (file, rank) = (from & 7, from >> 3)
        let ahead = from + 8 * Int(sign)
        func add(_ to: Int) {
            if to >> 3 == (sign > 0 ? 7 : 0) {
                for kind: Int8 in [5, 4, 3, 2] { moves.append(ChessMove(from: from, to: to, promotion: kind)) }
            } else {
                moves.append(ChessMove(from: from, to: to))
            }
        }
        if board[ahead] == 0 {
            add(ahead)
            let twoAhead = ahead + 8 * Int(sign)
            if rank == (sign > 0 ? 1 : 6), board[twoAhead] == 0 { moves.append(ChessMove(from: from, to: twoAhead)) }
        }
        for side in [-1, 1] where (0..<8).contains(file + side) {
            let to = ahead + side
            if board[to] * sign < 0 || (to == enPassant && board[to] == 0) { add(to) }
        }
    }

    /// The squares between king and rook are empty, and those that the king leaves, passes and reaches are not attacked.
    private func addCastling(_ king: Int, _ moves: inout [ChessMove]) {
        let home = isWhitesTurn ? 4 : 60
        guard king == home else { return }
        let shift: UInt8 = isWhitesTurn ? 0 : 2
        let rook: Int8 = isWhitesTurn ? 4 : -4
        func isSafe(_ squares: [Int]) -> Bool {
            squares.allSatisfy { !isAttacked(home + $0, byWhite: !isWhitesTurn) }
        }
        func isEmpty(_ squares: [Int]) -> Bool { squares.allSatisfy { board[home + $0] == 0 } }
        if castling >> shift & 1 == 1, board[home + 3] == rook, isEmpty([1, 2]), isSafe([0, 1, 2]) {
            moves.append(ChessMove(from: home, to: home + 2))
        }
        if castling >> (shift + 1) & 1 == 1, board[home - 4] == rook, isEmpty([-1, -2, -3]), isSafe([0, -1, -2]) {
            moves.append(ChessMove(from: home, to: home - 2))
        }
    }

    /// The position after a move of `pseudoLegalMoves`.
    func after(_ move: ChessMove) -> ChessPosition {
        var next = self
        let piece = board[move.from]
        let isPawn = piece.magnitude == 1
        next.quietMoves = isPawn || board[move.to] != 0 ? 0 : quietMoves + 1
        next.board[move.from] = 0
        next.board[move.to] = move.promotion == 0 ? piece : move.promotion * piece.signum()
        next.enPassant = -1
        if isPawn {
            if move.to == enPassant { next.board[move.to - 8 * Int(piece.signum())] = 0 }
            if abs(move.to - move.from) == 16 { next.enPassant = (move.from + move.to) / 2 }
        }
        if piece.magnitude == 6, abs(move.to - move.from) == 2 {
            let isShort = move.to > move.from
            next.board[move.to + (isShort ? -1 : 1)] = piece.signum() * 4
            next.board[isShort ? move.to + 1 : move.to - 2] = 0
        }
        for (square, bits) in [(4, 0b0011), (7, 0b0001), (0, 0b0010), (60, 0b1100), (63, 0b0100), (56, 0b1000)]
        where move.from == square || move.to == square {
            next.castling &= ~UInt8(bits)
        }
        next.isWhitesTurn.toggle()
        return next
    }

    /// Neither side has what a checkmate needs: kings with at most one minor piece, or bishops of one colour of squares.
    var isDead: Bool {
        var minors: [(isBishop: Bool, shade: Int)] = []
        for (square, piece) in board.enumerated() where piece != 0 && piece.magnitude != 6 {
            guard piece.magnitude == 2 || piece.magnitude == 3 else { return false }
            minors.append((piece.magnitude == 3, (square & 7 + square >> 3) & 1))
        }
        if minors.count <= 1 { return true }
        return minors.allSatisfy { $0.isBishop && $0.shade == minors[0].shade }
    }

    /// Whether a side has what a checkmate by any series of moves needs. A bare king never has. A lone knight needs a
    /// piece of the other side that takes a square from its own king, which a queen never has to; bishops on squares of
    /// one shade need a pawn, a knight or a bishop on the other shade, of whichever side.
    func canMate(white: Bool) -> Bool {
        let sign: Int8 = white ? 1 : -1
        var (own, other) = ([Int](repeating: 0, count: 7), [Int](repeating: 0, count: 7))
        var shades: Set<Int> = []
        for (square, piece) in board.enumerated() where piece != 0 {
            let kind = Int(piece.magnitude)
            if piece * sign > 0 { own[kind] += 1 } else { other[kind] += 1 }
            if kind == 3 { shades.insert((square & 7 + square >> 3) & 1) }
        }
        let (pawn, knight, bishop, rook, queen) = (1, 2, 3, 4, 5)
        if own[pawn] + own[rook] + own[queen] > 0 { return true }
        switch (own[knight], own[bishop]) {
        case (0, 0): return false
        case (1, 0): return other[pawn] + other[knight] + other[bishop] + other[rook] > 0
        case (0, _): return shades.count > 1 || other[pawn] + other[knight] > 0
        default: return true
        }
    }

    /// What two occurrences of a position must have in common to count as repetition: an en passant square counts only
    /// where it can be used.
    var repetitionKey: ChessPosition {
        var key = self
        key.quietMoves = 0
        let canCapture = legalMoves.contains { $0.to == enPassant && board[$0.from].magnitude == 1 }
        if !canCapture { key.enPassant = -1 }
        return key
    }
}
