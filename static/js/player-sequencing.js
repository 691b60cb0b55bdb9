// SCORM 2004 sequencing: the run-time library's activity tree, handed from one item to the next.
//
// Each item that opens gets an instance of the library of its own, into which the state of the tree is
// read: that resets everything that belongs to one item and keeps what belongs to the whole.
"use strict";

window.PrmSequencing = (() => {
  let settings = null;  // of the library, made once from the outline

  // The library takes the status of an objective that is satisfied by its measure from the shared
  // objective's measure: without that the status would never be shared.
  function shared(objective) {
    if (!objective || !objective.satisfiedByMeasure || !objective.mapInfo) return objective;
    const mapInfo = objective.mapInfo.map((map) => (map.writeSatisfiedStatus ? { ...map, writeNormalizedMeasure: true } : map));
    return { ...objective, mapInfo };
  }

  function activity(node, id) {
    const own = { ...(node.sequencing || {}) };
    if (own.primaryObjective) own.primaryObjective = shared(own.primaryObjective);
    if (own.objectives) own.objectives = own.objectives.map(shared);
    return {
      ...own,
      id,
      title: node.title || id,
      isVisible: node.is_visible !== false,
      ...(node.threshold && Object.keys(node.threshold).length ? { completionThreshold: node.threshold } : {}),
      ...(node.shared_data && node.shared_data.length ? { sharedDataMaps: node.shared_data } : {}),
      ...(node.hidden_controls && node.hidden_controls.length ? { hideLmsUi: node.hidden_controls } : {}),
      children: (node.items || []).map((item) => activity(item, item.identifier)),
    };
  }

  const rootOf = (organization) => organization.identifier || "organization";

  function treeOf(organization) {
    const root = activity(organization, rootOf(organization));
    // Controls that the manifest does not state: choice is on, flow is off (SN 3.2).
    if (!root.sequencingControls) root.sequencingControls = {};
    return root;
  }

  function make(state) {
    const deliveries = [];
    const api = new window.Scorm2004API({
      logLevel: 5,
      autocommit: false,
      sequencing: {
        activityTree: JSON.parse(JSON.stringify(settings.tree)),
        eventListeners: {
          onActivityDelivery: (delivered) => deliveries.push({ id: delivered.id, ends: false }),
          onSequencingSessionEnd: () => deliveries.push({ id: null, ends: true }),
        },
      },
    });
    if (state) {
      try {
        api.deserializeSequencingState(state);
      } catch {
        // A state of an older library begins anew.
      }
    }
    deliveries.length = 0;
    api.prmDeliveries = deliveries;
    return api;
  }

  // What an item said before is given back to it. The library takes an answer only where it knows the
  // type of its question, and what was saved comes in any order: names and types go first. A value that
  // it refuses all the same costs itself and not the rest.
  function load(api, cmi) {
    const inOrder = (row) => (row && row.id !== undefined ? { id: row.id, type: row.type, ...row } : row);
    for (const [name, value] of Object.entries(JSON.parse(JSON.stringify(cmi)))) {
      const isList = ["interactions", "objectives", "comments_from_learner"].includes(name);
      const parts = isList ? Object.entries(value || {}).map(([place, row]) => ({ [place]: inOrder(row) })) : [value];
      for (const part of parts) {
        try {
          api.loadFromJSON({ [name]: part }, "cmi");
        } catch {
          // Then it begins empty.
        }
      }
    }
  }

  function ask(api, request, target) {
    api.prmDeliveries.length = 0;
    let isTaken = false;
    try {
      isTaken = target === undefined ? api.processNavigationRequest(request) : api.processNavigationRequest(request, target);
    } catch {
      isTaken = false;
    }
    const last = api.prmDeliveries[api.prmDeliveries.length - 1] || { id: null, ends: false };
    return { isTaken, ...last };
  }

  function may(api, question, id) {
    try {
      return Boolean(api.getSequencingService().getOverallSequencingProcess()[question](id));
    } catch {
      return false;
    }
  }

  const currentOf = (api) => {
    const state = api.getSequencingState();
    return state && state.currentActivity ? state.currentActivity.id : null;
  };

  const result = (api, found) => ({ id: found.id, ends: found.ends, tree: api.serializeSequencingState() });

  return {
    // Where the person goes on: what was left open, else the start, else the first that may be chosen.
    begin(course, state) {
      settings = { tree: treeOf(course.organization) };
      const api = make(state);
      let found = { id: null, ends: false };
      if (state) {
        if (currentOf(api)) ask(api, "suspendAll");
        found = ask(api, "resumeAll");
      }
      if (!found.id) {
        const fresh = state ? make(state) : api;
        found = ask(fresh, "start");
        if (found.id) return result(fresh, found);
        const openable = [];
        const look = (items) => items.forEach((item) => { if (item.href) openable.push(item.identifier); look(item.items); });
        look(course.organization.items);
        const wanted = course.current && openable.includes(course.current) ? [course.current, ...openable] : openable;
        for (const id of wanted) {
          found = ask(fresh, "choice", id);
          if (found.id) return result(fresh, found);
        }
        if (openable.length === 1) {
          // A package of one item is opened, whatever its rules say of choosing.
          return { id: openable[0], ends: false, tree: fresh.serializeSequencingState() };
        }
        return result(fresh, { id: null, ends: false });
      }
      return result(api, found);
    },

    makeApi(state) {
      return make(state);
    },

    load,

    request(course, state, request, target) {
      const place = request === "choice" ? target : undefined;
      let api = make(state);
      let found = ask(api, request, place);
      if (!found.id && !found.ends && place !== undefined) {
        // The library foresees a choice by what leaving the open item makes known, a chapter completed by
        // it, say; and judges it by what was known before. What it foresees is gone to.
        api = make(state);
        if (may(api, "predictChoiceEnabled", place)) found = ask(api, "jump", place);
      }
      // A request that was refused leaves the tree as it was.
      return found.id || found.ends ? result(api, found) : { id: null, ends: false, tree: state };
    },

    suspend(course, state) {
      const api = make(state);
      ask(api, "suspendAll");
      return api.serializeSequencingState();
    },

    // The tree after an item was closed. What is no SCO is done by having been open.
    leave(api, item, isAsset) {
      if (isAsset) {
        try {
          if (!api.isInitialized()) api.Initialize("");
          api.SetValue("cmi.completion_status", "completed");
          api.Terminate("");
        } catch {
          // It reported by itself after all.
        }
      }
      return api.serializeSequencingState();
    },

    // What the content's own navigation request (adl.nav.request) came to; null: it made none.
    takeDelivery(api) {
      const last = api.prmDeliveries[api.prmDeliveries.length - 1];
      api.prmDeliveries.length = 0;
      return last || null;
    },

    rollup(api, organization) {
      const found = api.getActivityTrackingData(rootOf(organization));
      if (!found) return null;
      return { completion: found.completionStatus, success: found.successStatus, scaled: found.score };
    },

    // What may be asked for now, as if the open item were left as it stands (`cmi`: what it says).
    validity(state, cmi, isOpen) {
      const asked = make(state);
      if (isOpen) {
        try {
          load(asked, cmi);
          asked.Initialize("");
          asked.Terminate("");
        } catch {
          // Then by what the tree knows.
        }
      }
      return {
        continue: may(asked, "predictContinueEnabled"),
        previous: may(asked, "predictPreviousEnabled"),
        choice: (id) => may(asked, "predictChoiceEnabled", id),
      };
    },
  };
})();
