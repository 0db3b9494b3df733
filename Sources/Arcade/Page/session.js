// The session that one is in: its stage, its people, and what one may do.
import { text } from "./texts.js";
import { state, find, act, actTogether, serverTime } from "./state.js";
import { ReversiBoard, ChessBoard, GoBoard } from "./boards.js";
import { Sheet, Viewer } from "./together.js";

const nameOf = (seat) => {
  const player = state.view?.players[seat];
  if (!player) return "";
  return player.program ? text("program") : player.id === state.id ? text("you") : player.name;
};

export function closeStage() {
  state.stage?.close?.();
  state.stage = null;
  state.stageFor = "";
  find("stage").replaceChildren();
}

function makeStage(view) {
  switch (view.activity) {
    case "reversi": return new ReversiBoard((move) => act(`move ${move}`));
    case "chess": return new ChessBoard((move) => act(`move ${move}`), view.seat === 1, choosePiece);
    case "go": return new GoBoard((move) => act(`move ${move}`), view.game.size);
    case "drawing": return new Sheet((move) => actTogether(`move ${move}`));
    default: return new Viewer((move) => actTogether(`move ${move}`), serverTime);
  }
}

export function showSession(view) {
  const stageFor = [view.session, view.seat, view.game.size].join(" ");
  if (state.stageFor !== stageFor) {
    closeStage();
    state.stage = makeStage(view);
    state.stageFor = stageFor;
    state.stage.element.setAttribute("aria-label", text(view.activity));
    find("stage").replaceChildren(state.stage.element);
    // Where there is nothing else on the page, the keyboard belongs to the board.
    if (state.isInside) state.stage.element.querySelector("[tabindex='0']")?.focus();
  }
  state.stage.show(view);
  showPlayers(view);
  find("state").textContent = stateText(view);
  find("actions").replaceChildren(...actions(view));
  showExtra(view);
}

function showPlayers(view) {
  find("players").replaceChildren(...view.players.map((player, seat) => {
    const line = document.createElement("li");
    line.classList.toggle("turn", view.turn === seat);
    line.classList.toggle("away", !player.present);
    if (["reversi", "go", "chess"].includes(view.activity)) {
      const stone = document.createElement("span");
      const isDark = view.activity === "chess" ? seat === 1 : seat === 0;
      stone.className = `stone ${isDark ? "dark" : "light"}`;
      line.append(stone);
    }
    const name = Object.assign(document.createElement("span"), { className: "name", textContent: nameOf(seat) });
    line.append(name);
    const figure = view.game.discs?.[seat] ?? view.game.areas?.[seat] ?? view.game.scores?.[seat]
      ?? (view.game.captures ? `+${view.game.captures[seat]}` : undefined);
    if (figure !== undefined) line.append(` ${figure}`);
    if (view.clock) {
      const clock = Object.assign(document.createElement("span"), { className: "clock" });
      clock.dataset.seat = seat;
      line.append(clock);
    }
    return line;
  }));
  showClocks();
}

