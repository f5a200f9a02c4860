// One phone: a conversation, what is being sent, and the box to write in.

import { markPressed, messageElement, pendingElement, showSending, timeElement } from "./message.js";
import { language, moment, named, say, settings, t } from "./texts.js";
import { follow, newId, read, sendQueue } from "./wire.js";

const APART = 5 * 60_000;
const NEAR = 90;
const ANSWER_WITHIN = 6_000;

/**
 * Make a phone of its element. onNews(count) tells how many messages came unseen; onOut() that nobody is signed in;
 * isNumbered() whether choices are shown as numbers to answer with.
 */
export function makePhone(root, { slot, onNews = () => {}, onOut = () => {}, isNumbered = () => false }) {
  const find = (selector) => root.querySelector(selector);
  const [log, list, pending, typing] = [".log", ".messages", ".pending", ".typing"].map(find);
  const [earlier, newest, empty, notice, state] = [".earlier", ".newest", ".empty", ".notice", ".bar-state"].map(find);
  const composer = makeComposer(root, { onText: sendText, onFile: sendFile });
  let stop = () => {};
  let queue = null;
  let pressed = new Set();
  let first = 0;
  let unseen = 0;
  let typingEnds;
  let connection = "connecting";

  const messages = new WeakMap(); // element -> what it shows
  const handlers = {
    isNumbered,
    isPressed: (seq, index) => pressed.has(`${seq}.${index}`),
    onPress: (seq, index, label) => send({ press: { message: seq, button: index }, label }),
  };

  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  const toEnd = () => { log.scrollTop = log.scrollHeight; };
  const isShown = () => !document.hidden && root.offsetParent !== null;

  function showState() {
    const shown = connection === "online" && !typing.hidden ? "typing" : connection;
    say(state, `state.${shown}`);
    root.dataset.state = connection;
  }

  function setConnection(next) {
    connection = next;
    showState();
    if (next === "out") onOut();
  }

  function setTyping(on) {
    clearTimeout(typingEnds);
    const follows = atEnd();
    typing.hidden = !on;
    showState();
    if (on && follows) toEnd();
  }

  function count(more) {
    unseen = more ? unseen + 1 : 0;
    newest.hidden = unseen === 0 && atEnd();
    newest.firstElementChild.textContent = unseen ? t("newest.count", { count: unseen }) : "";
    newest.setAttribute("aria-label", unseen ? t("newest.count", { count: unseen }) : t("newest"));
    onNews(unseen);
  }

  const latest = () => new Date(Math.max(Date.now(), new Date(list.lastElementChild?.dataset.at ?? 0).getTime()));

  function withTimes(items) {
    const now = latest();
    let before = 0;
    const all = [];
    for (const item of items) {
      const at = new Date(item.dataset.at).getTime();
      if (at - before > APART) all.push(timeElement(item.dataset.at, moment(new Date(at), now)));
      before = at;
      all.push(item);
    }
    return all;
  }

  const retime = () => list.replaceChildren(...withTimes([...list.children].filter((item) => !item.classList.contains("time"))));

  function remember(message) {
    if (!message.pressed) return;
    const { message: seq, button } = message.pressed;
    pressed.add(`${seq}.${button}`);
    const element = list.querySelector(`[data-seq="${seq}"] [data-index="${button}"]`);
    if (element) markPressed(element, true);
  }

  function element(message) {
    const made = messageElement(slot, message, handlers);
    messages.set(made, message);
    for (const image of made.querySelectorAll("img")) {
      const follows = atEnd();
      image.addEventListener("load", () => { if (follows) toEnd(); }, { once: true });
    }
    return made;
  }

  function showPage({ chat, messages, more }) {
    messages.forEach(remember);
    for (const { id } of messages) if (id) pending.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
    list.replaceChildren(...messages.map(element));
    retime();
    first = messages[0]?.seq ?? 0;
    earlier.hidden = !more;
    log.setAttribute("aria-busy", "false");
    for (const item of queue.restore(chat)) if (!shownAs(item.id)) showPending(item);
    empty.hidden = list.childElementCount + pending.childElementCount > 0;
    toEnd();
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  }

  function showMessage(message) {
    const follows = atEnd();
    const unseenNow = !message.mine && (!follows || !isShown());
    remember(message);
    empty.hidden = true;
    const before = list.lastElementChild;
    const apart = !before || new Date(message.at) - new Date(before.dataset.at) > APART;
    const made = element(message);
    const waiting = message.id && pending.querySelector(`[data-id="${CSS.escape(message.id)}"]`);
    if (waiting) {
      const line = waiting.querySelector(".sending.waiting, .sending.failed");
      if (line) made.append(line);
      waiting.remove();
    }
    list.append(...(apart ? [timeElement(message.at, moment(new Date(message.at), latest()))] : []), made);
    if (!message.mine) setTyping(false);
    if (follows) toEnd();
    if (follows && !message.mine && made.offsetHeight > log.clientHeight) made.scrollIntoView({ block: "start" });
    if (unseenNow) count(true);
  }

  async function showEarlier() {
    const { messages, more } = await read(slot, { before: first });
    messages.forEach(remember);
    const height = log.scrollHeight - log.scrollTop;
    list.prepend(...messages.map(element));
    retime();
    first = messages[0]?.seq ?? first;
    earlier.hidden = !more;
    log.scrollTop = log.scrollHeight - height;
  }

  const shownAs = (id) => root.querySelector(`.message[data-id="${CSS.escape(id)}"]`);

  function showPending(item) {
    empty.hidden = true;
    pending.append(pendingElement(item));
    toEnd();
  }

  function send(item) {
    const whole = { id: newId(), ...item };
    showPending(whole);
    queue.push(whole);
  }

  function sendText(text) { send({ text, numbered: isNumbered() }); }

  function sendFile(file) {
    if (file.size > settings.maxBytes) showNotice("sent.failed.too_large");
    else if (file.size === 0) showNotice("sent.failed.empty_file");
    else send({ file });
  }

  function showNotice(key) {
    say(notice, key);
    notice.hidden = false;
    setTimeout(() => { notice.hidden = true; }, 5_000);
  }

  function onChange(item, how, reason) {
    const shown = shownAs(item.id);
    if (!shown) return;
    const discard = () => {
      queue.discard(item);
      shown.remove();
    };
    showSending(shown, how, reason, { again: () => queue.again(item), discard });
    if (how === "sending") setTyping(connection === "online");
    else if (how === "sent") typingEnds = setTimeout(() => setTyping(false), ANSWER_WITHIN);
    else setTyping(false);
    if (how === "failed" && item.press) {
      pressed.delete(`${item.press.message}.${item.press.button}`);
      const element = list.querySelector(`[data-seq="${item.press.message}"] [data-index="${item.press.button}"]`);
      if (element) markPressed(element, false);
    }
    if (atEnd()) toEnd();
  }

  earlier.addEventListener("click", showEarlier);
  newest.addEventListener("click", () => { toEnd(); count(false); });
  log.addEventListener("scroll", () => { if (atEnd()) count(false); else newest.hidden = false; }, { passive: true });
  document.addEventListener("visibilitychange", () => { if (isShown() && atEnd()) count(false); });
  document.addEventListener("language", () => { retime(); showState(); showBrand(); });
  addEventListener("beforeunload", (event) => { if (queue?.filesLeft()) event.preventDefault(); });

  function showBrand() { find(".avatar").textContent = [...(named(settings.brand) || t("assistant"))][0]; }
  showBrand();

  function close() {
    composer.setReady(false);
    stop();
    queue?.stop();
    pressed = new Set();
    list.replaceChildren();
    pending.replaceChildren();
    log.setAttribute("aria-live", "off");
    log.setAttribute("aria-busy", "true");
    empty.hidden = true;
    setTyping(false);
    count(false);
  }

  return {
    /** Show the conversation of whoever is signed in on this slot now. */
    open() {
      close();
      setConnection("connecting");
      queue = sendQueue(slot, { locale: language, onChange, onOut: () => setConnection("out") });
      stop = follow(slot, { onPage: showPage, onMessage: showMessage, onState: setConnection });
      composer.setReady(true);
    },
    close,
    fill: composer.fill,
    /** Choices are shown another way from now on. */
    restyle() {
      const follows = atEnd();
      for (const shown of list.querySelectorAll(".theirs")) shown.replaceWith(element(messages.get(shown)));
      if (follows) toEnd();
    },
    /** The phone came into view. */
    seen() { toEnd(); count(false); },
  };
}

