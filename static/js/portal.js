/* The pages work without this file. It moves focus, counts what is written, shows what
   is asked only after an answer, and keeps a form from being sent twice. */
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

/* Characters left, in the words of the page. The number is read out when the typing
   pauses, not at every key. */
for (const field of document.querySelectorAll("[data-limit]")) {
  const limit = Number(field.dataset.limit);
  const shown = document.getElementById(field.id + "_limit");
  if (!shown) continue;
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  shown.after(spoken);
  const say = (kind, number) =>
    shown.dataset[kind + (number === 1 ? "One" : "Many")].replace("0", number);
  const still = shown.textContent;
  let pause;
  const count = () => {
    /* As the server counts: code points, line breaks as two characters. */
    const length = Array.from(field.value.replace(/\r?\n/g, "\r\n")).length;
    const left = limit - length;
    const text = say(left < 0 ? "over" : "left", Math.abs(left));
    const words = (field.value.match(/\S+/g) || []).length;
    shown.toggleAttribute("data-over", left < 0);
    shown.textContent = length ? `${still} (${text}, ${say("words", words)})` : still;
    clearTimeout(pause);
    pause = setTimeout(() => {
      spoken.textContent = left < limit * 0.1 ? text : "";
    }, 1000);
  };
  field.addEventListener("input", count);
  count();
}

/* Questions that hang on another answer. What is written in one that goes away stays in
   the form, and comes back with it. */
const conditional = document.querySelectorAll("[data-only-after]");
const showAsked = () => {
  for (const part of conditional) {
    const { onlyAfter, onlyWhen } = part.dataset;
    const form = part.closest("form");
    const parents = Array.from(form.elements).filter((field) => field.name === onlyAfter);
    const answers = parents.filter((field) => !/radio|checkbox/.test(field.type) || field.checked);
    const gone = parents.some((field) => field.closest("[data-only-after][hidden]"));
    const wanted = [onlyWhen, ...onlyWhen.split("|")]; // one answer, or any of several
    part.hidden = gone || !answers.some((field) => wanted.includes(field.value));
  }
};
if (conditional.length) {
  document.addEventListener("change", showAsked);
  showAsked();
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
