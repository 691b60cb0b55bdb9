// A lesson that is a video: goes on where the person left it, and reports what was played.
"use strict";

for (const box of document.querySelectorAll("[data-video]")) {
  const video = box.querySelector("video");
  const EVERY = 10000;
  let told = "[]";

  const milliseconds = (seconds) => Math.max(0, Math.round(seconds * 1000));

  // The browser's own record since the page was opened: what was skipped is not in it, and no busy
  // moment of this script is missing from it. It is told whole each time, so that a report that was
  // lost is made good by the next; the portal joins what overlaps.
  function played() {
    const spans = video.played;
    return JSON.stringify(Array.from(spans, (_, n) => [milliseconds(spans.start(n)), milliseconds(spans.end(n))]));
  }

  async function report(isLast) {
    const spans = played();
    if (spans === told || !box.dataset.report) return;
    const body = new FormData();
    body.append("spans", spans);
    body.append("position", String(milliseconds(video.currentTime)));
    try {
      const answer = await fetch(box.dataset.report, {
        method: "POST", body, credentials: "same-origin", keepalive: Boolean(isLast),
        headers: { "X-CSRFToken": box.querySelector("input[name=csrf_token]").value, Accept: "application/json" },
      });
      if (!answer.ok) return;
      show(await answer.json());
      told = spans;
    } catch {
      // No network for now: the next report tells it again.
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
  video.addEventListener("pause", () => report());  // its end, too
  setInterval(report, EVERY);
  window.addEventListener("pagehide", () => report(true));
}
