// Talking to the server: pages of the conversation, the stream of what is new, and posting.

const HIDDEN_AFTER = 5_000; // a page out of sight gives its connection back
const SILENT_AFTER = 40_000; // the server pings more often than this
const LONGEST_WAIT = 15_000;

/** The session is gone. */
export class SignedOut extends Error {}

/** The server will never take this; `message` says why. */
export class Refused extends Error {}

/** Wait, but no longer than until the connection is back; without one, only for that. */
const pause = (ms) => new Promise((resolve) => {
  const timer = navigator.onLine ? setTimeout(resolve, ms) : undefined;
  addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
});

/** Milliseconds before try number `tries`, with jitter. */
export const backOff = (tries) => Math.min(LONGEST_WAIT, 500 * 2 ** tries) * (0.7 + Math.random() * 0.3);

async function answer(response) {
  if (response.status === 401) throw new SignedOut();
  if (response.ok) return response.status === 204 ? null : response.json();
  const { error = "unreadable" } = await response.json().catch(() => ({}));
  if (response.status < 500 && response.status !== 429 && response.status !== 408) throw new Refused(error);
  throw new Error(`${response.status}`);
}

/** Read a page of the conversation: newest, before a message, or after one. */
export async function read(slot, query = {}) {
  const search = new URLSearchParams({ slot, ...query });
  return answer(await fetch(`/chat/messages?${search}`, { signal: AbortSignal.timeout(15_000) }));
}

/** Post one item of the queue: { id, text } or { id, press } or { id, file }. */
export async function post(slot, item, locale) {
  const address = `/chat/messages?slot=${slot}`;
  const signal = AbortSignal.timeout(item.file ? 120_000 : 30_000);
  if (item.file) {
    const body = new FormData();
    body.set("id", item.id);
    body.set("locale", locale);
    body.set("file", item.file, item.file.name || "file");
    return answer(await fetch(address, { method: "POST", body, signal }));
  }
  const body = JSON.stringify({ id: item.id, text: item.text ?? "", press: item.press ?? null, locale, numbered: item.numbered ?? false });
  return answer(await fetch(address, { method: "POST", body, signal, headers: { "Content-Type": "application/json" } }));
}

/** Post JSON to one of the demo's controls, or read its state. */
export async function control(address, body) {
  const how = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return answer(await fetch(address, how));
}

export const fileAddress = (slot, id) => `/chat/files/${encodeURIComponent(id)}?slot=${slot}`;
export const pictureAddress = (slot, seq) => `/chat/pictures/${seq}?slot=${slot}`;

// One stream for all phones of the page: a browser gives a host six connections, and other windows need some too.
const followed = new Map();
let running = false;
let changed = false;
let end = () => {};

/**
 * Follow a conversation: first its newest page, then whatever comes, across lost connections.
 * onPage({chat, messages, more}) once; onMessage(message) for each later one; onState(online | offline | out).
 * Returns a function that stops it.
 */
export function follow(slot, handlers) {
  const one = { ...handlers, last: null };
  followed.set(slot, one);
  restart();
  return () => {
    if (followed.get(slot) !== one) return;
    followed.delete(slot);
    restart();
  };
}

function restart() {
  changed = true;
  end();
  if (!running) run();
}

async function run() {
  running = true;
  let tries = 0;
  while (followed.size) {
    changed = false;
    const began = Date.now();
    const reached = await catchUp();
    if (reached && !changed && followed.size) await listen();
    if (changed || !followed.size) continue;
    if (Date.now() - began > 5_000) tries = 0;
    if (document.hidden) { await shown(); continue; }
    for (const one of followed.values()) one.onState("offline");
    await Promise.race([pause(backOff(tries)), new Promise((resolve) => { end = resolve; })]);
    tries += 1;
  }
  running = false;
}

/** Read what each phone has not; a lost session is told from a lost connection here. Returns whether all were reached. */
async function catchUp() {
  let reached = true;
  for (const [slot, one] of [...followed]) {
    try {
      const page = await read(slot, one.last === null ? {} : { after: one.last });
      if (followed.get(slot) !== one || one.last !== null) continue;
      one.last = page.messages.at(-1)?.seq ?? 0;
      one.onPage(page);
    } catch (error) {
      if (followed.get(slot) !== one) continue;
      if (error instanceof SignedOut) {
        followed.delete(slot);
        one.onState("out");
      } else reached = false;
    }
  }
  return reached;
}

