// The arcade's page: who one is, what one is asked, and the session that one is in. The server decides everything; this
// shows what it says and tells it what the person wants.
import { text, language } from "./texts.js";
import { state, find, request, attempt, measureClock, Refused } from "./state.js";
import { icon } from "./boards.js";
import { OfflineReversi } from "./offline.js";
import { showSession, closeStage, announce, showClocks } from "./session.js";

const activities = ["reversi", "chess", "go", "drawing", "viewing"];

/** Reads the stream of events as long as there is one, and connects again where it breaks. */
async function listen() {
  const number = ++state.streams;
  let pause = 500;
  while (number === state.streams && state.token) {
    try {
      const answer = await fetch("api/events", { headers: { authorization: `Bearer ${state.token}` } });
      if (answer.status === 401) { forget(); return; }
      if (!answer.ok) throw new Error();
      find("connection").textContent = "";
      state.isOffline = false;
      pause = 500;
      for (let i = 0; i < 3; i += 1) measureClock().catch(() => {});
      if (state.activity && !state.offline) connect();
      await read(answer.body.getReader(), number);
    } catch {
      // What was broken off is begun again.
    }
    if (number !== state.streams || !state.token) return;
    unreachable();
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, 10000);
  }
}

async function read(reader, number) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done || number !== state.streams) return;
    const events = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = events.pop();
    for (const event of events) if (event.startsWith("data: ")) receive(JSON.parse(event.slice(6)));
  }
}

function unreachable() {
  find("connection").textContent = text("offline");
  state.isOffline = true;
  playOffline();
}

/** Without a connection there is still a game for one. */
function playOffline() {
  if (!state.isOffline || state.activity !== "reversi" || state.view) return;
  state.offline = new OfflineReversi(state, (view) => {
    if (!state.offline) return;
    state.view = view;
    show();
  });
  state.place = { activity: "reversi", place: "standard", session: "offline" };
  state.view = state.offline.view;
  show();
}

function receive(message) {
  if (state.offline) return;
  if (message.activity !== state.activity) return;
  if (message.place) {
    state.place = message;
    if (message.place !== "standard" && message.place !== "joint") state.view = null;
  } else {
    if (state.place?.session && state.place.session !== message.session) return;
    announce(state.view, message);
    state.view = message;
  }
  show();
}

// ---- Logging in

function remember(answer) {
  Object.assign(state, { token: answer.token, id: answer.id, name: answer.name });
  // The program around the page brings it each time.
  if (state.isInside) return;
  for (const key of ["token", "id", "name"]) localStorage.setItem(`arcade.${key}`, state[key]);
}

function forget() {
  if (!state.token) return;
  if (!state.isInside) for (const key of ["token", "id", "name"]) localStorage.removeItem(`arcade.${key}`);
  Object.assign(state, { token: null, id: null, name: null, place: null, view: null });
  state.streams += 1;
  show();
}

/** At the first server, which alone sees the password; what it gives is for this server and good once. */
async function logIn(server, user, password) {
  const ask = async (path, body, token) => {
    const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => ({})));
    return answer.json();
  };
  const root = "/_matrix/client/v3";
  const session = await ask(`${root}/login`, { type: "m.login.password", identifier: { type: "m.id.user", user },
    password, initial_device_display_name: text("arcade") });
  const path = `${root}/user/${encodeURIComponent(session.user_id)}/openid/request_token`;
  const proof = await ask(path, {}, session.access_token);
  const answer = await request("POST", "api/login", proof);
  await ask(`${root}/logout`, {}, session.access_token).catch(() => {});
  remember(answer);
}

