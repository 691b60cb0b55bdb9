// Runs a SCORM package: gives its items the API they look for, and tells the portal's page what they
// say. It runs on the content host, together with the package, and reaches nothing else: the page
// that frames it does the saving. Nothing here is trusted there.
"use strict";

(() => {
  const portal = document.body.dataset.portal;
  const page = window.parent;
  // Content climbs from parent to parent until it finds an API, in either edition, or the last window.
  // That is this one: of the portal's page it may not even ask whether it has one.
  window.parent = window;
  const frame = document.getElementById("sco");
  const LONGEST_KNOWN = 64000;  // of suspend data, to the run-time library
  const UNLOAD_MS = 2500;
  let course = null;  // what the portal told: see Launched.start
  let tree = null;    // 2004: the activity tree, between items
  let run = null;     // the item that is open
  let isMoving = false;

  function tell(message) {
    page.postMessage({ prm: 1, ...message }, portal);
  }

  // ---- the outline

  function* walk(items, ancestors = []) {
    for (const item of items) {
      yield { item, ancestors };
      yield* walk(item.items, [...ancestors, item]);
    }
  }
  const all = () => [...walk(course.organization.items)];
  const openable = () => all().filter(({ item }) => item.href);
  const find = (id) => all().map(({ item }) => item).find((item) => item.identifier === id);
  const is2004 = () => course.edition === "2004";
  const savedOf = (id) => course.items[id] || null;
  const keep = (id) => course.items[id] || (course.items[id] = { cmi: null, seconds: 0, state: "not_attempted" });

  // ---- times, as each edition writes them

  function clockTime(seconds) {
    const two = (value) => String(value).padStart(2, "0");
    const hours = Math.min(9999, Math.floor(seconds / 3600));
    return `${String(hours).padStart(4, "0")}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }
  const duration = (seconds) => `PT${Math.floor(seconds / 3600)}H${Math.floor(seconds / 60) % 60}M${seconds % 60}S`;

  // ---- where an item stands, as its content says (the server judges by the manifest)

  function stateOf(cmi) {
    if (!cmi) return "not_attempted";
    if (!is2004()) {
      const status = String((cmi.core || {}).lesson_status || "").toLowerCase();
      if (status === "passed" || status === "failed" || status === "completed") return status;
      return status === "incomplete" || status === "browsed" ? "incomplete" : "not_attempted";
    }
    if (cmi.success_status === "passed" || cmi.success_status === "failed") return cmi.success_status;
    if (cmi.completion_status === "completed") return "completed";
    return cmi.completion_status === "not attempted" ? "not_attempted" : "incomplete";
  }
  const RANK = { not_attempted: 0, incomplete: 1, failed: 2, completed: 3, passed: 4 };
  function note(id, state) {
    const kept = keep(id);
    if (RANK[state] >= RANK[kept.state]) kept.state = state;
  }

  // ---- what an item is given when it opens

  const text = (value) => (value === undefined || value === null ? "" : String(value));

  function resumes(saved) {
    const cmi = saved && saved.cmi;
    if (!cmi) return false;
    const exit = is2004() ? cmi.exit : (cmi.core || {}).exit;
    const isOver = (cmi.prm || {}).is_over === true;
    if (!isOver || exit === "suspend" || exit === "logout") return true;
    // It ended as if for good, and yet left something to go on from.
    return is2004() && cmi.completion_status !== "completed" && Boolean(cmi.suspend_data || cmi.location);
  }

  function begin12(item, saved) {
    const old = (saved && saved.cmi) || {};
    const core = old.core || {};
    const { session_time: _time, exit: _exit, total_time: _total, ...kept } = core;
    return {
      ...(old.comments ? { comments: old.comments } : {}),
      ...(old.student_preference ? { student_preference: old.student_preference } : {}),
      ...(old.objectives ? { objectives: old.objectives } : {}),
      ...(old.interactions ? { interactions: old.interactions } : {}),
      core: {
        ...kept,
        student_id: course.learner.id,
        student_name: course.learner.name,
        lesson_status: kept.lesson_status || "not attempted",
        entry: saved && saved.cmi ? (resumes(saved) ? "resume" : "") : "ab-initio",
        credit: course.mode === "normal" ? "credit" : "no-credit",
        lesson_mode: course.mode,
        total_time: clockTime((saved && saved.seconds) || 0),
      },
      suspend_data: text(old.suspend_data),
      launch_data: text(item.launch_data),
      student_data: {
        mastery_score: text(item.mastery_score),
        max_time_allowed: text(item.max_time),
        time_limit_action: text(item.time_limit_action),
      },
    };
  }

  function begin2004(item, saved) {
    const goesOn = resumes(saved);
    const { session_time: _time, exit: _exit, prm: _prm, ...kept } = goesOn ? saved.cmi : {};
    const sequencing = item.sequencing || {};
    const primary = sequencing.primaryObjective || {};
    const threshold = item.threshold || {};
    const given = {
      ...kept,
      learner_id: course.learner.id,
      learner_name: course.learner.name,
      entry: goesOn ? "resume" : "ab-initio",
      credit: course.mode === "normal" ? "credit" : "no-credit",
      mode: course.mode,
      launch_data: text(item.launch_data),
      suspend_data: text(kept.suspend_data),
      total_time: duration(goesOn ? saved.seconds : 0),
      completion_threshold: threshold.completedByMeasure ? text(threshold.minProgressMeasure) : "",
      scaled_passing_score: primary.satisfiedByMeasure ? text(primary.minNormalizedMeasure) : "",
      max_time_allowed: text(sequencing.attemptAbsoluteDurationLimit),
      time_limit_action: text(item.time_limit_action) || "continue,no message",
    };
    for (const key of ["completion_threshold", "scaled_passing_score", "max_time_allowed", "launch_data"]) {
      if (given[key] === "") delete given[key];
    }
    return given;
  }

  // ---- one item, open

  function wrap(api, names, open) {
    const { set, get, commit, end } = names;
    const original = { set: api[set], get: api[get], commit: api[commit], end: api[end] };
    api[set] = (element, value) => {
      const given = text(value);
      if (element === "cmi.suspend_data") {
        // Packages in use go beyond what the standard asks for: so much is kept all the same.
        open.longData = given.length > LONGEST_KNOWN ? given : null;
        if (open.longData !== null) {
          original.set.call(api, element, "");
          snapshotSoon(open);
          return "true";
        }
      }
      const answer = original.set.call(api, element, value);
      snapshotSoon(open);
      return answer;
    };
    api[get] = (element) => {
      if (element === "cmi.suspend_data" && open.longData !== null) {
        original.get.call(api, element);
        return open.longData;
      }
      return original.get.call(api, element);
    };
    api[commit] = (argument) => {
      const answer = original.commit.call(api, argument);
      if (String(answer) === "true") snapshot(open);
      return answer;
    };
    api[end] = (argument) => {
      // Where the person goes is theirs to say: what content asks for as it is closed is not heard.
      if (isMoving && is2004() && api.isInitialized()) original.set.call(api, "adl.nav.request", "_none_");
      const before = completedByEnding(open.item, readCmi(open));
      const answer = original.end.call(api, argument);
      if (String(answer) === "true") {
        open.isOver = true;
        open.final = before;
        snapshot(open);
        if (!isMoving) afterTerminate(open);
      }
      return answer;
    };
    // The second names that the library gives its functions lead here as well.
    for (const [name, alias] of Object.entries(names.aliases || {})) {
      if (api[alias]) api[alias] = api[name];
    }
  }

  // What ends and never said whether it was completed, was (SCORM 1.2 RTE 3.4.4; 2004 SN UP.4, unless the
  // manifest leaves it to the content): but not what left something to go on from.
  function completedByEnding(item, cmi) {
    const core = is2004() ? cmi : cmi.core;
    if (core.exit === "suspend" || cmi.suspend_data || core.location || core.lesson_location) return cmi;
    if (!is2004()) {
      const isUntold = !core.lesson_status || core.lesson_status === "not attempted";
      return isUntold ? { ...cmi, core: { ...core, lesson_status: "completed" } } : cmi;
    }
    const { completionSetByContent } = (item.sequencing || {}).deliveryControls || {};
    const isUntold = !cmi.completion_status || cmi.completion_status === "unknown";
    return isUntold && !completionSetByContent ? { ...cmi, completion_status: "completed" } : cmi;
  }

  function open(item) {
    const saved = savedOf(item.identifier);
    run = {
      item, api: null, longData: null, isOver: false, final: null, timer: null,
      openedAt: Date.now(), seconds: keep(item.identifier).session || 0,
    };
    const given = is2004() ? begin2004(item, saved) : begin12(item, saved);
    if (given.suspend_data && given.suspend_data.length > LONGEST_KNOWN) {
      run.longData = given.suspend_data;
      given.suspend_data = "";
    }
    if (is2004()) {
      run.api = window.PrmSequencing.makeApi(tree, item.identifier);
      window.PrmSequencing.load(run.api, given);
      wrap(run.api, { set: "SetValue", get: "GetValue", commit: "Commit", end: "Terminate" }, run);
      window.API_1484_11 = run.api;
    } else {
      run.api = new window.Scorm12API({ logLevel: 5, autocommit: false });
      window.PrmSequencing.load(run.api, given);
      wrap(run.api, { set: "LMSSetValue", get: "LMSGetValue", commit: "LMSCommit", end: "LMSFinish" }, run);
      window.API = run.api;
    }
    if (!item.is_sco) finishAsset(run);
    frame.title = item.title;
    frame.src = `files/${item.href}`;
    if (course.items[item.identifier].state === "not_attempted") note(item.identifier, "incomplete");
    showOutline();
  }

  // What is no SCO reports nothing: it is done when it was opened.
  function finishAsset(open) {
    note(open.item.identifier, "completed");
    const cmi = is2004() ? { completion_status: "completed" } : { core: { lesson_status: "completed" } };
    report(open, cmi, true);
  }

  const seconds = (open) => open.seconds + Math.round((Date.now() - open.openedAt) / 1000);

  function readCmi(open) {
    const told = open.api.renderCommitCMI(false);
    const cmi = JSON.parse(JSON.stringify(told.cmi || told));
    if (open.longData !== null) cmi.suspend_data = open.longData;
    return cmi;
  }

  function snapshotSoon(open) {
    if (open.timer === null) open.timer = setTimeout(() => snapshot(open), 30);
  }

  function snapshot(open) {
    clearTimeout(open.timer);
    open.timer = null;
    if (run !== open && !open.isOver) return;
    const cmi = open.final || readCmi(open);
    note(open.item.identifier, stateOf(cmi));
    report(open, cmi, open.isOver);
    showOutline();
  }

  function report(open, cmi, isOver) {
    const message = {
      type: "commit", item: open.item.identifier, cmi, seconds: seconds(open), isOver,
      state: keep(open.item.identifier).state,
    };
    if (is2004() && open.api) {
      message.rollup = window.PrmSequencing.rollup(open.api, course.organization);
      // The state of the tree is large: it goes along when an item ends or begins.
      if (isOver || !open.hasReported) message.sequencing = open.api.serializeSequencingState();
    }
    open.hasReported = true;
    const kept = keep(open.item.identifier);
    kept.cmi = { ...cmi, prm: { is_over: isOver } };
    tell(message);
  }

  // ---- closing an item: its own unload handlers first, as if its window were closed

  function close() {
    return new Promise((done) => {
      const open = run;
      if (!open) { done(); return; }
      isMoving = true;
      let isEmpty = false;
      const finish = () => {
        if (isEmpty) return;
        isEmpty = true;
        frame.removeEventListener("load", finish);
        endSilently(open);
        run = null;
        done();
      };
      frame.addEventListener("load", finish);
      setTimeout(finish, UNLOAD_MS);
      frame.src = "about:blank";
    });
  }

  // An item that did not say goodbye goes on next time from what it last said.
  function endSilently(open) {
    const kept = keep(open.item.identifier);
    kept.session = seconds(open);
    if (!open.isOver && open.item.is_sco) {
      const isBegun = open.api.isInitialized ? open.api.isInitialized() : false;
      if (isBegun) {
        const cmi = readCmi(open);
        const exit = is2004() ? cmi.exit : cmi.core.exit;
        if (is2004()) {
          if (!exit) open.api.SetValue("cmi.exit", "suspend");
          open.api.Terminate("");
        } else {
          if (!exit) open.api.LMSSetValue("cmi.core.exit", "suspend");
          open.api.LMSFinish("");
        }
      }
    }
    if (is2004()) tree = window.PrmSequencing.leave(open.api, open.item, !open.item.is_sco);
  }

  // The content ended itself: by a navigation request of its own, or for now.
  function afterTerminate(open) {
    const wanted = is2004() ? window.PrmSequencing.takeDelivery(open.api) : null;
    if (wanted === null) {
      tell({ type: "over", item: open.item.identifier });
      showOutline();
      return;
    }
    setTimeout(async () => {
      isMoving = true;
      frame.src = "about:blank";
      tree = open.api.serializeSequencingState();
      keep(open.item.identifier).session = seconds(open);
      run = null;
      isMoving = false;
      if (wanted.ends) finishSession();
      else deliver(wanted.id);
    }, 0);
  }

  // ---- moving

  function deliver(id) {
    const item = find(id);
    isMoving = false;
    if (item && item.href) open(item);
    else finishSession();
  }

  function finishSession() {
    frame.src = "about:blank";
    showOutline();
    tell({ type: "ended" });
  }

  async function navigate(request, target) {
    if (isMoving) return;
    const from = run ? run.item.identifier : null;
    await close();
    if (is2004()) {
      const wanted = window.PrmSequencing.request(course, tree, request, target);
      tree = wanted.tree;
      isMoving = false;
      if (wanted.id) deliver(wanted.id);
      else if (wanted.ends) finishSession();
      else if (from) { tell({ type: "refused" }); deliver(from); }
      else showOutline();
      return;
    }
    isMoving = false;
    const places = openable().map(({ item }) => item.identifier);
    const at = places.indexOf(from);
    const next = { continue: places[at + 1], previous: places[at - 1], choice: target }[request];
    if (next && find(next) && isAllowed(find(next))) deliver(next);
    else if (from) deliver(from);
    showOutline();
  }

  async function leave() {
    await close();
    if (is2004() && tree) {
      tree = window.PrmSequencing.suspend(course, tree);
      tell({ type: "tree", sequencing: tree });
    }
    isMoving = false;
    tell({ type: "left" });
  }

  // ---- prerequisites of 1.2: item ids joined by & | ~ and brackets (AICC script)

  function isAllowed(item) {
    if (!item.prerequisites) return true;
    const words = item.prerequisites.match(/[&|~()]|<>|=|"[^"]*"|[^\s&|~()=<>"]+/g) || [];
    let at = 0;
    const isDone = (id) => ["passed", "completed"].includes((course.items[id] || {}).state);
    function either() { let value = both(); while (words[at] === "|") { at += 1; value = both() || value; } return value; }
    function both() { let value = one(); while (words[at] === "&") { at += 1; value = one() && value; } return value; }
    function one() {
      if (words[at] === "~") { at += 1; return !one(); }
      if (words[at] === "(") { at += 1; const value = either(); at += 1; return value; }
      const id = words[at];
      at += 1;
      if (words[at] === "=" || words[at] === "<>") {
        const isEqual = words[at] === "=";
        const wanted = text(words[at + 1]).replace(/"/g, "").toLowerCase();
        at += 2;
        const state = text((course.items[id] || {}).state || "not_attempted").replace("_", " ");
        return (state === wanted || state[0] === wanted) === isEqual;
      }
      // What is no item of ours keeps nobody out.
      return !find(id) || isDone(id);
    }
    return words.length === 0 || either();
  }

  // ---- the table of contents is shown by the portal's page

  // Asking the rules takes time: only when what they look at has changed.
  let judged = { key: null, valid: null };
  function validity() {
    const isOpen = Boolean(run && run.item.is_sco && !run.isOver);
    const cmi = isOpen ? readCmi(run) : null;
    const scores = isOpen ? [cmi.completion_status, cmi.success_status, cmi.score, cmi.progress_measure, cmi.objectives] : [];
    const key = JSON.stringify([run ? [run.item.identifier, run.isOver] : null, tree ? tree.length : 0, scores]);
    if (judged.key !== key) {
      const state = run && run.isOver ? run.api.serializeSequencingState() : tree;
      judged = { key, valid: window.PrmSequencing.validity(state, cmi, isOpen) };
    }
    return judged.valid;
  }

  function showOutline() {
    const valid = is2004() ? validity() : null;
    const places = openable().map(({ item }) => item.identifier);
    const at = run ? places.indexOf(run.item.identifier) : -1;
    const items = {};
    for (const { item } of all()) {
      items[item.identifier] = {
        state: (course.items[item.identifier] || {}).state || "not_attempted",
        isOpenable: Boolean(item.href) && (valid ? valid.choice(item.identifier) : isAllowed(item)),
      };
    }
    const hidden = run ? run.item.hidden_controls || [] : [];
    tell({
      type: "outline",
      current: run ? run.item.identifier : null,
      title: run ? run.item.title : "",
      items,
      canContinue: !hidden.includes("continue") && (valid ? valid.continue : at >= 0 && at < places.length - 1),
      canPrevious: !hidden.includes("previous") && (valid ? valid.previous : at > 0),
    });
  }

  // ---- from the portal's page

  function start(told) {
    course = told;
    tree = course.sequencing;
    const places = openable().map(({ item }) => item);
    if (is2004()) {
      const wanted = window.PrmSequencing.begin(course, tree);
      tree = wanted.tree;
      if (wanted.id) deliver(wanted.id);
      else showOutline();
      return;
    }
    const last = places.find((item) => item.identifier === course.current);
    const undone = places.find((item) => !["passed", "completed"].includes((course.items[item.identifier] || {}).state) && isAllowed(item));
    deliver((last || undone || places[0]).identifier);
  }

  window.addEventListener("message", (event) => {
    if (event.source !== page || event.origin !== portal) return;
    const message = event.data;
    if (!message || message.prm !== 1) return;
    if (message.type === "start" && course === null) start(message.start);
    if (course === null) return;
    if (message.type === "navigate") navigate(message.request, message.target);
    if (message.type === "leave") leave();
  });
  // When the page goes away the item's own handlers have run; what they said is told at once.
  window.addEventListener("pagehide", () => { if (run && run.timer !== null) snapshot(run); });

  tell({ type: "ready" });
})();