export function showClocks() {
  const clock = state.view?.clock;
  if (!clock) return;
  for (const field of document.querySelectorAll(".clock")) {
    const seat = Number(field.dataset.seat);
    let left = clock.remaining_ms[seat];
    if (clock.running === seat) left -= serverTime() - clock.since_ts;
    const seconds = Math.max(0, Math.ceil(left / 1000));
    field.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

function stateText(view) {
  if (view.outcome) {
    const { winners, score } = view.outcome;
    const words = winners.length === 0 ? text("draw") : winners.includes(view.seat) ? text("youWon")
      : text("won", { name: winners.map(nameOf).join(", ") });
    return score ? `${words} (${score})` : words;
  }
  if (view.offer && view.offer.seat !== view.seat && view.seat !== undefined) {
    return text(view.offer.kind === "undo" ? "undoOffered" : "drawOffered", { name: nameOf(view.offer.seat) });
  }
  if (view.offer) return text("offered");
  if (view.game.marking) return text("marking");
  if (view.activity === "drawing" && view.game.drawer !== undefined) return drawingText(view);
  if (view.turn === undefined) return "";
  const words = view.turn === view.seat ? text("yourTurn") : text("turnOf", { name: nameOf(view.turn) });
  return view.game.check ? `${text("check")} · ${words}` : words;
}

function drawingText(view) {
  const game = view.game;
  const parts = [text("round", { round: game.round, rounds: game.rounds })];
  if (game.offered) parts.push(text("chooseWord"));
  else if (game.word) parts.push(text("theWord", { word: game.word }));
  else {
    parts.push(text("draws", { name: nameOf(game.drawer) }));
    if (game.letters) parts.push(text("letters", { n: game.letters }));
  }
  return parts.join(" · ");
}

function actions(view) {
  if (view.seat === undefined) return [];
  const list = [];
  const add = (name, entry, isMain) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    button.classList.toggle("main", Boolean(isMain));
    button.dataset.entry = entry;
    button.addEventListener("click", () => act(entry));
    list.push(button);
  };
  const isContest = ["reversi", "chess", "go"].includes(view.activity);
  if (view.outcome) {
    if (!view.rematch.includes(view.seat)) add(text("rematch"), "rematch", true);
    return list;
  }
  if (view.offer && view.offer.seat !== view.seat) {
    add(text("yes"), "yes", true);
    add(text("no"), "no");
    return list;
  }
  if (view.game.marking) {
    if (!view.game.agreed.includes(view.seat)) add(text("yes"), "move agree", true);
    add(text("resume"), "move resume");
    return list;
  }
  if (!isContest) return list;
  if (view.activity === "go" && view.turn === view.seat) add(text("pass"), "move pass");
  if (view.game.claim && view.turn === view.seat) add(text("claim"), "move claim");
  if (!view.offer) {
    add(text("undo"), "undo");
    if (view.activity === "chess" && view.joint) add(text("offerDraw"), "draw");
  }
  add(text("resign"), "resign");
  return list;
}

/** What a game has besides its board: guesses, words, lists. */
function showExtra(view) {
  const extra = find("extra");
  const watchers = view.watchers.length ? text("watching", { names: view.watchers.join(", ") }) : "";
  // What somebody is typing is left alone.
  const isTyping = extra.contains(document.activeElement) && document.activeElement.tagName === "INPUT";
  if (view.activity === "drawing") {
    if (!isTyping || !extra.querySelector("#guesses")) buildDrawingExtra(extra, view);
    showGuesses(view);
  } else if (view.activity === "viewing") {
    if (!isTyping) buildViewingExtra(extra, view);
  } else {
    extra.textContent = watchers;
  }
}

function form(fields, label, submit) {
  const made = document.createElement("form");
  made.append(...fields, Object.assign(document.createElement("button"), { textContent: label }));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  return made;
}

function input(label, properties = {}) {
  const made = Object.assign(document.createElement("input"), { placeholder: label, ...properties });
  made.setAttribute("aria-label", label);
  return made;
}

function buildDrawingExtra(extra, view) {
  const game = view.game;
  const parts = [];
  for (const [index, word] of (game.offered || []).entries()) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: word });
    button.addEventListener("click", () => actTogether(`move word ${index}`));
    parts.push(button);
  }
  if (game.drawer === view.seat && game.word) {
    const skip = Object.assign(document.createElement("button"), { type: "button", textContent: text("skip") });
    skip.addEventListener("click", () => actTogether("move skip"));
    parts.push(skip);
  } else if (game.letters) {
    const field = input(text("guess"), { maxLength: 60, autocomplete: "off" });
    parts.push(form([field], text("send"), () => {
      if (field.value.trim()) actTogether(`move guess ${field.value.trim()}`);
      field.value = "";
    }));
  }
  extra.replaceChildren(...parts, Object.assign(document.createElement("ul"), { id: "guesses" }));
}

function showGuesses(view) {
  const game = view.game;
  const lines = game.guesses.map((guess) => `${nameOf(guess.seat)}: ${guess.text}`);
  for (const seat of game.found) lines.push(text("foundIt", { name: nameOf(seat) }));
  if (game.last_word) lines.unshift(text("lastWord", { word: game.last_word }));
  find("guesses")?.replaceChildren(...lines.map((line) =>
    Object.assign(document.createElement("li"), { textContent: line })));
}

function buildViewingExtra(extra, view) {
  const list = Object.assign(document.createElement("ol"), { className: "items" });
  list.append(...view.game.items.map((item, index) => {
    const button = Object.assign(document.createElement("button"),
      { type: "button", textContent: item.title || item.url, disabled: !view.game.may_steer });
    button.setAttribute("aria-current", index === view.game.current);
    button.addEventListener("click", () => actTogether(`move show ${index}`));
    const line = document.createElement("li");
    line.append(button);
    return line;
  }));
  const kind = document.createElement("select");
  kind.append(...["picture", "video", "audio"].map((name) => new Option(text(name), name)));
  const address = input(text("address"), { type: "url", required: true, pattern: "https://.*" });
  const title = input(text("name"), { maxLength: 100 });
  extra.replaceChildren(list, form([kind, address, title], text("add"), () => {
    actTogether(`move add ${kind.value} ${address.value} ${title.value}`.trim());
    address.value = "";
    title.value = "";
  }));
}

/** Which piece a pawn becomes. */
function choosePiece() {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", text("promote"));
    for (const piece of ["q", "r", "b", "n"]) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: text(piece) });
      button.addEventListener("click", () => {
        dialog.remove();
        resolve(piece);
      });
      dialog.append(button);
    }
    dialog.addEventListener("cancel", () => { dialog.remove(); resolve("q"); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Says aloud what happened, for those who do not see the board. */
export function announce(before, after) {
  if (!before || before.session !== after.session || !after.game) return;
  const last = after.game.last;
  const isNew = last && last !== before.game?.last;
  // In one piece: of two, one after the other, only the second would be heard.
  const said = [];
  if (isNew && before.turn !== undefined) said.push(`${nameOf(before.turn)}: ${last}`);
  if (after.outcome && !before.outcome) said.push(stateText(after));
  if (said.length) find("announcer").textContent = said.join(". ");
}