/** Asks until it is told: who is logged in may log out. */
async function knownServers() {
  for (let pause = 1000; ; pause = Math.min(pause * 2, 10000)) {
    try {
      const { servers } = await request("GET", "api/servers");
      find("login-error").textContent = "";
      return servers;
    } catch {
      find("login-error").textContent = text("noAnswer");
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

function prepareLogin() {
  const choice = find("server");
  choice.parentElement.hidden = true;
  const known = knownServers().then((servers) => {
    choice.replaceChildren(...servers.map((server, index) => new Option(server.name, index)));
    choice.parentElement.hidden = servers.length < 2;
    return servers;
  });
  find("login").onsubmit = async (event) => {
    event.preventDefault();
    find("login-error").textContent = "";
    try {
      const servers = await known;
      await logIn(servers[choice.value || 0], find("user").value, find("password").value);
      find("password").value = "";
      begin();
    } catch (error) {
      find("login-error").textContent = text(error instanceof Refused ? "loginFailed" : "noAnswer");
    }
  };
}

// ---- What is shown

function begin() {
  show();
  if (!state.isAlone) listen();
}

/** The connection request; what is said here counts where the person is alone. */
function connect() {
  const options = { language, side: "first", ...(state.activity === "go" ? { size: 9 } : {}) };
  attempt(() => request("POST", "api/connect", { activity: state.activity, options }));
}

function open(activity) {
  state.activity = activity;
  state.place = null;
  state.view = null;
  state.offline = null;
  show();
  playOffline();
  if (activity && state.token && !state.offline) connect();
}

function show() {
  const place = state.place?.place;
  const view = state.view;
  const isWaiting = Boolean(state.token && state.activity)
    && (!place || place === "asking" || (place === "joint" && view?.state === "waiting"));
  document.body.classList.toggle("inside", state.isInside);
  find("login").hidden = Boolean(state.token) || state.isInside;
  find("choose").hidden = !state.token || Boolean(state.activity);
  find("waiting").hidden = !isWaiting;
  find("session").hidden = !state.token || !view || view.state === "waiting";
  find("leave").hidden = !state.token || !state.activity;
  find("logout").hidden = !state.token;
  find("who").textContent = state.token ? state.name : "";
  const title = state.activity ? text(state.activity) : text("arcade");
  find("title").textContent = title;
  // The program around the page learns by it what is drawn.
  document.title = state.isInside && view ? `${title} ${view.n}` : title;
  if (isWaiting) showWaiting(view);
  showPrompt();
  if (!find("session").hidden) showSession(view);
  else closeStage();
}

function showWaiting(view) {
  const isExpecting = view?.state === "waiting";
  const names = isExpecting ? view.expected.join(", ") : "";
  find("waiting-title").textContent = !isExpecting ? text("asking")
    : view.for_others ? text("waitingOthers") : text("waitingTitle", { names });
  find("waiting-text").textContent = isExpecting ? text("waitingText") : "";
}

// ---- Prompts

function showPrompt() {
  const dialog = find("prompt");
  const place = state.place;
  // A program that has the page inside asks its person itself.
  const isAsked = !state.isInside && place && (place.place === "choosing" || place.place === "invited");
  if (!isAsked || place.prompt === state.answered) {
    if (dialog.open) dialog.close();
    return;
  }
  if (dialog.open && Number(dialog.dataset.prompt) === place.prompt) return;
  dialog.dataset.prompt = place.prompt;
  const isInvitation = place.place === "invited";
  find("prompt-text").textContent = isInvitation ? text("joinOf", { name: place.from, activity: text(state.activity) })
    : text("beginWith", { activity: text(state.activity) });
  find("prompt-people").replaceChildren(...(place.people || []).map((person) => {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: true, value: person.id });
    const label = document.createElement("label");
    label.append(box, ` ${person.name}`);
    return label;
  }));
  find("prompt-options").replaceChildren(...(isInvitation ? [] : optionFields()));
  const button = (name, answer, isMain) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text(name) });
    made.classList.toggle("main", Boolean(isMain));
    made.dataset.answer = answer;
    made.addEventListener("click", () => reply(answer));
    return made;
  };
  const buttons = [button("refuse", "refuse"), button(isInvitation ? "join" : "accept", "accept", true)];
  if (!isInvitation) buttons.splice(1, 0, button("others", "others"));
  find("prompt-buttons").replaceChildren(...buttons);
  if (!dialog.open) dialog.showModal();
  buttons[buttons.length - 1].focus();
}

