// What makes pages quicker to use. Every page works without it; nothing here is the only way.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("has-script");

  const confirmDialog = document.getElementById("confirm-dialog");
  const announcer = document.getElementById("announcer");
  const wording = confirmDialog ? confirmDialog.dataset : {};

  function announce(text) {
    announcer.textContent = "";
    // A live region is read when its text changes, also when the same text comes twice.
    requestAnimationFrame(() => { announcer.textContent = text; });
  }

  // ---- appearance: at once here; the posted form does the same where there is no script
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const chosen = event.submitter;
    if (!form.matches("[data-theme-form]") || !chosen || chosen.name !== "theme") return;
    event.preventDefault();
    root.dataset.bsTheme = chosen.value;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${chosen.value}; path=/; max-age=31536000; samesite=lax${secure}`;
    for (const button of form.elements) {
      if (button.name === "theme") button.setAttribute("aria-pressed", String(button === chosen));
    }
    if (form.hidePopover) form.hidePopover();
  });

  // ---- data-confirm on a form: ask in a dialog before it is sent
  let asking = null;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed || !confirmDialog.showModal) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    asking = { form, submitter: event.submitter };
    confirmDialog.querySelector("[data-confirm-text]").textContent = form.dataset.confirm;
    const button = confirmDialog.querySelector("[data-confirm-button]");
    button.textContent = form.dataset.confirmLabel || button.textContent;
    const isDanger = form.dataset.confirmKind === "danger";
    button.classList.toggle("btn-danger", isDanger);
    button.classList.toggle("btn-primary", !isDanger);
    confirmDialog.returnValue = "";
    confirmDialog.showModal();
  }, true);
  if (confirmDialog) {
    confirmDialog.addEventListener("close", () => {
      if (asking && confirmDialog.returnValue === "confirm") {
        asking.form.dataset.confirmed = "yes";
        asking.form.requestSubmit(asking.submitter || undefined);
        delete asking.form.dataset.confirmed;
      }
      asking = null;
    });
  }

  // ---- <button command commandfor> for browsers that do not know it yet
  if (!("command" in HTMLButtonElement.prototype)) {
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[commandfor]");
      const dialog = button && document.getElementById(button.getAttribute("commandfor"));
      if (!dialog) return;
      if (button.getAttribute("command") === "show-modal") dialog.showModal();
      if (button.getAttribute("command") === "close") dialog.close();
    });
  }

  // ---- data-unsaved on a form: leaving with changes asks first
  const changed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-unsaved")) changed.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) changed.delete(event.target);
  });
  document.addEventListener("reset", (event) => changed.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    for (const form of changed) if (!form.isConnected) changed.delete(form);
    if (changed.size) event.preventDefault();
  });

  // ---- data-autosubmit on a GET form: filters apply as they are chosen
  let typing;
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-autosubmit") && event.target.type !== "search") send(form);
  });
  document.addEventListener("search", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-autosubmit")) send(form);
  });
  function send(form) {
    clearTimeout(typing);
    typing = setTimeout(() => form.requestSubmit(), 0);
  }
  // An address without the empty fields is one a person can read and share.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-autosubmit")) return;
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    setTimeout(() => { for (const field of form.elements) field.disabled = false; }, 0);
  });

  // ---- data-copy on a button
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      announce(wording.copiedText);
      button.classList.add("is-done");
      setTimeout(() => button.classList.remove("is-done"), 1500);
    } catch {
      announce(wording.failedText);
    }
  });

  // ---- data-shortcut="/" focuses a field, unless one is being typed in
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const field = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (!field) return;
    event.preventDefault();
    field.focus();
  });

  // ---- of tabs that are wider than a phone, the one that is shown is in sight
  for (const here of document.querySelectorAll(".tabbar [aria-current]")) {
    const bar = here.closest(".tabbar");
    bar.scrollLeft += here.getBoundingClientRect().left - bar.getBoundingClientRect().left - bar.clientWidth / 3;
  }

  // ---- the box in a table's head ticks all rows of the page
  for (const all of document.querySelectorAll("[data-tick-all]")) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of all.closest("table").querySelectorAll('tbody input[name="ids"]')) box.checked = all.checked;
    });
  }

  // ---- paper is white: light colours and every figure while printing
  let screenTheme;
  let folded = [];
  window.addEventListener("beforeprint", () => {
    screenTheme = root.dataset.bsTheme;
    root.dataset.bsTheme = "light";
    folded = [...document.querySelectorAll("details.chart-figures:not([open])")];
    for (const details of folded) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    root.dataset.bsTheme = screenTheme;
    for (const details of folded) details.open = false;
  });

  // ---- htmx: say when a request failed instead of doing nothing
  for (const failure of ["htmx:error", "htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(failure, () => announce(wording.failedText));
  }
})();
