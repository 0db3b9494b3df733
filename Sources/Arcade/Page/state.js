// What the page knows, and how it speaks with the server.
import { text } from "./texts.js";

export const find = (id) => document.getElementById(id);

/** What a browser keeps for the next time; a page that comes from the disk may have no such place. */
function kept(name) {
  try {
    return localStorage.getItem(`arcade.${name}`);
  } catch {
    return null;
  }
}

export const state = {
  token: kept("token"),
  id: kept("id"),
  name: kept("name"),
  /** Shown by a program that has a window around it and asks its person itself. */
  isInside: false,
  /** There is no server at all. */
  isAlone: false,
  activity: null,
  place: null,
  view: null,
  stage: null,
  /** What the stage was made for. */
  stageFor: "",
  offset: 0,
  bestTrip: Infinity,
  streams: 0,
  answered: 0,
  isOffline: false,
  /** A game without the server. */
  offline: null,
  /** Called when the server does not know the token any more. */
  whenForgotten: () => {},
  /** Called when a request did not reach the server. */
  whenUnreachable: () => {},
};

export class Refused extends Error {
  constructor(status, body) {
    super(body.error || String(status));
    this.status = status;
  }
}

export async function request(method, path, body) {
  const headers = state.token ? { authorization: `Bearer ${state.token}` } : {};
  if (body) headers["content-type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const value = await answer.json().catch(() => ({}));
  if (answer.status === 401) state.whenForgotten();
  if (!answer.ok) throw new Refused(answer.status, value);
  return value;
}

/** Does it and shows what was wrong; a conflict is only that something else was first. */
export async function attempt(work) {
  find("error").textContent = "";
  try {
    await work();
  } catch (error) {
    if (error instanceof Refused && (error.status === 409 || error.status === 401)) return;
    if (error instanceof Refused) find("error").textContent = error.message;
    else state.whenUnreachable();
  }
}

/** How far the server's clock is from this one: from the quickest of all answers so far. */
export async function measureClock() {
  const before = Date.now();
  const { now } = await request("GET", "api/time");
  const trip = Date.now() - before;
  if (trip <= state.bestTrip) {
    state.bestTrip = trip;
    state.offset = now + trip / 2 - Date.now();
  }
}

export const serverTime = () => Date.now() + state.offset;

export const act = (entry) => (state.offline ? state.offline.act(entry) : attempt(() => request("POST", `api/sessions/${state.view.session}`, { entry, n: state.view.n })));
/** What several may do at once needs no number. */
export const actTogether = (entry) => attempt(() => request("POST", `api/sessions/${state.view.session}`, { entry }));
