// The page's own words, in the language shown; changing it changes every element that names its text.

const { words, settings } = JSON.parse(document.getElementById("data").textContent);

let locale = document.documentElement.lang;

export { settings };

export const language = () => locale;

/** A text by key, with {named} values. */
export function t(key, values = {}) {
  const text = words[locale][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** A name in the language shown: names come as { zh, en }. */
export const named = (name) => (locale === "en" && name.en) || name.zh;

/** Give an element a text that follows the language. */
export function say(element, key) {
  element.dataset.t = key;
  element.textContent = t(key);
}

/** Show another language and remember it. */
export function speak(next) {
  locale = next;
  document.documentElement.lang = next;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `lang=${next}; path=/; max-age=31536000; samesite=lax${secure}`;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const element of document.querySelectorAll("[data-t-title]")) element.title = t(element.dataset.tTitle);
  for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
  document.dispatchEvent(new CustomEvent("language"));
}

/** Wire the language buttons of the page. */
export function languageButtons() {
  const buttons = [...document.querySelectorAll(".languages button")];
  const mark = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.locale === locale));
  };
  for (const button of buttons) button.addEventListener("click", () => speak(button.dataset.locale));
  document.addEventListener("language", mark);
  mark();
  for (const element of document.querySelectorAll(".brand")) {
    const show = () => { element.textContent = named(settings.brand); };
    document.addEventListener("language", show);
    show();
  }
}

const zone = () => ({ timeZone: settings.zone });
const dayOf = (date) => new Intl.DateTimeFormat("en-CA", zone()).format(date);

/** A moment as people say it: 14:30, 昨天 14:30, 10月7日 14:30; in the brand's time zone. */
export function moment(date, now) {
  const time = new Intl.DateTimeFormat(locale, { ...zone(), hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date);
  const day = dayOf(date);
  if (day === dayOf(now)) return time;
  if (day === dayOf(new Date(now.getTime() - 86_400_000))) return `${t("yesterday")} ${time}`;
  const long = new Intl.DateTimeFormat(locale, { ...zone(), month: locale === "en" ? "short" : "long", day: "numeric" });
  return `${long.format(date)} ${time}`;
}

/** A calendar day (YYYY-MM-DD) with its weekday. */
export function calendarDay(text) {
  const shape = { timeZone: "UTC", month: locale === "en" ? "short" : "long", day: "numeric", weekday: "short" };
  return new Intl.DateTimeFormat(locale, shape).format(new Date(`${text}T00:00:00Z`));
}
