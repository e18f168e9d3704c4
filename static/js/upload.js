/* Sends each chosen file at once, shows how far it has come, and tries again when the
   line breaks. Without this file the form is sent whole, and the answer is the same. */
"use strict";

for (const form of document.querySelectorAll("form[data-uploads]")) {
  const words = form.dataset;
  const button = form.querySelector(".upload-button");
  if (!button) continue; /* there is room for no more */
  const list = document.createElement("ul");
  list.className = "upload-list";
  list.hidden = true;
  /* Says when it begins and how it ended, not every step on the way. */
  const spoken = document.createElement("p");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  button.before(list, spoken);
  /* What is chosen is on its way: there is nothing left to press. */
  button.hidden = true;
  const queue = [];
  let busy = false;
  let waiting = null;

  const addRow = (file) => {
    const row = document.createElement("li");
    const text = document.createElement("p");
    text.dataset.said = "";
    text.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `${words.textSending} ${file.name}`);
    row.append(text, bar);
    list.append(row);
    return row;
  };

  const tell = (row, text) => {
    const said = row.querySelector("[data-said]");
    said.textContent = text;
    said.className = "ds-validation-message";
    row.querySelector("progress").hidden = true;
    return text;
  };

  const offerRetry = (each) => {
    const again = document.createElement("button");
    again.type = "button";
    again.className = "link-button";
    again.textContent = words.textRetry;
    const of = document.createElement("span");
    of.className = "visually-hidden";
    of.textContent = ` ${each.file.name}`;
    again.append(of);
    again.addEventListener("click", () => {
      each.row.replaceWith((each.row = addRow(each.file)));
      each.input.focus();
      queue.push(each);
      work();
    });
    each.row.append(again);
  };

  const send = ({ input, file, label, row }) => new Promise((resolve) => {
    const data = new FormData();
    for (const name of ["csrfmiddlewaretoken", "_owner"]) {
      data.append(name, form.elements[name].value);
    }
    if (input.name === "file") data.append("label", label);
    data.append("upload", "1");
    data.append(input.name, file);
    const bar = row.querySelector("progress");
    const request = new XMLHttpRequest();
    request.open("POST", location.pathname);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    };
    /* What is no answer of ours (a proxy, a log-in page) is a broken line too. */
    request.onload = () => resolve(request.status === 200 && request.response);
    request.onerror = request.onabort = request.ontimeout = () => resolve(null);
    request.timeout = 300000;
    request.send(data);
  });

  const refresh = async () => {
    const now = document.getElementById("filene");
    if (now.contains(document.activeElement)) {
      /* Nobody is to lose their place: when they leave it. */
      now.addEventListener("focusout", () => refresh(), { once: true });
      return;
    }
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("filene");
    if (fresh) now.replaceWith(fresh);
  };

  const work = async () => {
    if (busy || !queue.length) return;
    busy = true;
    spoken.textContent =
      `${words.textSending} ${queue.map((each) => each.file.name).join(", ")}`;
    const outcomes = [];
    let taken = 0;
    for (let each; (each = queue.shift());) {
      const { row, file, input } = each;
      if (file.size > Number(input.dataset.upload)) {
        outcomes.push(tell(row, words.textLarge.replace("{}", file.name)));
        row.dataset.done = "";
        continue;
      }
      const answer = await send(each);
      if (!answer) {
        outcomes.push(tell(row, `${file.name}: ${words.textBroken}`));
        offerRetry(each);
      } else if (answer.errors.length) {
        outcomes.push(tell(row, answer.errors.join(" ")));
        row.dataset.done = "";
      } else {
        taken += 1;
        row.remove();
        outcomes.push(`${file.name} ${words.textDone}.`);
      }
    }
    list.hidden = !list.children.length;
    spoken.textContent = outcomes.join(" ");
    busy = false;
    if (waiting && taken === outcomes.length) {
      form.requestSubmit(waiting);
      return;
    }
    waiting = null;
    spoken.className = "visually-hidden";
    if (taken) await refresh().catch(() => location.reload());
  };

  form.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file") return;
    for (const told of list.querySelectorAll("[data-done]")) told.remove();
    const label = form.elements.label ? form.elements.label.value : "";
    for (const file of input.files) {
      queue.push({ input, file, label, row: addRow(file) });
    }
    list.hidden = !list.children.length;
    if (input.name === "file" && form.elements.label) form.elements.label.value = "";
    /* They are on their way: not to be sent once more with the form. */
    input.value = "";
    work();
  });

  /* Whoever goes on while files are on their way, goes on when they are there. */
  form.addEventListener("submit", (event) => {
    if (!busy) return;
    event.preventDefault();
    /* It is not sent yet, so no other script is to think so. */
    event.stopImmediatePropagation();
    waiting = event.submitter;
    spoken.textContent = words.textWaiting;
    spoken.className = "meta";
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if (busy) event.preventDefault();
  });
}
