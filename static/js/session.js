/* Warns before the log-in ends, and extends it by one press. The server's clock decides;
   each tab asks it before it says anything, so all tabs agree. Without script nothing is
   lost either: what is sent after the end is kept, and given back after logging in. */
"use strict";
{
  const dialog = document.getElementById("okt");
  const WARN = 5 * 60; /* seconds before the end */
  const part = (name) => dialog.querySelector(`[data-${name}]`);
  let timer, ticker, endsAt, over = false;

  const show = (name) => {
    for (const each of ["soon", "ended"]) part(each).hidden = each !== name;
    dialog.setAttribute("aria-labelledby", part(name).querySelector("h2").id);
    if (!dialog.open) dialog.showModal();
    part(name).querySelector("[data-first]").focus();
  };
  const tick = () => {
    const minutes = Math.max(1, Math.ceil((endsAt - Date.now()) / 60000));
    const left = part("left").dataset;
    const text = (minutes === 1 ? left.one : left.many).replace("0", minutes);
    /* Written once a minute: it is a live region. */
    if (part("left").textContent !== text) part("left").textContent = text;
  };
  const take = ({ left }) => {
    clearTimeout(timer);
    clearInterval(ticker);
    endsAt = Date.now() + left * 1000;
    if (left <= 0) {
      if (!over) show("ended");
      over = true;
      return;
    }
    over = false;
    if (left > WARN) {
      if (dialog.open) dialog.close();
      timer = setTimeout(ask, Math.min((left - WARN) * 1000 + 500, 2 ** 31 - 1));
      return;
    }
    tick();
    if (!dialog.open || part("soon").hidden) show("soon");
    ticker = setInterval(tick, 1000);
    /* Another tab may have extended it meanwhile. */
    timer = setTimeout(ask, Math.min(15, left) * 1000 + 500);
  };
  const ask = async (method = "GET") => {
    try {
      const body = method === "POST"
        ? new URLSearchParams({ csrfmiddlewaretoken: dialog.querySelector("[name=csrfmiddlewaretoken]").value })
        : undefined;
      const options = { method, body, headers: { "X-Autosave": "1" }, signal: AbortSignal.timeout(10000) };
      const answer = await fetch(dialog.dataset.url, options);
      if (!answer.ok) throw new Error(answer.status);
      const state = await answer.json();
      /* Someone else has logged in in this browser: for this page it is over. */
      take(state.who === dialog.dataset.who ? state : { left: 0 });
    } catch {
      clearTimeout(timer);
      timer = setTimeout(ask, 15000);
    }
  };
  const extend = () => ask("POST");

  part("extend").addEventListener("click", extend);
  /* Escape is a press too, unless it is too late. */
  dialog.addEventListener("cancel", (event) => {
    if (!part("soon").hidden) {
      event.preventDefault();
      extend();
    }
  });
  part("close").addEventListener("click", () => dialog.close());
  document.addEventListener("portal:logged-out", () => take({ left: 0 }));
  const look = () => document.visibilityState === "visible" && ask();
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", (event) => event.persisted && ask());
  take({ left: Number(dialog.dataset.left) });

  /* What a browser keeps of unsaved text (draft.js) goes after two weeks, whoever's. */
  try {
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith("kladd:"))) {
      const kept = JSON.parse(localStorage.getItem(key));
      if (!(Date.now() - kept.at < 14 * 24 * 3600 * 1000)) localStorage.removeItem(key);
    }
  } catch { /* no storage, or not ours */ }
}
