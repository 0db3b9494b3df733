// What several people do at once: drawing, and watching in step.
import { text } from "./texts.js";
import { Step } from "./step.js";

const colours = ["#111111", "#d32f2f", "#1976d2", "#388e3c", "#fbc02d", "#f57c00", "#7b1fa2", "#5d4037", "#00838f",
  "#ec407a", "#9e9e9e", "#ffffff"];

function element(name, properties = {}, children = []) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

/** A sheet on which lines come as they are drawn; points are thousandths of its sides. */
export class Sheet {
  constructor(play) {
    this.play = play;
    this.colour = 0;
    this.width = 6;
    this.lines = [];
    this.own = [];
    this.canvas = element("canvas", { width: 1600, height: 1200 });
    this.canvas.setAttribute("role", "img");
    this.tools = element("div", { className: "tools" });
    this.element = element("div", { className: "sheet" }, [this.canvas, this.tools]);
    this.buildTools();
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"]) this.canvas.addEventListener(kind, () => this.end());
  }

  buildTools() {
    colours.forEach((colour, index) => {
      const button = element("button", { type: "button", className: "colour" });
      button.style.background = colour;
      button.setAttribute("aria-label", `${text("colour")} ${index + 1}`);
      button.setAttribute("aria-pressed", index === this.colour);
      button.addEventListener("click", () => {
        this.colour = index;
        for (const other of this.tools.querySelectorAll(".colour")) {
          other.setAttribute("aria-pressed", other === button);
        }
      });
      this.tools.append(button);
    });
    const width = element("input", { type: "range", min: 2, max: 30, value: this.width });
    width.style.width = "7rem";
    width.setAttribute("aria-label", text("width"));
    width.addEventListener("input", () => { this.width = Number(width.value); });
    const clear = element("button", { type: "button", textContent: text("clear") });
    clear.addEventListener("click", () => this.play("clear"));
    this.tools.append(width, clear);
  }

  show(view) {
    const game = view.game;
    this.mayDraw = game.may_draw;
    this.tools.hidden = !this.mayDraw;
    this.canvas.setAttribute("aria-label", text("drawing"));
    const isContinued = game.lines.length >= this.lines.length
      && this.lines.every((line, index) => line === game.lines[index]);
    const first = isContinued ? this.lines.length : 0;
    if (!isContinued) this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const line of game.lines.slice(first)) this.drawLine(line);
    this.lines = game.lines.slice();
  }

  get context() { return this.canvas.getContext("2d"); }

  drawLine(line) {
    const [colour, width, ...points] = line.split(" ");
    const context = this.context;
    context.strokeStyle = colours[colour];
    context.lineWidth = width * this.canvas.width / 1000;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    points.forEach((point, index) => {
      const [x, y] = point.split(",").map(Number);
      const at = [x * this.canvas.width / 1000, y * this.canvas.height / 1000];
      if (index === 0) context.moveTo(...at);
      context.lineTo(...at);
    });
    context.stroke();
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const clamp = (value) => Math.max(0, Math.min(1000, Math.round(value * 1000)));
    return `${clamp((event.clientX - box.left) / box.width)},${clamp((event.clientY - box.top) / box.height)}`;
  }

  begin(event) {
    if (!this.mayDraw) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.own = [this.point(event)];
  }

  move(event) {
    if (this.own.length === 0) return;
    const point = this.point(event);
    if (point === this.own[this.own.length - 1]) return;
    this.drawLine(`${this.colour} ${this.width} ${this.own[this.own.length - 1]} ${point}`);
    this.own.push(point);
    if (this.own.length >= 60) this.flush(point);
  }

  end() {
    if (this.own.length > 0) this.flush();
  }

  flush(next) {
    this.play(`line ${this.colour} ${this.width} ${this.own.join(" ")}`);
    this.own = next ? [next] : [];
  }
}

/** Pictures, video and music in step with everybody: kept to where the server's clock says that it is. */
export class Viewer {
  /** `serverTime()` is the server's clock, as far as it is known here. */
  constructor(play, serverTime) {
    this.play = play;
    this.serverTime = serverTime;
    this.screen = element("div", { className: "screen" });
    this.controls = element("div", { className: "tools" });
    this.element = element("div", { className: "viewer" }, [this.screen, this.controls]);
    this.url = null;
    this.step = new Step();
    this.timer = setInterval(() => this.keep(), 250);
  }

  close() { clearInterval(this.timer); }

  show(view) {
    this.game = view.game;
    const item = this.game.items[this.game.current];
    if ((item && item.url) !== this.url) this.open(item);
    this.showControls();
    this.keep();
  }

  open(item) {
    this.url = item && item.url;
    this.media = null;
    this.step.forget();
    this.screen.replaceChildren();
    if (!item) return;
    if (item.url.startsWith("mxc:")) {
      this.screen.append(element("p", { textContent: text("cannotShow") }));
    } else if (item.kind === "picture") {
      this.screen.append(element("img", { src: item.url, alt: item.title }));
    } else {
      this.media = element(item.kind === "video" ? "video" : "audio", { src: item.url, playsInline: true });
      this.screen.append(this.media);
      this.media.addEventListener("loadedmetadata", () => { this.keep(); this.showControls(); });
    }
  }

  /** Where it is for everybody now, in seconds. */
  get place() {
    const passed = this.game.playing ? this.serverTime() - this.game.at_ts : 0;
    return Math.max(0, (this.game.position_ms + passed) / 1000);
  }

  keep() {
    const media = this.media;
    if (!media || !this.game || media.readyState < 1) return;
    if (!this.step.keep(media, this.place, this.game.playing, this.serverTime())) return;
    media.play().then(() => this.begin?.remove(), () => this.askToBegin());
  }

  /** Browsers play nothing before the person did something on the page. */
  askToBegin() {
    if (this.begin?.isConnected) return;
    this.begin = element("button", { type: "button", className: "main", textContent: text("start") });
    this.begin.addEventListener("click", () => { this.begin.remove(); this.keep(); });
    this.screen.append(this.begin);
  }

  showControls() {
    const game = this.game;
    if (this.controls.contains(document.activeElement) && document.activeElement.type === "range") return;
    const button = (name, move, isPossible = game.may_steer) => {
      const made = element("button", { type: "button", textContent: text(name), disabled: !isPossible });
      made.addEventListener("click", () => this.play(move));
      return made;
    };
    const parts = [];
    const item = game.items[game.current];
    if (item && item.kind !== "picture") {
      parts.push(game.playing ? button("pause", "pause") : button("play", "play"));
      const length = this.media && Number.isFinite(this.media.duration) ? this.media.duration : 0;
      const seek = element("input", { type: "range", min: 0, max: Math.ceil(length), disabled: !game.may_steer || !length });
      seek.value = this.place;
      seek.style.width = "auto";
      seek.style.flex = "1";
      seek.setAttribute("aria-label", text("seek"));
      seek.addEventListener("change", () => { this.play(`seek ${Math.round(seek.value * 1000)}`); seek.blur(); });
      parts.push(seek);
    }
    if (game.items.length > 1) {
      if (game.current > 0) parts.push(button("previous", `show ${game.current - 1}`));
      if (game.current < game.items.length - 1) parts.push(button("next", `show ${game.current + 1}`));
    }
    parts.push(game.leader === undefined ? button("lead", "lead") : button("share", "share"));
    this.controls.replaceChildren(...parts);
  }
}
