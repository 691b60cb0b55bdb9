// A quiz being taken: every answer is saved as it is given, and the clock is shown. Without script the
// page's buttons do the same.
"use strict";

for (const form of document.querySelectorAll("[data-quiz]")) {
  const state = form.querySelector("[data-state]");
  const announcer = form.querySelector("[data-announce]");
  const words = form.dataset;
  const changed = new Set();
  let timer = null;
  let isSending = false;
  let isLeaving = false;
  let sending = null;
  let pause = 1000;

  function later(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(save, milliseconds);
  }

  function body(questions) {
    const all = new FormData(form);
    const sent = new FormData();
    for (const name of ["csrf_token", "number"]) sent.append(name, all.get(name));
    for (const id of questions) {
      sent.append("shown", id);
      for (const [name, value] of all) {
        if (name === `q-${id}` || name.startsWith(`q-${id}-`) || name === `flag-${id}`) sent.append(name, value);
      }
    }
    return sent;
  }

  async function save() {
    if (isSending || isLeaving || changed.size === 0) return;
    const questions = [...changed];
    changed.clear();
    isSending = true;
    sending = new AbortController();
    state.textContent = words.saving;
    try {
      const answer = await fetch(words.save, {
        method: "POST", body: body(questions), credentials: "same-origin", keepalive: true,
        signal: sending.signal,
        headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      });
      if (answer.status === 409) {
        const refused = await answer.json();
        state.textContent = refused.message;
        announcer.textContent = refused.message;
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const said = await answer.json();
      state.textContent = said.message;
      if (typeof said.seconds === "number") setClock(said.seconds);
      pause = 1000;
    } catch {
      if (isLeaving) return;
      for (const id of questions) changed.add(id);
      state.textContent = words.waiting;
      pause = Math.min(30000, pause * 2);
      later(pause);
    } finally {
      isSending = false;
      if (changed.size > 0 && pause === 1000) later(300);
    }
  }

  function note(event, wait) {
    const box = event.target.closest("[data-question]");
    if (!box) return;
    changed.add(box.dataset.question);
    later(wait);
  }

  form.addEventListener("change", (event) => note(event, 0));
  form.addEventListener("input", (event) => {
    if (event.target.matches("input[type=text]")) note(event, 900);
  });
  // What is sent as a whole need not be saved as well, and could not once it is there. Heard last of all,
  // since whoever asks for a confirmation first prevents it.
  window.addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    isLeaving = true;
    clearTimeout(timer);
    sending?.abort();
  });
  window.addEventListener("online", () => later(0));
  window.addEventListener("pagehide", () => { if (!isLeaving) save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && changed.size > 0) event.preventDefault();
  });

  // ---- the clock: the server's, counted down from what it said last
  const clock = form.querySelector("[data-clock]");
  let endsAt = 0;

  function setClock(seconds) {
    endsAt = performance.now() + 1000 * seconds;
  }

  function show() {
    const left = Math.max(0, Math.round((endsAt - performance.now()) / 1000));
    const minutes = Math.floor(left / 60);
    const text = words.left.replace("{time}", `${minutes}:${String(left % 60).padStart(2, "0")}`);
    clock.textContent = text;
    clock.classList.toggle("is-short", left <= 60);
    if (left === 300 || left === 60) announcer.textContent = text;
    if (left > 0) return;
    clearInterval(ticking);
    announcer.textContent = words.over;
    state.textContent = words.over;
    if (isLeaving) return;
    const gaps = document.createElement("input");
    gaps.type = "hidden";
    gaps.name = "accept_gaps";
    gaps.value = "1";
    form.append(gaps);
    form.requestSubmit(form.querySelector("[data-send]"));
  }

  let ticking = null;
  if (clock && words.seconds !== undefined) {
    setClock(Number(words.seconds));
    ticking = setInterval(show, 1000);
    show();
  }
}