function optionFields() {
  const field = (name, label, choices) => {
    const select = document.createElement("select");
    select.name = name;
    select.append(...choices.map(([value, words]) => new Option(words, value)));
    const made = document.createElement("label");
    made.append(label, select);
    return made;
  };
  const fields = [];
  const isContest = ["reversi", "chess", "go"].includes(state.activity);
  if (state.activity === "go") {
    fields.push(field("size", text("size"), [[9, "9 × 9"], [13, "13 × 13"], [19, "19 × 19"]]));
  }
  if (isContest) {
    fields.push(field("side", text("side"), ["chance", "first", "second"].map((side) => [side, text(side)])));
    fields.push(field("clock_ms", text("clock"),
      [["", text("noClock")], [180000, "3 min + 2 s"], [600000, "10 min + 5 s"], [1800000, "30 min + 10 s"]]));
  }
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "direct" });
  const label = document.createElement("label");
  label.append(box, ` ${text("direct")}`);
  fields.push(label);
  return fields;
}

function chosenOptions() {
  const options = { language };
  const increments = { 180000: 2000, 600000: 5000, 1800000: 10000 };
  for (const select of find("prompt-options").querySelectorAll("select")) {
    if (select.value === "") continue;
    options[select.name] = select.name === "side" ? select.value : Number(select.value);
    if (select.name === "clock_ms") options.increment_ms = increments[select.value];
  }
  return options;
}

function reply(answer) {
  const prompt = state.place.prompt;
  const body = { activity: state.activity, prompt, answer, options: chosenOptions() };
  if (state.place.place === "invited") delete body.options;
  body.people = [...find("prompt-people").querySelectorAll("input:checked")].map((box) => box.value);
  body.direct = Boolean(find("prompt-options").querySelector("[name=direct]")?.checked);
  if (answer === "accept" && state.place.place === "choosing" && body.people.length === 0) body.answer = "refuse";
  state.answered = prompt;
  find("prompt").close();
  attempt(() => request("POST", "api/answer", body));
}

// ---- Beginning

function followAddress() {
  const words = new URLSearchParams(location.hash.slice(1).replace(/^([^&=]+)(&|$)/, "activity=$1$2"));
  const token = words.get("token");
  if (words.has("inside") || words.has("alone")) state.isInside = true;
  if (words.has("alone")) {
    // From the disk, without a server.
    Object.assign(state, { isOffline: true, isAlone: true, token: "alone", id: "alone", name: words.get("name") || "" });
  }
  if (token) {
    // Put there by a program that logged in for its person. Elsewhere a link of anybody's would log people in as that one.
    if (state.isInside) remember({ token, id: words.get("id") || "", name: words.get("name") || "" });
    // It does not stay in the address.
    history.replaceState(null, "", `#${words.get("activity") || ""}`);
  }
  const activity = activities.includes(words.get("activity")) ? words.get("activity") : null;
  if (activity !== state.activity) open(activity);
}

async function start() {
  state.whenForgotten = forget;
  state.whenUnreachable = unreachable;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text(element.dataset.text);
  }
  find("incomplete").remove();
  find("leave").textContent = text("leave");
  find("logout").textContent = text("logOut");
  find("activities").replaceChildren(...activities.map((activity) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    const words = document.createElement("span");
    words.append(text(activity), Object.assign(document.createElement("small"),
      { textContent: text(`${activity}Text`) }));
    button.append(icon(activity), words);
    button.addEventListener("click", () => { location.hash = activity; });
    const line = document.createElement("li");
    line.append(button);
    return line;
  }));
  find("leave").addEventListener("click", async () => {
    if (!state.offline) await attempt(() => request("POST", "api/leave", { activity: state.activity }));
    location.hash = "";
  });
  find("logout").addEventListener("click", async () => {
    await attempt(() => request("POST", "api/logout", {}));
    forget();
  });
  find("prompt").addEventListener("cancel", (event) => {
    event.preventDefault();
    reply("refuse");
  });
  window.addEventListener("hashchange", followAddress);
  setInterval(showClocks, 250);
  setInterval(() => { if (state.token && !state.isAlone) measureClock().catch(() => {}); }, 30000);
  followAddress();
  if (!state.isInside) {
    navigator.serviceWorker?.register("worker.js").catch(() => {});
    prepareLogin();
    if (!state.token) await request("POST", "api/login/address", {}).then(remember, () => {});
  }
  begin();
}

start();
