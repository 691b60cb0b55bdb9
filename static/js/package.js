// A lesson that is a SCORM package: opens it in a frame of the content host, shows its table of
// contents, and saves what it says. The frame is of another origin and not trusted: its messages are
// checked by origin and window, and whatever they hold is shown as text only.
"use strict";

for (const box of document.querySelectorAll("[data-package]")) {
  const find = (name) => box.querySelector(`[${name}]`);
  const words = box.dataset;
  const states = JSON.parse(words.states);
  const csrf = box.querySelector("input[name=csrf_token]").value;
  const isTried = "tried" in words;
  const AT_ONCE = 1500;
  const LARGEST_BEACON = 60000;
  const RENEWAL = 5 * 60000;
  let opened = null;     // {launch, origin, url, start}
  let frame = null;
  let sequence = 0;
  let waiting = new Map();  // item → the newest that it said and that is not saved
  let last = null;
  let timer = null;
  let isSending = false;
  let isSuperseded = false;
  let leaving = null;

  const say = (text) => { find("data-status").textContent = text || ""; };
  const tell = (message) => frame.contentWindow.postMessage({ prm: 1, ...message }, opened.origin);

  async function post(url, fields, isLast) {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const size = Object.values(fields).reduce((sum, value) => sum + value.length, 0);
    return fetch(url, {
      method: "POST", body, credentials: "same-origin",
      headers: { "X-CSRFToken": csrf, Accept: "application/json" },
      keepalive: Boolean(isLast) && size < LARGEST_BEACON,
    });
  }

  const addressOf = (pattern) => pattern.replace("00000000-0000-0000-0000-000000000000", opened.launch);

  // ---- opening

  async function open() {
    find("data-open").disabled = true;
    try {
      const answer = await post(words.launch, {});
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.error);
      opened = told;
    } catch (error) {
      say(error instanceof TypeError || !error.message ? words.failed : error.message);
      find("data-open").disabled = false;
      return;
    }
    frame = document.createElement("iframe");
    frame.title = find("data-title").textContent;
    // It may do what content does, and cannot lead this page elsewhere.
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads");
    frame.setAttribute("allow", "fullscreen; autoplay");
    frame.className = "package-frame";
    frame.src = opened.url;
    find("data-stage").replaceChildren(frame);
    for (const name of ["data-wide", "data-exit"]) find(name).hidden = false;
    setInterval(renew, RENEWAL);
  }

  async function renew() {
    try {
      const answer = await post(addressOf(words.renew), {});
      if (answer.status === 409) say((await answer.json()).error);
    } catch {
      // The next time may do.
    }
  }

  // ---- saving

  function keep(message) {
    const before = waiting.get(message.item);
    waiting.set(message.item, { ...message, sequencing: message.sequencing || (before && before.sequencing) });
    last = message;
    if (isTried || isSuperseded) return;
    say(words.saving);
    if (timer === null) timer = setTimeout(send, message.isOver ? 0 : AT_ONCE);
  }

  async function send(isLast, takesOver) {
    clearTimeout(timer);
    timer = null;
    if (isTried || waiting.size === 0 || (isSending && !isLast) || (isSuperseded && !takesOver)) return;
    isSending = true;
    const [item, message] = waiting.entries().next().value;
    sequence += 1;
    const { type: _type, prm: _prm, ...commit } = message;
    const fields = { commit: JSON.stringify({ ...commit, sequence }) };
    if (takesOver) fields.take_over = "1";
    waiting.delete(item);
    const again = () => { if (!waiting.has(item)) waiting.set(item, message); };
    try {
      const answer = await post(addressOf(words.save), fields, isLast);
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) {
        isSuperseded = false;
        find("data-conflict").hidden = true;
        say(words.saved);
        if (told.done) showDone();
      } else if (answer.status === 409) {
        again();
        isSuperseded = true;
        find("data-conflict").hidden = false;
        say("");
      } else if (answer.status >= 500 || answer.status === 429) {
        again();
        retry(words.waiting);
      } else {
        // What is refused as it stands is refused again: say so, and go on with what comes next.
        say(told.error || words.failed);
      }
    } catch {
      again();
      retry(words.waiting);
    }
    isSending = false;
    if (waiting.size && timer === null && !isSuperseded) timer = setTimeout(send, isLast ? 0 : AT_ONCE);
  }

  function retry(text) {
    say(text);
    if (timer === null) timer = setTimeout(send, 5000);
  }

  async function flush() {
    for (let tries = 0; tries < 20 && !isTried && !isSuperseded && (waiting.size || isSending); tries += 1) {
      if (isSending) await new Promise((done) => { setTimeout(done, 150); });
      else await send();
    }
  }

  function showDone() {
    for (const each of document.querySelectorAll("[data-when-done]")) each.hidden = false;
  }

  // ---- what the frame says

  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== opened.origin) return;
    const message = event.data;
    if (!message || message.prm !== 1) return;
    if (message.type === "ready") tell({ type: "start", start: opened.start });
    if (message.type === "commit" && typeof message.item === "string") keep(message);
    if (message.type === "tree" && last && typeof message.sequencing === "string") keep({ ...last, sequencing: message.sequencing });
    if (message.type === "outline") showOutline(message);
    if (message.type === "over") say(words.over);
    if (message.type === "refused") say(words.refused);
    if (message.type === "ended") leave(location.href);
    if (message.type === "left" && leaving) leaving();
  });

  function showOutline(outline) {
    const items = outline.items || {};
    for (const row of box.querySelectorAll("[data-item]")) {
      const known = items[row.dataset.item] || {};
      const [word, icon] = states[known.state] || states.not_attempted;
      row.querySelector("[data-word]").textContent = word;
      row.querySelector("use").setAttribute("href", `${words.icons}#${icon}`);
      const isHere = row.dataset.item === outline.current;
      row.disabled = !known.isOpenable && !isHere;
      row.classList.toggle("is-here", isHere);
      if (isHere) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    if (outline.title) find("data-title").textContent = String(outline.title);
    for (const button of box.querySelectorAll("[data-ask]")) {
      const may = button.dataset.ask === "continue" ? outline.canContinue : outline.canPrevious;
      // One item needs neither.
      button.hidden = Object.values(items).filter((each) => each && "isOpenable" in each).length < 2 && !may;
      button.disabled = !may;
    }
    if (!outline.current) say(words.choose);
  }

  // ---- leaving: the content says goodbye, what it said is saved, then the page changes

  async function leave(address) {
    if (frame && opened) {
      await new Promise((done) => {
        leaving = done;
        setTimeout(done, 4000);
        tell({ type: "leave" });
      });
      await flush();
    }
    const isSame = address === location.href;
    waiting = isSuperseded ? new Map() : waiting;
    if (isSame) location.reload();
    else location.assign(address);
  }

  find("data-open").addEventListener("click", open);
  find("data-open").disabled = false;  // until now nobody heard a click
  find("data-exit").addEventListener("click", () => leave(location.href));
  find("data-wide").addEventListener("click", () => frame.requestFullscreen());
  find("data-take-over").addEventListener("click", () => {
    if (waiting.size === 0 && last) waiting.set(last.item, last);
    send(false, true);
  });
  find("data-give-way").addEventListener("click", () => { waiting = new Map(); location.reload(); });
  box.addEventListener("click", (event) => {
    const row = event.target.closest("[data-item]");
    const asked = event.target.closest("[data-ask]");
    if (row && frame) tell({ type: "navigate", request: "choice", target: row.dataset.item });
    if (asked && frame) tell({ type: "navigate", request: asked.dataset.ask });
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!frame || !link || link.target || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.origin !== location.origin || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    leave(link.href);
  });
  window.addEventListener("pagehide", () => {
    for (let left = waiting.size; left > 0; left -= 1) send(true);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send(true);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isTried && (waiting.size || isSending)) {
      send(true);
      if (isSuperseded) event.preventDefault();
    }
  });
}