function makeComposer(root, { onText, onFile }) {
  const form = root.querySelector(".composer");
  const box = form.querySelector("textarea");
  const send = form.querySelector(".send");
  const picker = form.querySelector("input[type=file]");
  const screen = root.querySelector(".screen");
  let ready = false;
  let wanted = false; // sent before the conversation was open: it goes when it is

  function fit() {
    send.disabled = !box.value.trim();
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }

  const each = (files) => { if (ready) for (const file of files) onFile(file); };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    wanted = !ready;
    if (!text || !ready) return;
    box.value = "";
    fit();
    onText(text);
  });
  box.addEventListener("input", () => { wanted = false; fit(); });
  box.addEventListener("keydown", (event) => {
    const composing = event.isComposing || event.keyCode === 229; // Safari ends a composition before its Enter
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  box.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    each(event.clipboardData.files);
  });
  picker.addEventListener("change", () => { each(picker.files); picker.value = ""; });

  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  screen.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    screen.classList.add("dropping");
  });
  screen.addEventListener("dragleave", (event) => { if (!screen.contains(event.relatedTarget)) screen.classList.remove("dropping"); });
  screen.addEventListener("drop", (event) => {
    screen.classList.remove("dropping");
    if (!carriesFiles(event)) return;
    event.preventDefault();
    each(event.dataTransfer.files);
  });

  return {
    setReady(on) {
      ready = on;
      picker.disabled = !on;
      if (on && wanted) form.requestSubmit();
    },
    fill(text) {
      box.value = text;
      fit();
      if (matchMedia("(hover: hover)").matches) box.focus();
      else send.focus();
    },
  };
}
