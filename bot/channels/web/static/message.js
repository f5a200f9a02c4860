// One message as elements. Whatever people or products are called, it enters the page as text, never as markup.

import { say, t } from "./texts.js";
import { fileAddress, pictureAddress } from "./wire.js";

const LONG = 900;
const WIDE = 24;

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Roughly how wide a text is, in Latin letters. */
const width = (text) => [...text].reduce((sum, char) => sum + (char > "\u2e7f" ? 2 : 1), 0);

/** Whether a message is nothing but an address of this very site, such as an invite: only that is made a link. */
function isOwnAddress(text) {
  try {
    return new URL(text).origin === location.origin && !/\s/.test(text);
  } catch {
    return false;
  }
}

const size = (bytes) => (bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`);

// States are drawn, because not every system has a font with them; the characters stay in the text.
const SYMBOLS = /(✅|⚠\uFE0F?|⏳)/u;
const MARKS = new Map([["✅", "done"], ["⚠", "warn"], ["⏳", "wait"]]);

function symbolOrText(part) {
  const mark = MARKS.get([...part][0]);
  return mark && SYMBOLS.test(part) ? make("span", `mark ${mark}`, part) : part;
}

/** A text as it is, or with its states drawn and the addresses of its links made links. */
function inlineOf(text, links) {
  const [link, ...others] = links;
  if (!link) return text.split(SYMBOLS).map(symbolOrText);
  return text.split(link).flatMap((part, index) => (index ? [anchor(link), ...inlineOf(part, others)] : inlineOf(part, others)));
}

function anchor(address) {
  const link = make("a", "", address);
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

function textBubble(text, links = []) {
  const bubble = make("div", "bubble");
  const words = make("p", "words");
  words.dir = "auto";
  words.append(...inlineOf(text, isOwnAddress(text) ? [text] : links));
  bubble.append(words);
  if (text.length > LONG || text.split("\n").length > 24) {
    bubble.classList.add("long");
    const more = make("button", "more");
    more.type = "button";
    say(more, "more");
    more.addEventListener("click", () => say(more, bubble.classList.toggle("open") ? "less" : "more"));
    bubble.append(more);
  }
  return bubble;
}

function picture(address, name) {
  const link = make("a", "picture");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener";
  const image = make("img");
  image.alt = name || t("file.picture");
  image.addEventListener("error", () => link.replaceWith(document_(address, name)), { once: true });
  image.src = address;
  link.append(image);
  return link;
}

function document_(address, name, bytes) {
  const link = make("a", "file");
  link.href = address;
  link.download = name;
  link.append(make("span", "file-kind", (name.split(".").at(-1) ?? "").slice(0, 4).toUpperCase()));
  const text = make("span", "file-text");
  text.append(make("span", "file-name", name));
  const action = make("span", "file-action");
  if (bytes) action.textContent = size(bytes);
  else say(action, "file.download");
  text.append(action);
  link.append(text);
  return link;
}

function attachment(slot, message) {
  if (message.file) {
    const { id, name, mime, size: bytes } = message.file;
    const address = fileAddress(slot, id);
    return mime.startsWith("image/") ? picture(address, name) : document_(address, name, bytes);
  }
  if (message.picture) {
    const address = pictureAddress(slot, message.seq);
    return message.picture.inline ? picture(address, message.picture.name) : document_(address, message.picture.name || "file");
  }
  return null;
}

function button(choice, index, message, { onPress, isPressed }) {
  if (choice.url) {
    const link = make("a", "choice", choice.label);
    if (/^https?:\/\//.test(choice.url)) link.href = choice.url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    return link;
  }
  const element = make("button", "choice", choice.label);
  element.type = "button";
  element.dataset.index = index;
  markPressed(element, isPressed(message.seq, index));
  element.addEventListener("click", (event) => {
    if (element.classList.contains("pressed") || isEcho(event)) return;
    markPressed(element, true);
    onPress(message.seq, index, choice.label);
  });
  return element;
}

let lastTouch = 0;

/** The second half of a double click: by then the conversation has moved and another button may lie under the finger. */
function isEcho(event) {
  const soon = event.pointerType === "touch" && event.timeStamp - lastTouch < 350;
  lastTouch = event.timeStamp;
  return soon || event.detail > 1;
}

/** Show a button as pressed, or as free again. It keeps the focus, so it is not disabled for the keyboard. */
export function markPressed(element, pressed) {
  element.classList.toggle("pressed", pressed);
  element.setAttribute("aria-disabled", String(pressed));
}

/** A message that is in the conversation. */
export function messageElement(slot, message, handlers) {
  const item = make("li", `message ${message.mine ? "mine" : "theirs"}`);
  item.dataset.seq = message.seq;
  item.dataset.at = message.at;
  if (message.id) item.dataset.id = message.id;
  const attached = attachment(slot, message);
  if (attached) item.append(attached);
  const numbered = handlers.isNumbered() && message.numbered;
  const links = message.buttons.map((choice) => choice.url).filter((url) => /^https?:\/\//.test(url));
  if (numbered) item.append(textBubble(message.numbered, links));
  else if (message.text) item.append(textBubble(message.text));
  if (message.buttons.length && !numbered) {
    const row = make("div", "choices");
    message.buttons.forEach((choice, index) => row.append(button(choice, index, message, handlers)));
    if (message.buttons.some((choice) => width(choice.label) > WIDE)) row.classList.add("tall");
    item.append(row);
  }
  return item;
}

/** A message on its way out. */
export function pendingElement(item) {
  const element = make("li", "message mine");
  element.dataset.id = item.id;
  if (item.file?.type.startsWith("image/")) {
    const box = make("span", "picture");
    const image = make("img");
    image.alt = item.file.name;
    image.src = URL.createObjectURL(item.file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    box.append(image);
    element.append(box);
  } else if (item.file) {
    const box = document_("", item.file.name, item.file.size);
    box.removeAttribute("href");
    element.append(box);
  } else {
    element.append(textBubble(item.label ?? item.text));
  }
  return element;
}

/** Say under a message how its sending goes; `again` and `discard` are offered where they make sense. */
export function showSending(element, state, reason, { again, discard }) {
  element.querySelector(".sending")?.remove();
  element.classList.toggle("unsent", state === "failed" || state === "waiting");
  if (state === "sent") return;
  const line = make("div", `sending ${state}`);
  if (state === "sending") {
    const mark = make("span");
    say(mark, "sent.sending");
    line.append(mark);
  } else if (state === "waiting") {
    line.append(action("sent.waiting", again));
  } else {
    const why = make("span");
    say(why, `sent.failed.${reason in { too_large: 1, too_long: 1, empty_file: 1, gone: 1 } ? reason : "unreadable"}`);
    line.append(why);
    if (reason !== "gone") line.append(action("sent.again", again));
    line.append(action("sent.discard", discard));
  }
  element.append(line);
}

function action(key, run) {
  const element = make("button", "again");
  element.type = "button";
  say(element, key);
  element.addEventListener("click", run);
  return element;
}

/** The line between messages that are minutes or days apart. */
export function timeElement(at, words) {
  const item = make("li", "time");
  const time = make("time", "", words);
  time.dateTime = at;
  item.append(time);
  return item;
}
