/* Where somebody writes for a while: saves meanwhile, keeps in the browser what is not
   saved yet, asks when someone else wrote the same, and adds up the budget. The form
   works without it: every button saves. What the server has no place for before it is
   sent (`data-sent`: a message) is only kept in the browser. */
"use strict";
{
  const seenField = document.querySelector("input[name='_seen']");
  const setup = document.getElementById("kladd");
  const form = seenField.form;
  const texts = setup.dataset;
  const onlyKept = "sent" in texts;
  const tokens = () => document.querySelectorAll("[name=csrfmiddlewaretoken]");

  /* --- the status line: visible, and read out politely --- */
  const status = setup.querySelector("[data-status]");
  Array.from(form.querySelectorAll(".button-row")).at(-1).before(status);
  const say = (text, tone = "") => {
    status.dataset.tone = tone;
    if (status.textContent !== text) status.textContent = text;
  };

  /* --- what stands in the form --- */
  const own = (field) =>
    field.name && !/^_|^csrf/.test(field.name) && !/^(file|submit|button|hidden)$/.test(field.type);
  const fields = () => Array.from(form.elements).filter(own);
  const named = (name) => fields().filter((field) => field.name === name);
  const snapshot = () => {
    const found = {};
    for (const field of fields()) {
      found[field.name] ??= [];
      if (!/radio|checkbox/.test(field.type) || field.checked) found[field.name].push(field.value);
    }
    return Object.fromEntries(Object.entries(found).map(([name, all]) => [name, all.join("\n")]));
  };
  const unfold = (part) => {
    const fold = part.closest("details");
    if (fold) fold.open = true;
  };
  const fill = (name, value) => {
    for (const field of named(name)) {
      if (/radio|checkbox/.test(field.type)) field.checked = value.split("\n").includes(field.value);
      else field.value = value;
      if (value) unfold(field);
      field.dispatchEvent(new Event("change", { bubbles: true }));
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  const saved = snapshot(); /* null: not stored as it stands */
  for (const name of texts.unsaved.split(" ")) saved[name] = null;
  const unsaved = () => {
    const now = snapshot();
    /* A row that was just added and is empty still says nothing. */
    return Object.keys(now).filter((name) => now[name] !== (name in saved ? saved[name] : ""));
  };
  const plain = (text) => text.replace(/\r\n/g, "\n").trim();
  const inPart = (part, name) => name === part || name.startsWith(part + "_");
  const readSeen = (text) => new Map(text.split(" ").filter(Boolean).map((pair) => {
    const at = pair.lastIndexOf(":");
    return [pair.slice(0, at), pair.slice(at + 1)];
  }));
  const writeSeen = (seen) => {
    seenField.value = Array.from(seen, (pair) => pair.join(":")).join(" ");
  };

  /* --- kept in the browser: only what is not saved, encrypted, for its writer alone --- */
  const place = `kladd:${texts.who}:${location.pathname.replace(/^\/(nn|en)(?=\/)/, "")}`;
  const encoded = (text) => new TextEncoder().encode(text);
  const to64 = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
  const from64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  let key, keeping = Promise.resolve(), offered = null, keepTimer;
  const getKey = async () => {
    if (key || !globalThis.crypto?.subtle) return key;
    const answer = await fetch(texts.keyUrl, { headers: { "X-Autosave": "1" } });
    const given = answer.ok ? await answer.json() : {};
    if (given.who === texts.who) {
      key = await crypto.subtle.importKey("raw", from64(given.key), "AES-GCM", false, ["encrypt", "decrypt"]);
    }
    return key;
  };
  const algorithm = (iv) => ({ name: "AES-GCM", iv, additionalData: encoded(place) });
  const keepNow = async () => {
    const now = snapshot();
    const kept = { ...offered?.fields };
    for (const name of unsaved()) kept[name] = now[name];
    if (!Object.keys(kept).length) return localStorage.removeItem(place);
    if (!(await getKey())) return;
    const seen = offered ? offered.seen : seenField.value;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt(algorithm(iv), key, encoded(JSON.stringify({ fields: kept, seen })));
    localStorage.setItem(place, JSON.stringify({ at: Date.now(), iv: to64(iv), data: to64(data) }));
  };
  const keep = () => {
    clearTimeout(keepTimer);
    keeping = keeping.then(keepNow).catch(() => { /* full, closed, or offline */ });
    return keeping;
  };
  const look = async () => {
    const stored = JSON.parse(localStorage.getItem(place));
    if (!stored || !(await getKey())) return;
    let kept;
    try {
      const data = await crypto.subtle.decrypt(algorithm(from64(stored.iv)), key, from64(stored.data));
      kept = JSON.parse(new TextDecoder().decode(data));
    } catch {
      return localStorage.removeItem(place); /* another secret: nobody can read it */
    }
    const now = snapshot();
    if (onlyKept && plain(kept.fields.text ?? "") === plain(texts.sent)) {
      return localStorage.removeItem(place); /* it went after all */
    }
    const differ = Object.keys(kept.fields).filter((name) => kept.fields[name] !== (now[name] ?? ""));
    if (!differ.length) return unsaved().length || localStorage.removeItem(place);
    offered = kept;
    const offer = setup.querySelector("[data-offer]");
    form.before(offer);
    offer.hidden = false;
    offer.querySelector("[data-fetch]").addEventListener("click", () => {
      const seen = readSeen(seenField.value);
      for (const [part, mark] of readSeen(kept.seen)) {
        if (seen.has(part) && differ.some((name) => inPart(part, name))) seen.set(part, mark);
      }
      writeSeen(seen);
      offered = null;
      offer.remove();
      for (const name of differ) {
        makeRoom(name);
        fill(name, kept.fields[name]);
      }
      named(differ[0])[0]?.focus();
      soon(0);
    });
    offer.querySelector("[data-discard]").addEventListener("click", () => {
      offered = null;
      offer.remove();
      keep();
      say(texts.discarded);
      form.querySelector("input:not([type=hidden]), textarea")?.focus();
    });
  };

  /* --- saving while one writes: one request at a time --- */
  let timer, busy = null, stopped = false, waits = 0, since = 0, choices = {};
  let going = false;
  let tried = ["", ""]; /* what was sent last, and how it went */
  const asSent = () => JSON.stringify([snapshot(), seenField.value, choices]);
  const soon = (delay) => {
    if (stopped || onlyKept) return;
    since ||= Date.now();
    clearTimeout(timer);
    /* Also the one who never pauses is saved, four times a minute. */
    timer = setTimeout(save, Math.max(0, Math.min(delay, since + 15000 - Date.now())));
  };
  const save = (leaving) => {
    clearTimeout(timer);
    if (busy) return busy.then(() => save(leaving));
    if (stopped || !(unsaved().length || Object.keys(choices).length)) return Promise.resolve("saved");
    since = 0;
    if (onlyKept) return leaving === true ? keep() : reach();
    if (tried[0] === asSent()) return Promise.resolve(tried[1]);
    busy = send(leaving === true).finally(() => { busy = null; });
    return busy;
  };
  const send = async (leaving, again = false) => {
    const sent = snapshot();
    const chosen = choices;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !name.startsWith("_keep_")) body.append(name, value);
    }
    for (const [part, mark] of Object.entries(chosen)) body.append(`_keep_${part}`, mark);
    let answer, said;
    try {
      answer = await fetch(location.pathname, {
        method: "POST",
        body,
        headers: { "X-Autosave": "1" },
        keepalive: leaving && String(body).length < 60000,
        signal: AbortSignal.timeout(15000),
      });
      said = await answer.json();
    } catch {
      said = null;
    }
    if (answer?.ok && said) return took(said, sent, chosen);
    if (said?.reason === "token" && !again && (await newToken())) return send(leaving, true);
    await keep();
    if (said?.reason === "log-in" || said?.reason === "token") {
      say(texts.loggedOut, "warning");
      document.dispatchEvent(new Event("portal:logged-out"));
      return "out";
    }
    if (said?.reason === "refused" || answer?.status === 404) {
      stopped = true;
      say(`${said?.text ?? ""} ${texts.refused}`, "warning");
      return "refused";
    }
    say(key ? texts.offlineKept : texts.offline, "warning");
    waits = Math.min(waits ? waits * 2 : 5, 60);
    since = 0;
    timer = setTimeout(save, waits * 1000);
    return "offline";
  };
  const reach = async () => {
    /* Kept, and the line is open: then it may be sent. */
    await keep();
    try {
      await fetch(texts.sessionUrl, { signal: AbortSignal.timeout(10000) });
    } catch {
      say(key ? texts.offlineKept : texts.offline, "warning");
      return "offline";
    }
    await newToken();
    return "kept";
  };
  const newToken = async () => {
    /* Logged in anew in another tab: the same person goes on, another does not. */
    try {
      const state = await (await fetch(texts.sessionUrl)).json();
      if (state.who !== texts.who) return false;
      for (const field of tokens()) field.value = state.token;
      return true;
    } catch {
      return false;
    }
  };
  const took = (said, sent, chosen) => {
    waits = 0;
    const now = snapshot();
    const seen = readSeen(seenField.value);
    const asked = new Set(said.clashes.map((clash) => clash.part));
    const stays = new Set();
    for (const [part, values] of Object.entries(said.put)) {
      const names = Object.keys(values);
      /* Written in since, or with no row to stand in: then it is asked about later. */
      if (names.some((name) => !named(name).length || now[name] !== sent[name])) stays.add(part);
      else for (const name of names) {
        saved[name] = sent[name] = String(values[name]);
        fill(name, saved[name]);
      }
    }
    for (const [part, mark] of readSeen(said.seen)) {
      if (!asked.has(part) && !stays.has(part)) seen.set(part, mark);
    }
    writeSeen(seen);
    for (const name of Object.keys(sent)) {
      if (said.unsaved.includes(name)) saved[name] = null;
      else saved[name] = sent[name];
    }
    for (const part of Object.keys(chosen)) delete choices[part];
    for (const notice of form.querySelectorAll("[data-clash-of]")) {
      if (!asked.has(notice.dataset.clashOf)) notice.remove();
    }
    if (!asked.size) form.querySelector("[data-clashes]")?.remove();
    hints(said.errors);
    for (const clash of said.clashes) ask(clash, readSeen(said.seen));
    keep();
    tried = [JSON.stringify([sent, seenField.value, choices]), asked.size ? "clash" : "saved"];
    if (asked.size) say(texts.clash, "warning");
    else say(Object.keys(said.errors).length ? `${said.text} ${texts.except}` : said.text);
    return asked.size ? "clash" : "saved";
  };

  /* What could not be read, as a hint at the field once one has left it. */
  let unread = {};
  const hints = (errors) => {
    unread = errors;
    for (const name of new Set(fields().map((field) => field.name))) {
      const [field] = named(name);
      const id = `${name}_hint`;
      const old = document.getElementById(id);
      const wanted = errors[name] && !field.matches("[aria-invalid=true]") && document.activeElement !== field;
      if (old?.textContent === errors[name] && wanted) continue;
      old?.remove();
      const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== id);
      if (wanted) {
        const hint = document.createElement("p");
        hint.id = id;
        hint.className = "field-hint";
        hint.textContent = errors[name];
        (field.closest(".ds-field-affixes, fieldset") ?? field).after(hint);
        described.push(id);
      }
      if (described.length) field.setAttribute("aria-describedby", described.join(" "));
      else field.removeAttribute("aria-describedby");
    }
  };

  /* Someone else has stored another text in the same place. */
  const ask = (clash, seen) => {
    if (form.querySelector("[data-clashes]")) return; /* the page asks already */
    let notice = form.querySelector(`[data-clash-of="${CSS.escape(clash.part)}"]`);
    if (!notice) {
      notice = setup.querySelector("template").content.firstElementChild.cloneNode(true);
      notice.dataset.clashOf = clash.part;
      const last = named(clash.fields.at(-1))[0];
      (last?.closest("section, fieldset, .ds-field") ?? form.lastElementChild).after(notice);
      unfold(notice);
    }
    notice.querySelector("[data-label]").textContent = clash.label;
    notice.querySelector("[data-label]").lang = clash.label_lang || document.documentElement.lang;
    notice.querySelector("[data-mine]").textContent = clash.typed || texts.empty;
    notice.querySelector("[data-stored]").textContent = clash.stored || texts.empty;
    const done = () => {
      named(clash.fields[0])[0]?.focus();
      notice.remove();
      save();
    };
    notice.querySelector("[data-take-mine]").onclick = () => {
      const kept = readSeen(seenField.value);
      for (const part of kept.keys()) {
        if (clash.fields.some((name) => inPart(part, name))) kept.set(part, seen.get(part) ?? kept.get(part));
      }
      writeSeen(kept);
      done();
    };
    notice.querySelector("[data-take-stored]").onclick = () => {
      choices[clash.part] = `stored:${clash.mark}`;
      done();
    };
  };

  form.addEventListener("input", () => {
    clearTimeout(keepTimer);
    keepTimer = setTimeout(keep, 400);
    soon(2000);
  });
  form.addEventListener("change", (event) => {
    /* The page's own question about a clash, answered. */
    const { name, value } = event.target;
    if (name?.startsWith("_keep_")) {
      delete choices[name.slice(6)];
      if (value !== "mine") choices[name.slice(6)] = value;
    }
    soon(200);
  });
  form.addEventListener("focusout", () => {
    if (unsaved().length) soon(200);
    setTimeout(hints, 0, unread);
  });
  addEventListener("online", () => soon(0));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      keep();
      save(true);
    } else if (unsaved().length) soon(500);
  });
  /* Without a key in the browser the server keeps the text, and asks for the log-in. */
  document.querySelector("[data-log-in]")?.addEventListener("click", async (event) => {
    if (key || !unsaved().length) return;
    event.preventDefault();
    delete form.dataset.sent;
    going = true;
    form.requestSubmit();
  });

  /* A button saves by itself too. Saved first, a lost line does not lose the page. */
  const later = () => new Promise((done) => { setTimeout(done); });
  form.addEventListener("submit", async (event) => {
    if (going || stopped || !(unsaved().length || busy)) return;
    event.preventDefault();
    const { submitter } = event;
    const end = await save();
    await later(); /* while this event lasts, nothing can be sent */
    delete form.dataset.sent;
    if (end === "offline") return;
    going = true;
    form.requestSubmit(submitter);
  });
  addEventListener("pageshow", () => { going = false; });
  /* A chosen log-out saves first. What cannot be saved stays, for its writer alone. */
  for (const out of document.querySelectorAll("form[action$='/logg-ut/']")) {
    out.addEventListener("submit", async (event) => {
      if (going || !(unsaved().length || busy)) return;
      event.preventDefault();
      await save();
      await keep();
      await later();
      going = true;
      delete out.dataset.sent;
      out.requestSubmit();
    });
  }

  /* --- the budget --- */
  const kinds = ["cost", "income", "own_work"];
  const lines = (kind) => fields().filter((field) => new RegExp(`^${kind}_\\d+_amount$`).test(field.name));
  /* amounts.js comes only with the steps, where there is something to add up. */
  const { øre, kroner } = globalThis.amounts ?? {};
  const sums = document.querySelector("[data-sums]");
  let spokenLater;
  const addUp = () => {
    const amount = named("amount")[0];
    const total = { amount: amount ? øre(amount.value) : øre(sums.dataset.sums) };
    let unreadable = Number.isNaN(total.amount);
    for (const kind of kinds) {
      const each = lines(kind).map((field) => øre(field.value));
      unreadable ||= each.some(Number.isNaN);
      total[kind] = each.reduce((sum, part) => sum + (part || 0), 0);
    }
    for (const [name, value] of Object.entries(total)) {
      for (const cell of document.querySelectorAll(`[data-sum="${name}"]`)) {
        cell.textContent = kroner(value || 0);
        const row = cell.closest("tfoot");
        if (row) row.hidden = !value;
        const label = row?.querySelector("[data-sum-label]");
        if (label) label.textContent = label.dataset.sumLabel;
      }
    }
    const missing = total.cost - total.income - total.own_work - (total.amount || 0);
    const says = sums.dataset;
    let text = missing ? (missing > 0 ? says.missing : says.over).replace("{}", kroner(missing)) : says.even;
    if (unreadable) text = says.unread;
    sums.hidden = !(total.cost || total.amount);
    const saved = document.querySelector("[data-sums-saved]");
    if (saved) saved.hidden = !sums.hidden;
    sums.dataset.tone = missing || unreadable ? "warning" : "info";
    sums.querySelector("[data-result]").textContent = text;
    clearTimeout(spokenLater);
    spokenLater = setTimeout(() => { sums.querySelector("[role=status]").textContent = sums.hidden ? "" : text; }, 1500);
  };
  const addRow = (kind) => {
    const last = lines(kind).at(-1)?.closest("tr");
    const number = lines(kind).length;
    if (!last) return null;
    const row = last.cloneNode(true);
    for (const extra of row.querySelectorAll(".field-hint, [data-clash-of], .ds-validation-message, ul")) extra.remove();
    for (const node of row.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        const value = node.getAttribute(name);
        if (value) node.setAttribute(name, value.replace(`${kind}_${number - 1}_`, `${kind}_${number}_`));
      }
      node.removeAttribute("aria-describedby");
      node.removeAttribute("aria-invalid");
      if (node.matches("input")) node.value = "";
    }
    for (const label of row.querySelectorAll("label")) label.firstChild.textContent = label.firstChild.textContent.replace(/\d+/, number + 1);
    last.after(row);
    return row;
  };
  const makeRoom = (name) => {
    const [, kind] = /^(cost|income|own_work)_\d+_/.exec(name) ?? [];
    for (let turn = 0; kind && !named(name).length && turn < 30; turn += 1) addRow(kind);
  };
  for (const button of form.querySelectorAll("button[name='more']")) {
    button.addEventListener("click", (event) => {
      if (lines(button.value).length >= 30) return; /* the server says it */
      const row = addRow(button.value);
      if (!row) return;
      event.preventDefault();
      row.querySelector("input").focus();
    });
  }
  if (sums) {
    form.addEventListener("input", addUp);
    addUp();
  }

  look().catch(() => { /* nothing kept */ });
  getKey().catch(() => { /* asked for again at the first word */ });
}
