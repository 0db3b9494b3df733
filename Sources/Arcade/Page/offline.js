// Reversi against the program without a connection: the same rules and the same kind of search as the server's, for a
// game that nobody else takes part in.

const directions = [-9, -8, -7, -1, 1, 7, 8, 9];
const corner = [100, -20, 10, 5, -20, -50, -2, -2, 10, -2, -1, -1, 5, -2, -1, -1];
const weights = Array.from({ length: 64 }, (_, square) => {
  const fold = (line) => Math.min(line, 7 - line);
  return corner[fold(square >> 3) * 4 + fold(square & 7)];
});
const nameOf = (square) => "abcdefgh"[square & 7] + ((square >> 3) + 1);

/** What a disc of `own` on the square turns; empty where it may not be. */
export function flips(board, square, own) {
  if (board[square] !== ".") return [];
  const other = own === "b" ? "w" : "b";
  const turned = [];
  for (const step of directions) {
    const line = [];
    let from = square;
    let at = square + step;
    // A step over the edge of the board is one that changes the column by more than one.
    const isInside = () => at >= 0 && at < 64 && Math.abs((at & 7) - (from & 7)) <= 1;
    while (isInside() && board[at] === other) {
      line.push(at);
      from = at;
      at += step;
    }
    if (line.length > 0 && isInside() && board[at] === own) turned.push(...line);
  }
  return turned;
}

export function moves(board, own) {
  return board.flatMap((cell, square) => (cell === "." && flips(board, square, own).length > 0 ? [square] : []));
}

export function place(board, square, own) {
  const next = board.slice();
  for (const turned of flips(board, square, own)) next[turned] = own;
  next[square] = own;
  return next;
}

/** What the position is worth for `own`, whose move it is (alpha-beta). */
function value(board, own, depth, floor, ceiling) {
  const other = own === "b" ? "w" : "b";
  const possible = moves(board, own);
  const replies = possible.length === 0 || depth <= 0 ? moves(board, other) : null;
  if (possible.length === 0 && replies.length === 0) {
    return 10000 * board.reduce((sum, cell) => sum + (cell === own ? 1 : cell === other ? -1 : 0), 0);
  }
  if (depth <= 0) {
    const places = board.reduce((sum, cell, square) =>
      sum + (cell === own ? weights[square] : cell === other ? -weights[square] : 0), 0);
    return places + 8 * (possible.length - replies.length);
  }
  if (possible.length === 0) return -value(board, other, depth - 1, -ceiling, -floor);
  for (const square of possible.sort((left, right) => weights[right] - weights[left])) {
    floor = Math.max(floor, -value(place(board, square, own), other, depth - 1, -ceiling, -floor));
    if (floor >= ceiling) break;
  }
  return floor;
}

export function bestMove(board, own) {
  const other = own === "b" ? "w" : "b";
  const depth = board.filter((cell) => cell === ".").length <= 8 ? 8 : 4;
  let best = null;
  let floor = -1e9;
  for (const square of moves(board, own)) {
    const worth = -value(place(board, square, own), other, depth - 1, -1e9, -floor);
    if (best === null || worth > floor) [best, floor] = [square, worth];
  }
  return best;
}

/** A game that shows itself as the server's sessions do. */
export class OfflineReversi {
  constructor(person, show) {
    this.person = person;
    this.show = show;
    this.begin();
  }

  begin() {
    this.board = Array(64).fill(".");
    for (const [square, own] of [[28, "b"], [35, "b"], [27, "w"], [36, "w"]]) this.board[square] = own;
    this.turn = 0;
    this.last = undefined;
    this.resigned = false;
    this.history = [];
    this.count = 1;
  }

  act(entry) {
    const [verb, move] = entry.split(" ");
    if (verb === "rematch") this.begin();
    else if (verb === "resign") this.resigned = true;
    else if (verb === "undo" && this.history.length > 0) Object.assign(this, this.history.pop());
    else if (verb === "move") {
      const square = moves(this.board, "b").find((candidate) => nameOf(candidate) === move);
      if (this.turn !== 0 || square === undefined) return;
      this.history.push({ board: this.board, turn: this.turn, last: this.last });
      this.play(square, "b");
    }
    this.count += 1;
    this.show(this.view);
    if (this.turn === 1 && !this.outcome) setTimeout(() => this.answer(), 300);
  }

  answer() {
    if (this.turn !== 1 || this.outcome) return;
    this.play(bestMove(this.board, "w"), "w");
    this.count += 1;
    this.show(this.view);
    if (this.turn === 1) setTimeout(() => this.answer(), 300);
  }

  play(square, own) {
    this.board = place(this.board, square, own);
    this.last = nameOf(square);
    const next = own === "b" ? 1 : 0;
    const canMove = (seat) => moves(this.board, seat === 0 ? "b" : "w").length > 0;
    this.turn = canMove(next) ? next : canMove(1 - next) ? 1 - next : undefined;
  }

  get discs() { return ["b", "w"].map((own) => this.board.filter((cell) => cell === own).length); }

  get outcome() {
    if (this.resigned) return { winners: [1], reason: "resignation", score: "" };
    if (this.turn !== undefined) return undefined;
    const [black, white] = this.discs;
    const winners = black === white ? [] : [black > white ? 0 : 1];
    return { winners, reason: "score", score: `${black}:${white}` };
  }

  get view() {
    const outcome = this.outcome;
    return {
      session: "offline", activity: "reversi", joint: false, state: outcome ? "over" : "playing", n: this.count, seat: 0,
      players: [{ id: this.person.id, name: this.person.name, present: true }, { program: true, present: true }],
      watchers: [], expected: [], rematch: [], outcome, turn: outcome ? undefined : this.turn,
      game: { board: this.board.join(""), last: this.last, discs: this.discs,
        moves: this.turn === 0 && !outcome ? moves(this.board, "b").map(nameOf) : [] },
    };
  }
}
