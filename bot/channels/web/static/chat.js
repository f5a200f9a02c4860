// The real chat: one phone, full screen.

import { makePhone } from "./phone.js";
import { languageButtons, t } from "./texts.js";

const root = document.querySelector(".phone");
const leave = root.querySelector(".leave");

const phone = makePhone(root, {
  slot: "me",
  onNews: (count) => { document.title = count ? `(${count}) ${t("title.chat")}` : t("title.chat"); },
  onOut: () => {
    phone.close();
    root.querySelector(".out").hidden = false;
    leave.hidden = true;
  },
});

leave.hidden = false;
leave.addEventListener("click", async () => {
  if (!confirm(t("leave.confirm"))) return;
  await fetch("/chat/leave?slot=me", { method: "POST", body: "" });
  location.reload();
});

languageButtons();
phone.open();
