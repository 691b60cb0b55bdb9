// A lesson that is a video: goes on where the person left it, and reports what was played.
"use strict";

for (const box of document.querySelectorAll("[data-video]")) {
  const video = box.querySelector("video");
  const EVERY = 10000;
  const SLACK = 1.5;  // seconds by which the video may be ahead of the clock between two looks
  let spans = [];
  let begun = null;
  let seen = null;
  let looked = 0;

  const milliseconds = (seconds) => Math.max(0, Math.round(seconds * 1000));

  function cut() {
    if (begun !== null && seen > begun) spans.push([milliseconds(begun), milliseconds(seen)]);
    begun = null;
    seen = null;
  }

  function look() {
    const now = video.currentTime;
    if (video.seeking) return;
    if (begun === null || !isPlayed(now)) {
      cut();
      begun = now;
    }
    seen = now;
    looked = performance.now();
  }

  // Played since the last look, however long a busy browser took to look again; not skipped to.
  function isPlayed(now) {
    const passed = (performance.now() - looked) / 1000;
    return now >= seen && now - seen <= (passed + SLACK) * Math.max(1, video.playbackRate);
  }

  async function report(isLast) {
    if (begun !== null) {
      spans.push([milliseconds(begun), milliseconds(seen)]);
      begun = seen;
    }
    const told = spans.filter(([from, to]) => to > from);
    spans = [];
    if (told.length === 0 || !box.dataset.report) return;
    const body = new FormData();
    body.append("spans", JSON.stringify(told));
    body.append("position", String(milliseconds(video.currentTime)));
    try {
      const answer = await fetch(box.dataset.report, {
        method: "POST", body, credentials: "same-origin", keepalive: Boolean(isLast),
        headers: { "X-CSRFToken": box.querySelector("input[name=csrf_token]").value, Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const said = await answer.json();
      show(said);
    } catch {
      spans = [...told, ...spans];
    }
  }

  function show(said) {
    const bar = box.querySelector("progress");
    const share = Math.min(100, Math.floor((100 * said.watched) / Number(box.dataset.length)));
    if (bar) bar.value = share;
    const text = box.querySelector(".meter-text");
    if (text) text.textContent = `${share}%`;
    if (said.done) for (const each of document.querySelectorAll("[data-when-done]")) each.hidden = false;
  }

  function resume() {
    const position = Number(box.dataset.position) / 1000;
    if (position > 1 && position < video.duration - 1) video.currentTime = position;
  }

  // What is in the cache may be known before this script runs.
  if (video.readyState >= HTMLMediaElement.HAVE_METADATA) resume();
  else video.addEventListener("loadedmetadata", resume, { once: true });
  video.addEventListener("timeupdate", () => { if (!video.paused) look(); });
  video.addEventListener("play", () => { cut(); begun = video.currentTime; seen = begun; looked = performance.now(); });
  video.addEventListener("seeking", cut);
  for (const name of ["pause", "ended"]) {
    video.addEventListener(name, () => {
      if (!video.seeking && begun !== null && isPlayed(video.currentTime)) seen = video.currentTime;
      report();
    });
  }
  setInterval(() => { if (!video.paused) report(); }, EVERY);
  window.addEventListener("pagehide", () => report(true));
}
