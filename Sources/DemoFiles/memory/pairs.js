"use strict";
// Eight pairs of words on four rows of four cards.
const names = ["Sun", "Moon", "Star", "Tree", "Boat", "Fish", "Bell", "Key"];
const signs = ["☀", "☾", "★", "♣", "⛵", "◊", "♪", "⚿"];
const columns = 4;
const board = document.getElementById("board");
const status = document.getElementById("status");
let cards = [];
let open = [];
let turns = 0;
let current = 0;

function shuffled(list) {
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [list[last], list[other]] = [list[other], list[last]];
  }
  return list;
}

function label(card) {
  const place = `Row ${Math.floor(card.index / columns) + 1}, column ${card.index % columns + 1}`;
  const what = card.found ? `${names[card.kind]}, found` : card.open ? names[card.kind] : "hidden";
  return `${place}: ${what}`;
}

function show(card) {
  const shown = card.open || card.found;
  card.element.textContent = shown ? signs[card.kind] : "";
  card.element.className = "card" + (card.found ? " found" : card.open ? " open" : "");
  card.element.setAttribute("aria-label", label(card));
}

function focus(index) {
  cards[current].element.tabIndex = -1;
  current = index;
  cards[current].element.tabIndex = 0;
  cards[current].element.focus();
}

function turn(card) {
  if (card.found || card.open) return;
  if (open.length === 2) {
    for (const other of open) { other.open = false; show(other); }
    open = [];
  }
  card.open = true;
  open.push(card);
  show(card);
  if (open.length < 2) { status.textContent = names[card.kind]; return; }
  turns++;
  const [first, second] = open;
  if (first.kind === second.kind) {
    for (const one of open) { one.found = true; one.open = false; show(one); }
    open = [];
    const isOver = cards.every(one => one.found);
    status.textContent = isOver ? `All found in ${turns} turns.` : `A pair: ${names[card.kind]}.`;
  } else {
    status.textContent = `${names[first.kind]} and ${names[second.kind]}: no pair. ${turns} turns.`;
  }
}

function begin() {
  open = [];
  turns = 0;
  current = 0;
  board.replaceChildren();
  cards = shuffled([...names.keys(), ...names.keys()]).map((kind, index) => ({ kind, index, open: false, found: false }));
  for (let start = 0; start < cards.length; start += columns) {
    const row = document.createElement("div");
    row.setAttribute("role", "row");
    for (const card of cards.slice(start, start + columns)) {
      const cell = document.createElement("div");
      cell.setAttribute("role", "gridcell");
      card.element = document.createElement("button");
      card.element.type = "button";
      card.element.tabIndex = card.index === 0 ? 0 : -1;
      card.element.style.width = "100%";
      card.element.addEventListener("click", () => { focus(card.index); turn(card); });
      cell.append(card.element);
      row.append(cell);
      show(card);
    }
    board.append(row);
  }
  status.textContent = "Sixteen cards, eight pairs.";
}

document.addEventListener("keydown", event => {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  if (event.key in steps) {
    const next = current + steps[event.key];
    if (next >= 0 && next < cards.length) focus(next);
    event.preventDefault();
  } else if (event.key === "n" || event.key === "N") {
    begin();
    focus(0);
  }
});
document.getElementById("again").addEventListener("click", () => { begin(); focus(0); });
begin();
