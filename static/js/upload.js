// A form with a large file: shows how much of it was sent. Without script it is sent as forms are.
"use strict";

for (const form of document.querySelectorAll("form[data-upload]")) {
  const box = form.querySelector("[data-upload-progress]");
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-upload-text]");
  let isSending = false;

  form.addEventListener("submit", (event) => {
    const chosen = [...form.querySelectorAll("input[type=file]")].some((field) => field.files.length);
    if (!chosen || event.defaultPrevented) return;
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    const request = new XMLHttpRequest();
    request.open("POST", form.action || location.href);
    request.upload.addEventListener("progress", (sent) => {
      if (!sent.lengthComputable) return;
      const share = Math.floor((100 * sent.loaded) / sent.total);
      bar.value = share;
      text.textContent = `${form.dataset.sending} ${share} %`;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      text.textContent = form.dataset.reading;
    });
    request.addEventListener("load", () => {
      isSending = false;
      if (request.status < 400 && request.responseURL !== location.href) {
        location.assign(request.responseURL);
        return;
      }
      if (request.status < 400) {
        location.reload();
        return;
      }
      // The page with what is wrong, as the form would have led to it.
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = page.querySelector("main");
      const shown = document.querySelector("main");
      const summary = main && main.querySelector(".error-summary");
      if (!main || !shown) { text.textContent = form.dataset.broken; return; }
      box.hidden = true;
      for (const old of shown.querySelectorAll(".error-summary")) old.remove();
      if (summary) {
        const place = form.closest(".panel") || form;
        place.before(document.importNode(summary, true));
        shown.querySelector(".error-summary").focus();
      } else {
        text.textContent = main.textContent.trim().slice(0, 300) || form.dataset.broken;
        box.hidden = false;
      }
    });
    request.addEventListener("error", () => {
      isSending = false;
      text.textContent = form.dataset.broken;
    });
    box.hidden = false;
    bar.value = 0;
    request.send(new FormData(form));
  });
}