/** Take in what comes until the stream ends, falls silent, or who is followed changes. */
function listen() {
  return new Promise((resolve) => {
    const places = new URLSearchParams([...followed].map(([slot, one]) => [slot, one.last]));
    const source = new EventSource(`/chat/events?${places}`);
    let silence;
    let hidden;
    const alive = () => {
      clearTimeout(silence);
      silence = setTimeout(stop, SILENT_AFTER);
    };
    const look = () => {
      clearTimeout(hidden);
      if (document.hidden) hidden = setTimeout(stop, HIDDEN_AFTER);
    };
    function stop() {
      source.close();
      clearTimeout(silence);
      clearTimeout(hidden);
      document.removeEventListener("visibilitychange", look);
      removeEventListener("offline", stop);
      resolve();
    }
    end = stop;
    source.addEventListener("open", () => {
      alive();
      for (const one of followed.values()) one.onState("online");
    });
    source.addEventListener("ping", alive);
    source.addEventListener("message", (event) => {
      alive();
      const { slot, ...message } = JSON.parse(event.data);
      const one = followed.get(slot);
      if (changed || !one || message.seq <= one.last) return;
      one.last = message.seq;
      one.onMessage(message);
    });
    source.addEventListener("error", stop);
    addEventListener("offline", stop);
    document.addEventListener("visibilitychange", look);
    alive();
    look();
  });
}

const shown = () => new Promise((resolve) => {
  if (document.hidden) document.addEventListener("visibilitychange", () => resolve(), { once: true });
  else resolve();
});

/**
 * What is still to be sent, in order, one at a time; the same id however often it is tried.
 * onChange(item, state, reason): sending | waiting (not reached, tried again by itself) | failed | sent.
 */
export function sendQueue(slot, { locale, onChange, onOut }) {
  let items = [];
  let key = null;
  let running = false;
  let hurry = () => {};

  const keep = () => {
    if (key === null) return;
    const texts = items.filter((item) => !item.file).map(({ id, text, press, label, numbered }) => ({ id, text, press, label, numbered }));
    try {
      if (texts.length) localStorage.setItem(key, JSON.stringify(texts));
      else localStorage.removeItem(key);
    } catch { /* a full or forbidden store only costs what a reload would lose */ }
  };

  async function deliver(item) {
    for (let tries = 0; items.includes(item); tries += 1) {
      onChange(item, tries < 2 ? "sending" : "waiting");
      try {
        await post(slot, item, locale());
        return "sent";
      } catch (error) {
        if (error instanceof SignedOut) { onOut(); return "out"; }
        if (error instanceof Refused) { item.reason = error.message; return "failed"; }
      }
      if (!navigator.onLine) onChange(item, "waiting");
      await Promise.race([pause(backOff(tries)), new Promise((resolve) => { hurry = resolve; })]);
    }
    return "gone";
  }

  async function run() {
    if (running) return;
    running = true;
    for (;;) {
      const item = items.find((one) => !one.reason);
      if (!item) break;
      const end = await deliver(item);
      if (end === "out") break;
      if (end === "sent") items = items.filter((one) => one !== item);
      keep();
      if (end !== "gone") onChange(item, end, item.reason);
    }
    running = false;
  }

  return {
    /** Things left from before a reload. */
    restore(chat) {
      key = `unsent:${slot}:${chat}`;
      let left = [];
      try { left = JSON.parse(localStorage.getItem(key) ?? "[]"); } catch { /* unreadable: nothing was left */ }
      items.push(...left.filter((one) => !items.some((item) => item.id === one.id)));
      run();
      return left;
    },
    push(item) { items.push(item); keep(); onChange(item, "sending"); run(); },
    again(item) { delete item.reason; hurry(); run(); },
    discard(item) { items = items.filter((one) => one !== item); keep(); hurry(); },
    filesLeft: () => items.some((item) => item.file),
    stop() { items = []; key = null; hurry(); },
  };
}

/** An id no other message has. `crypto.randomUUID` is missing on plain-http addresses of a local network. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
