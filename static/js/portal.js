/* The pages work without this file. It moves focus, counts characters and keeps a
   form from being sent twice by a double click. */
"use strict";

/* Errors: read out the summary first. `autofocus` does this too, except when the page
   was opened at a fragment. A link in it leads into the field itself. */
const summary = document.querySelector(".ds-error-summary");
if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (field) {
      event.preventDefault();
      field.focus();
      field.scrollIntoView({ block: "center" });
    }
  });
}

/* Characters left. The number is read out when the typing pauses, not at every key. */
for (const field of document.querySelectorAll("[data-limit]")) {
  const limit = Number(field.dataset.limit);
  const shown = document.getElementById(field.id + "_limit");
  if (!shown) continue;
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  shown.after(spoken);
  const words = document.documentElement.lang === "en"
    ? { left: "characters left", over: "characters too many" }
    : { left: document.documentElement.lang === "nn" ? "teikn igjen" : "tegn igjen",
        over: document.documentElement.lang === "nn" ? "teikn for mykje" : "tegn for mye" };
  const still = shown.textContent;
  let pause;
  const count = () => {
    /* As the server counts: code points, line breaks as two characters. */
    const length = Array.from(field.value.replace(/\r?\n/g, "\r\n")).length;
    const left = limit - length;
    const text = `${Math.abs(left)} ${left < 0 ? words.over : words.left}`;
    shown.toggleAttribute("data-over", left < 0);
    shown.textContent = length ? `${still} (${text})` : still;
    clearTimeout(pause);
    pause = setTimeout(() => {
      spoken.textContent = left < limit * 0.1 ? text : "";
    }, 1000);
  };
  field.addEventListener("input", count);
  count();
}

/* A second click on a sent form does nothing. The server refuses it too. */
for (const form of document.querySelectorAll("form[method='post']")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
