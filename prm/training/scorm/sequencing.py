"""imsss:sequencing and what ADL adds to it, as the settings that the run-time library takes.

IMS Simple Sequencing 1.0 and SCORM 2004 SN; names on the right are scorm-again's. What an element
does not say is left out, so that the defaults of the standard (the library's) hold.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from prm.training.scorm.elements import attribute, child, children, is_true, number, text_of

Settings = dict[str, Any]

_CONTROLS = ("choice", "choiceExit", "flow", "forwardOnly")
_CURRENT_ATTEMPT = {
    "useCurrentAttemptObjectiveInfo": "useCurrentAttemptObjectiveInfo",
    "useCurrentAttemptProgressInfo": "useCurrentAttemptProgressInfo",
}
_RULES = {
    "preConditionRule": "preConditionRules",
    "exitConditionRule": "exitConditionRules",
    "postConditionRule": "postConditionRules",
}
_LIMITS = {
    "attemptAbsoluteDurationLimit": "attemptAbsoluteDurationLimit",
    "activityAbsoluteDurationLimit": "activityAbsoluteDurationLimit",
    "beginTimeLimit": "beginTimeLimit",
    "endTimeLimit": "endTimeLimit",
}
_MAP_FLAGS = (
    "readSatisfiedStatus", "readNormalizedMeasure", "writeSatisfiedStatus", "writeNormalizedMeasure",
    "readRawScore", "readMinScore", "readMaxScore", "readCompletionStatus", "readProgressMeasure",
    "writeRawScore", "writeMinScore", "writeMaxScore", "writeCompletionStatus", "writeProgressMeasure",
)  # fmt: skip
_REQUIREMENTS = (
    "requiredForSatisfied", "requiredForNotSatisfied", "requiredForCompleted", "requiredForIncomplete",
)  # fmt: skip
_HIDEABLE = {"continue", "previous", "exit", "exitAll", "abandon", "abandonAll", "suspendAll"}


def read_collections(manifest: Element) -> dict[str, Element]:
    """The shared imsss:sequencing elements of a manifest, by their IDs."""
    found = {}
    for collection in children(manifest, "sequencingCollection"):
        for each in children(collection, "sequencing"):
            identifier = attribute(each, "ID")
            if identifier:
                found[identifier] = each
    return found


def read_sequencing(element: Element | None, shared: dict[str, Element]) -> Settings:
    """The settings of an item's or organization's imsss:sequencing; {} where it has none.

    One that refers to a shared one takes from it whatever it does not say itself (SN 3.1, IDRef).
    """
    if element is None:
        return {}
    base = shared.get(attribute(element, "IDRef") or "")
    parts = {}
    for source in (base, element):
        for part in source if source is not None else ():
            if isinstance(part.tag, str):
                parts[part.tag.rpartition("}")[2]] = part
    # 3rd and 4th edition both allow two elements named objectives: imsss's and adlseq's.
    settings: Settings = {}
    controls = _controls(parts.get("controlMode"))
    controls |= _delivery_and_weights(parts)
    controls |= _randomization(parts.get("randomizationControls"))
    controls |= _choices(parts.get("constrainedChoiceConsiderations"))
    if controls:
        settings["sequencingControls"] = controls
    if rules := _rules(parts.get("sequencingRules")):
        settings["sequencingRules"] = rules
    if rollup := _rollup(parts.get("rollupRules")):
        settings["rollupRules"] = {"rules": rollup}
    if considerations := _considerations(parts.get("rollupConsiderations")):
        settings["rollupConsiderations"] = considerations
    settings |= _limits(parts.get("limitConditions"))
    settings |= _objectives(base, element)
    delivery = parts.get("deliveryControls")
    if delivery is not None:
        settings["deliveryControls"] = {
            "tracked": is_true(delivery, "tracked", True),
            "completionSetByContent": is_true(delivery, "completionSetByContent"),
            "objectiveSetByContent": is_true(delivery, "objectiveSetByContent"),
        }
    return settings


def _controls(element: Element | None) -> Settings:
    found = {name: is_true(element, name) for name in _CONTROLS if attribute(element, name) is not None}
    for name, target in _CURRENT_ATTEMPT.items():
        if attribute(element, name) is not None:
            found[target] = is_true(element, name)
    return found


def _delivery_and_weights(parts: dict[str, Element]) -> Settings:
    found: Settings = {}
    rollup = parts.get("rollupRules")
    for name in ("rollupObjectiveSatisfied", "rollupProgressCompletion"):
        if attribute(rollup, name) is not None:
            found[name] = is_true(rollup, name)
    weight = number(attribute(rollup, "objectiveMeasureWeight"))
    if weight is not None:
        found["objectiveMeasureWeight"] = weight
    delivery = parts.get("deliveryControls")
    for name in ("tracked", "completionSetByContent", "objectiveSetByContent"):
        if attribute(delivery, name) is not None:
            found[name] = is_true(delivery, name)
    return found


def _randomization(element: Element | None) -> Settings:
    found: Settings = {}
    for name in ("randomizationTiming", "selectionTiming"):
        timing = attribute(element, name)
        if timing in {"never", "once", "onEachNewAttempt"}:
            found[name] = timing
    if attribute(element, "reorderChildren") is not None:
        found["randomizeChildren"] = is_true(element, "reorderChildren")
    count = number(attribute(element, "selectCount"))
    if count is not None and 0 <= count < 10_000:
        found["selectCount"] = int(count)
    return found


def _choices(element: Element | None) -> Settings:
    return {
        name: is_true(element, name)
        for name in ("preventActivation", "constrainChoice")
        if attribute(element, name) is not None
    }


def _rules(element: Element | None) -> Settings:
    found: Settings = {}
    for name, target in _RULES.items():
        rules = []
        for rule in children(element, name):
            action = attribute(child(rule, "ruleAction"), "action")
            conditions = child(rule, "ruleConditions")
            if not action or conditions is None:
                continue
            rules.append(
                {
                    "action": action,
                    "conditionCombination": attribute(conditions, "conditionCombination") or "all",
                    "conditions": [
                        _condition(each) for each in children(conditions, "ruleCondition")
                        if attribute(each, "condition")
                    ],
                }
            )  # fmt: skip
        if rules:
            found[target] = rules
    return found


def _condition(element: Element) -> Settings:
    found: Settings = {"condition": attribute(element, "condition")}
    if attribute(element, "operator") == "not":
        found["operator"] = "not"
    if objective := attribute(element, "referencedObjective"):
        found["referencedObjective"] = objective
    threshold = number(attribute(element, "measureThreshold"))
    if threshold is not None:
        found["parameters"] = {"threshold": threshold}
    return found


def _rollup(element: Element | None) -> list[Settings]:
    found = []
    for rule in children(element, "rollupRule"):
        action = attribute(child(rule, "rollupAction"), "action")
        conditions = child(rule, "rollupConditions")
        if not action or conditions is None:
            continue
        read: Settings = {
            "action": action,
            "consideration": attribute(rule, "childActivitySet") or "all",
            "conditionCombination": attribute(conditions, "conditionCombination") or "any",
            "conditions": [
                {
                    "condition": attribute(each, "condition"),
                    **({"operator": "not"} if attribute(each, "operator") == "not" else {}),
                }
                for each in children(conditions, "rollupCondition")
                if attribute(each, "condition")
            ],
        }
        count, percent = number(attribute(rule, "minimumCount")), number(attribute(rule, "minimumPercent"))
        if count is not None:
            read["minimumCount"] = int(count)
        if percent is not None:
            read["minimumPercent"] = percent
        found.append(read)
    return found


def _considerations(element: Element | None) -> Settings:
    if element is None:
        return {}
    found: Settings = {
        name: value for name in _REQUIREMENTS if (value := attribute(element, name)) is not None
    }
    if attribute(element, "measureSatisfactionIfActive") is not None:
        found["measureSatisfactionIfActive"] = is_true(element, "measureSatisfactionIfActive")
    return found


def _limits(element: Element | None) -> Settings:
    found: Settings = {
        target: value for name, target in _LIMITS.items() if (value := attribute(element, name))
    }
    attempts = number(attribute(element, "attemptLimit"))
    if attempts is not None and 0 <= attempts < 100_000:
        found["attemptLimit"] = int(attempts)
    return found


def _objectives(base: Element | None, element: Element) -> Settings:
    """imsss:objectives of the element, else of the shared one; adlseq:objectives add more maps."""
    plain: Element | None = None
    maps: dict[str, list[Element]] = {}
    for source in (base, element):
        for part in children(source, "objectives"):
            if child(part, "primaryObjective") is not None or not _is_adl(part):
                plain = part
            else:
                for each in children(part, "objective"):
                    maps[attribute(each, "objectiveID") or ""] = list(children(each, "mapInfo"))
    found: Settings = {}
    primary = child(plain, "primaryObjective")
    if primary is not None:
        found["primaryObjective"] = {**_objective(primary, maps), "isPrimary": True}
    others = [_objective(each, maps) for each in children(plain, "objective")]
    if others:
        found["objectives"] = others
    return found


def _is_adl(element: Element) -> bool:
    return "adlseq" in str(element.tag).lower()


def _objective(element: Element, maps: dict[str, list[Element]]) -> Settings:
    identifier = attribute(element, "objectiveID") or ""
    found: Settings = {
        "objectiveID": identifier,
        "satisfiedByMeasure": is_true(element, "satisfiedByMeasure"),
    }
    measure = number(text_of(element, "minNormalizedMeasure"))
    if measure is not None:
        found["minNormalizedMeasure"] = max(-1.0, min(1.0, measure))
    elif found["satisfiedByMeasure"]:
        found["minNormalizedMeasure"] = 1.0
    targets: dict[str, Settings] = {}
    for info in (*children(element, "mapInfo"), *maps.get(identifier, ())):
        target = attribute(info, "targetObjectiveID")
        if not target:
            continue
        told = targets.setdefault(target, {"targetObjectiveID": target})
        for flag in _MAP_FLAGS:
            if attribute(info, flag) is not None:
                told[flag] = is_true(info, flag)
        if not _is_adl(info):
            # Of imsss:mapInfo reading is on unless it is turned off, writing is off (SN 3.10.1).
            told.setdefault("readSatisfiedStatus", True)
            told.setdefault("readNormalizedMeasure", True)
            told.setdefault("writeSatisfiedStatus", False)
            told.setdefault("writeNormalizedMeasure", False)
    if targets:
        found["mapInfo"] = list(targets.values())
    return found


def read_presentation(item: Element) -> list[str]:
    """The parts of our player that an item asks to hide (adlnav:hideLMSUI)."""
    interface = child(child(item, "presentation"), "navigationInterface")
    hidden = ("".join(each.itertext()).strip() for each in children(interface, "hideLMSUI"))
    return sorted({name for name in hidden if name in _HIDEABLE})


def read_threshold(item: Element) -> Settings:
    """adlcp:completionThreshold: an attribute list in the 4th edition, a bare number in the 3rd."""
    element = child(item, "completionThreshold")
    if element is None:
        return {}
    if attribute(element, "completedByMeasure") is None and attribute(element, "minProgressMeasure") is None:
        measure = number("".join(element.itertext()).strip())
        # The 3rd edition's threshold is what completion is measured by.
        return {} if measure is None else {"completedByMeasure": True, "minProgressMeasure": measure}
    measure, weight = (number(attribute(element, n)) for n in ("minProgressMeasure", "progressWeight"))
    return {
        "completedByMeasure": is_true(element, "completedByMeasure"),
        "minProgressMeasure": 1.0 if measure is None else measure,
        "progressWeight": 1.0 if weight is None else weight,
    }


def read_shared_data(item: Element) -> list[Settings]:
    """adlcp:data of the 4th edition: the stores that an item may read and write."""
    return [
        {
            "targetID": target,
            "readSharedData": is_true(each, "readSharedData", True),
            "writeSharedData": is_true(each, "writeSharedData", True),
        }
        for each in children(child(item, "data"), "map")
        if (target := attribute(each, "targetID"))
    ]
