// The demo page: two phones, who holds them, and the clock.

import { makePhone } from "./phone.js";
import { calendarDay, language, languageButtons, named, t } from "./texts.js";
import { control } from "./wire.js";

const SLOTS = ["dealer", "staff"];
const STYLES = ["wechat", "telegram"];
const main = document.querySelector(".phones");
const dayNow = document.querySelector(".day-now");
const nextDay = document.querySelector(".next-day");
const tabs = new Map(SLOTS.map((slot) => [slot, document.querySelector(`#tab-${slot}`)]));
const news = new Map(SLOTS.map((slot) => [slot, 0]));
const sides = new Map(SLOTS.map((slot) => [slot, makeSide(slot)]));
let personas = [];
let today = "";

function makeSide(slot) {
  const root = document.querySelector(`#phone-${slot}`);
  const [name, about, picker, tries] = [".who-name", ".who-about", ".who select", ".try ul"].map((one) => root.querySelector(one));
  let current = null;
  let became = 0;
  let style = null;
  const phone = makePhone(root, {
    slot,
    isNumbered: () => style === "wechat",
    onNews: (count) => { news.set(slot, count); showNews(); },
    onOut: () => { if (current && Date.now() - became > 5_000) become(current.key); }, // not in a loop without cookies
  });

  async function become(key) {
    const next = personas.find((one) => one.key === key);
    picker.disabled = true;
    about.textContent = t("who.loading");
    try {
      await control("/demo/persona", { slot, persona: key, locale: language() });
      current = next;
      became = Date.now();
      phone.open();
      show();
    } catch {
      about.textContent = t("who.failed");
      picker.value = "";
    } finally {
      picker.disabled = false;
    }
  }

  function show() {
    const mine = personas.filter((one) => one.side === slot);
    picker.replaceChildren(...mine.map((one) => {
      const label = `${named(one.name)} · ${named(one.about)}`;
      return new Option(label, one.key, false, one === current);
    }));
    if (!current) { picker.value = ""; return; }
    name.textContent = named(current.name);
    about.textContent = named(current.about);
    tabs.get(slot).querySelector(".tab-name").textContent = named(current.name);
    const sentences = (language() === "en" ? current.tries.en : current.tries.zh) ?? [];
    tries.replaceChildren(...sentences.map(tryItem));
    tries.parentElement.hidden = sentences.length === 0;
  }

  function tryItem(sentence) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sentence;
    button.addEventListener("click", () => phone.fill(sentence));
    item.append(button);
    return item;
  }

  const styles = [...root.querySelectorAll(".style button")];
  function dress(next) {
    root.classList.replace(`skin-${style ?? "plain"}`, `skin-${next}`);
    style = next;
    for (const button of styles) button.setAttribute("aria-pressed", String(button.dataset.style === style));
    phone.restyle();
  }
  for (const button of styles) {
    button.addEventListener("click", () => { keepStyle(slot, button.dataset.style); dress(button.dataset.style); });
  }
  dress(keptStyle(slot));

  picker.addEventListener("change", () => become(picker.value));
  return {
    phone,
    show,
    /** Take up whoever was here, or the first of this side. */
    start(chosen) {
      current = personas.find((one) => one.key === chosen) ?? null;
      show();
      if (current) phone.open();
      else become(personas.find((one) => one.side === slot).key);
    },
    /** Tell the assistant which language to answer in. */
    speak: () => (current ? control("/demo/persona", { slot, persona: current.key, locale: language() }) : null),
  };
}

function keptStyle(slot) {
  try {
    const kept = localStorage.getItem(`style:${slot}`);
    if (STYLES.includes(kept)) return kept;
  } catch { /* a forbidden store remembers nothing */ }
  return "telegram";
}

function keepStyle(slot, style) {
  try { localStorage.setItem(`style:${slot}`, style); } catch { /* the choice holds until a reload */ }
}

function showNews() {
  let all = 0;
  for (const [slot, count] of news) {
    const badge = tabs.get(slot).querySelector(".badge");
    badge.hidden = count === 0;
    badge.textContent = count > 99 ? "99+" : String(count);
    all += count;
  }
  document.title = all ? `(${all}) ${t("title.demo")}` : t("title.demo");
}

function showTab(slot) {
  main.dataset.shown = slot;
  for (const [one, tab] of tabs) {
    tab.setAttribute("aria-selected", String(one === slot));
    tab.tabIndex = one === slot ? 0 : -1;
  }
  sides.get(slot).phone.seen();
}

for (const [slot, tab] of tabs) {
  tab.addEventListener("click", () => showTab(slot));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = SLOTS.find((one) => one !== slot);
    showTab(other);
    tabs.get(other).focus();
  });
}

function showDay() {
  dayNow.textContent = today ? calendarDay(today) : "";
}

nextDay.addEventListener("click", async () => {
  nextDay.disabled = true;
  dayNow.textContent = t("day.moving");
  try {
    ({ today } = await control("/demo/next-day", {}));
    showDay();
  } catch {
    dayNow.textContent = t("day.failed");
  } finally {
    nextDay.disabled = false;
  }
});

document.addEventListener("language", () => {
  showDay();
  showNews();
  for (const side of sides.values()) {
    side.show();
    side.speak();
  }
});

async function start() {
  for (let tries = 0; ; tries += 1) {
    try {
      const state = await control("/demo/state");
      ({ personas, today } = state);
      showDay();
      for (const [slot, side] of sides) side.start(state.chosen[slot]);
      return;
    } catch {
      await new Promise((resolve) => { setTimeout(resolve, Math.min(8_000, 500 * 2 ** tries)); });
    }
  }
}

languageButtons();
start();
