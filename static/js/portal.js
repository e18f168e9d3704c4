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

/* Characters and words left, in the words of the page. What is nearly used up is read
   out when the typing pauses, not at every key. */
for (const field of document.querySelectorAll("[data-limit], [data-words]")) {
  const limit = Number(field.dataset.limit);
  const most = Number(field.dataset.words);
  const shown = document.getElementById(field.id + "_limit");
  if (!shown) continue;
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  shown.after(spoken);
  const say = (kind, number) => {
    const name = kind + (number === 1 ? "One" : "Many");
    return shown.dataset[name[0].toLowerCase() + name.slice(1)].replace("0", number);
  };
  const still = shown.textContent;
  let pause;
  const count = () => {
    /* As the server counts: code points, line breaks as two characters. */
    const length = Array.from(field.value.replace(/\r?\n/g, "\r\n")).length;
    const words = (field.value.match(/\S+/g) || []).length;
    const counts = [];
    const tell = (kind, left, of) => {
      const text = say(kind + (left < 0 ? "Over" : "Left"), Math.abs(left));
      counts.push({ text, over: left < 0, near: left < of * 0.1 });
    };
    if (most) tell("words", most - words, most);
    if (limit) tell("", limit - length, limit);
    const texts = counts.map(({ text }) => text);
    if (!most) texts.push(say("words", words));
    shown.toggleAttribute("data-over", counts.some(({ over }) => over));
    shown.textContent = length ? `${still} (${texts.join(", ")})` : still;
    clearTimeout(pause);
    pause = setTimeout(() => {
      spoken.textContent = counts.filter(({ near }) => near).map(({ text }) => text).join(", ");
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
