/* Sends each chosen file at once, shows how far it has come, and tries again when the
   line breaks. Without this file the form is sent whole, and the answer is the same. */
"use strict";

for (const form of document.querySelectorAll("form[data-uploads]")) {
  const words = form.dataset;
  const list = document.createElement("ul");
  list.className = "item-list";
  const spoken = document.createElement("p");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  form.querySelector(".upload-button").before(list, spoken);
  const queue = [];
  let busy = false;

  const send = ({ input, file, row }) => new Promise((resolve) => {
    const data = new FormData();
    for (const name of ["csrfmiddlewaretoken", "_owner"]) {
      data.append(name, form.elements[name].value);
    }
    const label = form.elements.label;
    if (label && input.name === "file") data.append("label", label.value);
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

  const say = (row, text) => {
    row.querySelector("[data-said]").textContent = text;
    spoken.textContent = text;
  };

  const refresh = async () => {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("filene");
    if (fresh) document.getElementById("filene").replaceWith(fresh);
  };

  const work = async () => {
    if (busy) return;
    busy = true;
    let taken = 0;
    for (let each; (each = queue.shift());) {
      const { row, file, input } = each;
      row.querySelector("progress").hidden = false;
      say(row, `${words.textSending} ${file.name}`);
      const answer = await send(each);
      row.querySelector("progress").hidden = true;
      if (!answer) {
        say(row, `${file.name}: ${words.textBroken}`);
        const again = document.createElement("button");
        again.type = "button";
        again.className = "link-button";
        again.textContent = words.textRetry;
        again.addEventListener("click", () => {
          again.remove();
          queue.push(each);
          work();
        });
        row.append(again);
      } else if (answer.errors.length) {
        row.dataset.tone = "error";
        say(row, answer.errors.join(" "));
      } else {
        taken += 1;
        row.remove();
        spoken.textContent = `${file.name} ${words.textDone}.`;
        if (input.name === "file" && form.elements.label) form.elements.label.value = "";
      }
    }
    busy = false;
    if (taken) await refresh().catch(() => location.reload());
  };

  form.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file") return;
    for (const file of input.files) {
      const row = document.createElement("li");
      const text = document.createElement("p");
      text.dataset.said = "";
      const bar = document.createElement("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      bar.hidden = true;
      row.append(text, bar);
      list.append(row);
      if (file.size > Number(input.dataset.upload)) {
        say(row, `${file.name} ${words.textLarge}`);
      } else {
        queue.push({ input, file, row });
      }
    }
    /* They are on their way: not to be sent once more with the form. */
    input.value = "";
    work();
  });
}
