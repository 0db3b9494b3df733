// Boards as SVG: drawn at any size, played with mouse, finger or keyboard, read out by screen readers.
import { text } from "./texts.js";

const svgNamespace = "http://www.w3.org/2000/svg";

function svg(name, attributes = {}, children = []) {
  const element = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const unit = 100;
const letters = "abcdefghjklmnopqrst";

const pieces = {
  p: "M50 20a13 13 0 0 1 9 22c6 4 8 10 5 16 8 5 13 13 13 24H23c0-11 5-19 13-24-3-6-1-12 5-16a13 13 0 0 1 9-22z",
  r: "M25 18h12v9h8v-9h10v9h8v-9h12v20l-9 7v22l9 7v9H25v-9l9-7V45l-9-7z",
  n: "M32 82c0-20 21-23 21-37-7 5-13 4-19 10l-10-7 4-12c6-13 15-19 25-21l4-8 6 9c13 6 18 24 15 45-1 8-2 14-2 21z",
  b: "M50 12a6 6 0 0 1 4 10c11 7 17 17 15 28-1 6-5 10-10 12l3 8h8l4 12H26l4-12h8l3-8c-5-2-9-6-10-12-2-11 4-21 15-28a6 6 0 0 1 4-10z",
  q: "M18 30a6 6 0 1 1 8 4l9 20 6-27a6 6 0 1 1 18 0l6 27 9-20a6 6 0 1 1 8 4L75 66l-2 6 5 10H22l5-10-2-6z",
  k: "M46 10h8v7h7v8h-7v8c11-5 26-3 26 12 0 11-9 16-11 26l5 11H26l5-11c-2-10-11-15-11-26 0-15 15-17 26-12v-8h-7v-8h7z",
};

/**
 * A board of cells that can be walked over with the arrow keys.
 *
 * The view says what lies where; `play` is told what the person wants.
 */
class Board {
  constructor(play) {
    this.play = play;
    this.element = svg("svg", { class: "board", role: "grid" });
    this.cells = [];
    this.at = null;
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("click", (event) => {
      const cell = event.target.closest(".cell");
      if (cell) this.press(Number(cell.dataset.index));
    });
  }

  /** Makes the cells once; `place(column, row)` gives the middle, row 0 being the lowest. */
  build(columns, rows, place) {
    this.columns = columns;
    this.rows = rows;
    for (let row = rows - 1; row >= 0; row -= 1) {
      const line = svg("g", { role: "row" });
      for (let column = 0; column < columns; column += 1) {
        const index = row * columns + column;
        const { x, y } = place(column, row);
        const cell = svg("g", { class: "cell", role: "gridcell", tabindex: -1, "data-index": index,
          transform: `translate(${x - unit / 2} ${y - unit / 2})` });
        line.append(cell);
        this.cells[index] = cell;
      }
      this.element.append(line);
    }
    this.focusOn(Math.floor(rows / 2) * columns + Math.floor(columns / 2), false);
  }

  focusOn(index, moves = true) {
    if (this.at !== null) this.cells[this.at].setAttribute("tabindex", -1);
    this.at = index;
    this.cells[index].setAttribute("tabindex", 0);
    if (moves) this.cells[index].focus();
  }

  key(event) {
    let column = this.at % this.columns;
    let row = Math.floor(this.at / this.columns);
    const flip = this.isTurned ? -1 : 1;
    switch (event.key) {
      case "ArrowLeft": column -= flip; break;
      case "ArrowRight": column += flip; break;
      case "ArrowUp": row += flip; break;
      case "ArrowDown": row -= flip; break;
      case "Enter": case " ": event.preventDefault(); this.press(this.at); return;
      default: return;
    }
    event.preventDefault();
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return;
    this.focusOn(row * this.columns + column);
  }

  /** Fills a cell: shapes, and what is read out. */
  fill(index, shapes, label, isPossible) {
    const cell = this.cells[index];
    cell.replaceChildren(svg("rect", { width: unit, height: unit, fill: "transparent" }), ...shapes,
      svg("rect", { class: "focus", x: 4, y: 4, width: unit - 8, height: unit - 8, rx: 8 }));
    cell.setAttribute("aria-label", label);
    cell.classList.toggle("possible", isPossible);
  }
}

function circle(kind, radius) {
  return svg("circle", { class: `disc ${kind}`, cx: 50, cy: 50, r: radius });
}

function edgeLabels(board, columns, rows, place, margin) {
  const group = svg("g", { "aria-hidden": "true" });
  const size = 30;
  for (let column = 0; column < columns; column += 1) {
    const { x } = place(column, 0);
    group.append(svg("text", { class: "label", x, y: margin * 2 + rows * unit - size / 1.6 }));
    group.lastChild.textContent = (columns === 8 ? "abcdefgh" : letters)[column];
  }
  for (let row = 0; row < rows; row += 1) {
    const { y } = place(0, row);
    group.append(svg("text", { class: "label", x: size / 1.6, y }));
    group.lastChild.textContent = row + 1;
  }
  board.element.append(group);
}

export class ReversiBoard extends Board {
  constructor(play) {
    super(play);
    const margin = 40;
    const side = margin * 2 + 8 * unit;
    const place = (column, row) => ({ x: margin + (column + 0.5) * unit, y: margin + (7.5 - row) * unit });
    this.element.setAttribute("viewBox", `0 0 ${side} ${side}`);
    this.element.append(svg("rect", { class: "felt", x: margin, y: margin, width: 8 * unit, height: 8 * unit, rx: 6 }));
    let path = "";
    for (let line = 0; line <= 8; line += 1) {
      const at = margin + line * unit;
      path += `M${at} ${margin}v${8 * unit}M${margin} ${at}h${8 * unit}`;
    }
    this.element.append(svg("path", { class: "grid", d: path }));
    edgeLabels(this, 8, 8, place, margin);
    this.build(8, 8, place);
  }

  show(view) {
    const game = view.game;
    this.possible = new Set(game.moves);
    for (let index = 0; index < 64; index += 1) {
      const name = "abcdefgh"[index % 8] + (Math.floor(index / 8) + 1);
      const kind = { b: "dark", w: "light" }[game.board[index]];
      const shapes = [];
      if (kind) shapes.push(circle(kind, 42));
      if (this.possible.has(name)) shapes.push(svg("circle", { class: "hint on-felt", cx: 50, cy: 50, r: 11 }));
      if (game.last === name) {
        shapes.push(svg("circle", { class: `mark on-${kind}`, cx: 50, cy: 50, r: 12 }));
      }
      const words = [name, kind ? text(kind === "dark" ? "black" : "white") : text("empty")];
      if (this.possible.has(name)) words.push(text("possible"));
      this.fill(index, shapes, words.join(", "), this.possible.has(name));
    }
  }

  press(index) {
    const name = "abcdefgh"[index % 8] + (Math.floor(index / 8) + 1);
    if (this.possible.has(name)) this.play(name);
  }
}

export class GoBoard extends Board {
  constructor(play, size) {
    super(play);
    this.size = size;
    const margin = 40;
    const side = margin * 2 + size * unit;
    const place = (column, row) => ({ x: margin + (column + 0.5) * unit, y: margin + (size - 0.5 - row) * unit });
    this.element.setAttribute("viewBox", `0 0 ${side} ${side}`);
    this.element.append(svg("rect", { class: "wood", x: margin, y: margin, width: size * unit, height: size * unit, rx: 8 }));
    const low = margin + unit / 2;
    const length = (size - 1) * unit;
    let path = "";
    for (let line = 0; line < size; line += 1) {
      const at = low + line * unit;
      path += `M${at} ${low}v${length}M${low} ${at}h${length}`;
    }
    this.element.append(svg("path", { class: "lines", d: path, "stroke-width": size > 13 ? 3 : 2 }));
    const edge = size === 9 ? 2 : 3;
    for (const column of [edge, (size - 1) / 2, size - 1 - edge]) {
      for (const row of [edge, (size - 1) / 2, size - 1 - edge]) {
        const { x, y } = place(column, row);
        this.element.append(svg("circle", { class: "star", cx: x, cy: y, r: 9 }));
      }
    }
    edgeLabels(this, size, size, place, margin);
    this.build(size, size, place);
  }

  name(index) { return letters[index % this.size] + (Math.floor(index / this.size) + 1); }

  show(view) {
    const game = view.game;
    this.game = game;
    this.isMine = view.turn !== undefined && view.turn === view.seat;
    this.mayMark = game.marking && view.seat !== undefined;
    const dead = new Set(game.dead || []);
    for (let index = 0; index < game.board.length; index += 1) {
      const name = this.name(index);
      const kind = { b: "dark", w: "light" }[game.board[index]];
      const shapes = [];
      if (kind) {
        shapes.push(circle(kind, 47));
        if (dead.has(name)) shapes[0].classList.add("dead");
        if (game.last === name) shapes.push(svg("circle", { class: `mark on-${kind}`, cx: 50, cy: 50, r: 20 }));
      }
      const isPossible = this.mayMark ? Boolean(kind) : this.isMine && !kind;
      this.fill(index, shapes, `${name}, ${kind ? text(kind === "dark" ? "black" : "white") : text("empty")}`, isPossible);
    }
  }

  press(index) {
    const name = this.name(index);
    if (this.mayMark && this.game.board[index] !== ".") this.play(`dead ${name}`);
    else if (this.isMine && this.game.board[index] === ".") this.play(name);
  }
}

export class ChessBoard extends Board {
  constructor(play, isTurned, choosePiece) {
    super(play);
    this.isTurned = isTurned;
    if (isTurned) this.element.dataset.turned = "";
    this.choosePiece = choosePiece;
    this.selected = null;
    const margin = 40;
    const side = margin * 2 + 8 * unit;
    const place = (column, row) => isTurned
      ? { x: margin + (7.5 - column) * unit, y: margin + (row + 0.5) * unit }
      : { x: margin + (column + 0.5) * unit, y: margin + (7.5 - row) * unit };
    this.element.setAttribute("viewBox", `0 0 ${side} ${side}`);
    edgeLabels(this, 8, 8, place, margin);
    this.build(8, 8, place);
  }

  square(index) { return "abcdefgh"[index % 8] + (Math.floor(index / 8) + 1); }

  show(view) {
    this.view = view;
    this.moves = view.game.moves;
    if (!this.moves.some((move) => move.slice(0, 2) === this.selected)) this.selected = null;
    this.draw();
  }

  draw() {
    const game = this.view.game;
    const turn = this.view.turn === 1 ? "k" : "K";
    for (let index = 0; index < 64; index += 1) {
      const name = this.square(index);
      const piece = game.board[index];
      const isLight = (index % 8 + Math.floor(index / 8)) % 2 === 1;
      const shapes = [svg("rect", { class: isLight ? "square-light" : "square-dark", width: unit, height: unit })];
      if (game.last && (game.last.slice(0, 2) === name || game.last.slice(2, 4) === name)) {
        shapes.push(svg("rect", { class: "last", width: unit, height: unit }));
      }
      if (this.selected === name) shapes.push(svg("rect", { class: "selected", width: unit, height: unit }));
      if (game.check && piece === turn) shapes.push(svg("rect", { class: "check", width: unit, height: unit }));
      let label = `${name}, ${text("empty")}`;
      if (piece !== ".") {
        const isWhite = piece === piece.toUpperCase();
        shapes.push(svg("path", { class: `piece ${isWhite ? "white" : "black"}`, d: pieces[piece.toLowerCase()] }));
        label = `${name}, ${text(isWhite ? "white" : "black")} ${text(piece.toLowerCase())}`;
      }
      const isTarget = this.selected && this.moves.some((move) => move.startsWith(this.selected + name));
      if (isTarget) {
        shapes.push(svg("circle", { class: "hint", cx: 50, cy: 50, r: piece === "." ? 14 : 44,
          ...(piece === "." ? {} : { "fill-opacity": 0.35 }) }));
        label += `, ${text("possible")}`;
      }
      const isOwn = this.moves.some((move) => move.startsWith(name));
      this.fill(index, shapes, label, Boolean(isTarget) || isOwn);
    }
  }

  async press(index) {
    const name = this.square(index);
    const found = this.selected ? this.moves.filter((move) => move.startsWith(this.selected + name)) : [];
    if (found.length > 0) {
      this.selected = null;
      this.play(found.length === 1 ? found[0] : found[0].slice(0, 4) + (await this.choosePiece()));
    } else {
      this.selected = this.moves.some((move) => move.startsWith(name)) && this.selected !== name ? name : null;
    }
    const focused = this.at;
    this.draw();
    if (document.activeElement === this.cells[focused]) this.cells[focused].focus();
  }
}

/** A small picture of an activity, for the list. */
export function icon(activity) {
  const frame = svg("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" });
  switch (activity) {
    case "reversi":
      frame.append(svg("rect", { class: "felt", width: 100, height: 100, rx: 14 }),
        svg("circle", { class: "dark", cx: 36, cy: 36, r: 22 }), svg("circle", { class: "light", cx: 64, cy: 64, r: 22 }));
      break;
    case "chess":
      frame.append(svg("rect", { class: "square-dark", width: 100, height: 100, rx: 14 }),
        svg("path", { class: "piece white", d: pieces.n }));
      break;
    case "go":
      frame.append(svg("rect", { class: "wood", width: 100, height: 100, rx: 14 }),
        svg("path", { class: "lines", d: "M33 0v100M67 0v100M0 33h100M0 67h100" }),
        svg("circle", { class: "dark", cx: 33, cy: 67, r: 17 }), svg("circle", { class: "light", cx: 67, cy: 33, r: 17 }));
      break;
    case "drawing":
      frame.append(svg("rect", { class: "light", width: 100, height: 100, rx: 14 }),
        svg("path", { d: "M18 78c14-44 26-44 32-14s18 20 32-36", fill: "none", stroke: "#2b5fb0", "stroke-width": 8,
          "stroke-linecap": "round" }));
      break;
    default:
      frame.append(svg("rect", { class: "dark", width: 100, height: 100, rx: 14 }),
        svg("path", { d: "M38 26l38 24-38 24z", fill: "#fff" }));
  }
  return frame;
}
