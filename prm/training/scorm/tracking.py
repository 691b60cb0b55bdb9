"""What run-time data come to: an item's states, and a package's out of its items'.

Plain values in and out. The data are a stranger's: whatever has another shape than the standard's is
taken for nothing. SCORM 1.2 RTE 3.4.4, SCORM 2004 RTE 4.2.4 and 4.2.22, SN 4.6 (rollup).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prm.training.models.content import CompletionState, SuccessState

_CLOCK = re.compile(r"^(\d{1,6}):(\d{1,2}):(\d{1,2})(?:\.\d*)?$")
_DURATION = re.compile(
    r"^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$"
)
_PARTS = (365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1)
_LONGEST = 10 * 365 * 86_400
DONE = CompletionState.COMPLETED

Outline = Mapping[str, Any]  # an item of ContentPackage.outline


@dataclass(frozen=True)
class ItemStanding:
    """`scaled` is −1…1, None where no score was reported."""

    completion: CompletionState = CompletionState.NOT_ATTEMPTED
    success: SuccessState = SuccessState.UNKNOWN
    scaled: float | None = None


@dataclass(frozen=True)
class PackageStanding:
    """Rolled up; `percent` 0…100 rounded down."""

    completion: CompletionState
    success: SuccessState
    percent: int | None


def at(tree: object, *path: str) -> object:
    """A value of nested mappings, None where there is none."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def word(tree: object, *path: str) -> str:
    value = at(tree, *path)
    return value.strip() if isinstance(value, str) else ""


def decimal(tree: object, *path: str) -> float | None:
    """A finite number, however it was written."""
    value = at(tree, *path)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < 1e9 else None


def seconds_of(text: str) -> int | None:
    """Whole seconds of a CMITimespan (HHHH:MM:SS.SS) or an ISO 8601 duration; None where it is neither."""
    if len(text) > 60:
        return None
    if found := _CLOCK.match(text):
        hours, minutes, seconds = (int(each) for each in found.groups())
        total = hours * 3600 + minutes * 60 + seconds
    elif (found := _DURATION.match(text)) and text not in {"P", "PT"}:
        total = sum(int(each or 0) * size for each, size in zip(found.groups(), _PARTS, strict=True))
    else:
        return None
    return min(total, _LONGEST)


def stand(cmi: Mapping[str, Any], item: Outline, *, is_2004: bool) -> ItemStanding:
    """Where an item stands by its data and by what the manifest asks of it."""
    return _stand_2004(cmi, item) if is_2004 else _stand_12(cmi, item)


def _stand_12(cmi: Mapping[str, Any], item: Outline) -> ItemStanding:
    status = word(cmi, "core", "lesson_status").lower()
    raw, least, most = (decimal(cmi, "core", "score", name) for name in ("raw", "min", "max"))
    scaled = _scaled(raw, least, most)
    is_over = status in {"passed", "completed", "failed"}
    mastery = decimal(item, "mastery_score")
    if mastery is not None and raw is not None and is_over:
        # With a mastery score the portal, not the content, says whether it was reached.
        return ItemStanding(DONE, SuccessState.PASSED if raw >= mastery else SuccessState.FAILED, scaled)
    if is_over:
        success = {"passed": SuccessState.PASSED, "failed": SuccessState.FAILED}
        return ItemStanding(DONE, success.get(status, SuccessState.UNKNOWN), scaled)
    if status in {"incomplete", "browsed"}:
        return ItemStanding(CompletionState.INCOMPLETE, SuccessState.UNKNOWN, scaled)
    return ItemStanding(CompletionState.NOT_ATTEMPTED, SuccessState.UNKNOWN, scaled)


def _stand_2004(cmi: Mapping[str, Any], item: Outline) -> ItemStanding:
    completion = {
        "completed": DONE,
        "incomplete": CompletionState.INCOMPLETE,
        "not attempted": CompletionState.NOT_ATTEMPTED,
    }.get(word(cmi, "completion_status").lower(), CompletionState.UNKNOWN)
    threshold = at(item, "threshold")
    if at(threshold, "completedByMeasure"):
        reached = decimal(cmi, "progress_measure")
        if reached is not None:
            wanted = decimal(threshold, "minProgressMeasure")
            is_reached = reached >= (1.0 if wanted is None else wanted)
            completion = DONE if is_reached else CompletionState.INCOMPLETE
    success = {"passed": SuccessState.PASSED, "failed": SuccessState.FAILED}.get(
        word(cmi, "success_status").lower(), SuccessState.UNKNOWN
    )
    scaled = decimal(cmi, "score", "scaled")
    if scaled is not None and not -1 <= scaled <= 1:
        scaled = None
    objective = at(item, "sequencing", "primaryObjective")
    if at(objective, "satisfiedByMeasure") and scaled is not None:
        wanted = decimal(objective, "minNormalizedMeasure")
        is_passed = scaled >= (1.0 if wanted is None else wanted)
        success = SuccessState.PASSED if is_passed else SuccessState.FAILED
    if scaled is None:
        scaled = _scaled(*(decimal(cmi, "score", name) for name in ("raw", "min", "max")))
    return ItemStanding(completion, success, scaled)


def _scaled(raw: float | None, least: float | None, most: float | None) -> float | None:
    """A raw score on its own scale, 0…100 where it names none."""
    if raw is None:
        return None
    least, most = 0.0 if least is None else least, 100.0 if most is None else most
    if most <= least:
        least, most = 0.0, 100.0
    return max(0.0, min(1.0, (raw - least) / (most - least)))


# -- rollup ------------------------------------------------------------------------------------


def roll_up(
    organization: Outline, standings: Mapping[str, ItemStanding], *, is_2004: bool
) -> PackageStanding:
    """A package's standing out of its items', by the default rollup rules.

    1.2 has no rollup of its own: everything that opens must be done; one item failed is failed.
    """
    items = list(organization.get("items") or ())
    if not is_2004:
        return _roll_up_12([each for item in items for each in _opened(item, standings)])
    rolled = _node(organization, standings)
    return PackageStanding(rolled.completion, rolled.success, _percent(rolled.scaled))


def has_own_rollup(organization: Outline) -> bool:
    """Whether a package says itself how its items come together: by rules, or by shared objectives."""
    if any(at(organization, "sequencing", key) for key in ("rollupRules", "rollupConsiderations")):
        return True
    return _shares(organization) or any(has_own_rollup(each) for each in organization.get("items") or ())


def _shares(node: Outline) -> bool:
    sequencing = node.get("sequencing") or {}
    objectives = [sequencing.get("primaryObjective"), *(sequencing.get("objectives") or ())]
    return any(at(each, "mapInfo") for each in objectives)


def _opened(item: Outline, standings: Mapping[str, ItemStanding]) -> list[ItemStanding]:
    own = [standings.get(str(item.get("identifier")), ItemStanding())] if item.get("href") else []
    return own + [found for each in item.get("items") or () for found in _opened(each, standings)]


def _roll_up_12(found: list[ItemStanding]) -> PackageStanding:
    scores = [each.scaled for each in found if each.scaled is not None]
    percent = _percent(sum(scores) / len(scores)) if scores else None
    if found and all(each.completion is DONE for each in found):
        completion = DONE
    elif any(each.completion is not CompletionState.NOT_ATTEMPTED for each in found):
        completion = CompletionState.INCOMPLETE
    else:
        completion = CompletionState.NOT_ATTEMPTED
    if any(each.success is SuccessState.FAILED for each in found):
        success = SuccessState.FAILED
    elif completion is DONE and any(each.success is SuccessState.PASSED for each in found):
        success = SuccessState.PASSED
    else:
        success = SuccessState.UNKNOWN
    return PackageStanding(completion, success, percent)


def _node(node: Outline, standings: Mapping[str, ItemStanding]) -> ItemStanding:
    children = list(node.get("items") or ())
    if not children:
        found = standings.get(str(node.get("identifier")), ItemStanding())
        if not node.get("href"):
            return ItemStanding(DONE)
        return found
    counted = [
        (each, _node(each, standings))
        for each in children
        if at(each, "sequencing", "sequencingControls", "tracked") is not False
    ]
    return ItemStanding(_rolled_completion(counted), _rolled_success(node, counted), _rolled_measure(counted))


_Counted = list[tuple[Outline, ItemStanding]]


def _taking_part(counted: _Counted, control: str) -> list[ItemStanding]:
    return [
        standing
        for each, standing in counted
        if at(each, "sequencing", "sequencingControls", control) is not False
    ]


def _rolled_completion(counted: _Counted) -> CompletionState:
    found = [each.completion for each in _taking_part(counted, "rollupProgressCompletion")]
    if found and all(each is DONE for each in found):
        return DONE
    if any(each in {DONE, CompletionState.INCOMPLETE} for each in found):
        return CompletionState.INCOMPLETE
    return CompletionState.UNKNOWN if CompletionState.UNKNOWN in found else CompletionState.NOT_ATTEMPTED


def _rolled_success(node: Outline, counted: _Counted) -> SuccessState:
    objective = at(node, "sequencing", "primaryObjective")
    measure = _rolled_measure(counted)
    if at(objective, "satisfiedByMeasure") and measure is not None:
        wanted = decimal(objective, "minNormalizedMeasure")
        is_passed = measure >= (1.0 if wanted is None else wanted)
        return SuccessState.PASSED if is_passed else SuccessState.FAILED
    found = _taking_part(counted, "rollupObjectiveSatisfied")
    if any(each.success is SuccessState.FAILED for each in found):
        return SuccessState.FAILED
    # What is done and knows no passing does not stand in the way: many pages, one test.
    told = [each for each in found if each.success is not SuccessState.UNKNOWN]
    if told and all(each.success is SuccessState.PASSED or each.completion is DONE for each in found):
        return SuccessState.PASSED
    return SuccessState.UNKNOWN


def _rolled_measure(counted: _Counted) -> float | None:
    total = weights = 0.0
    for each, standing in counted:
        if standing.scaled is None:
            continue
        weight = decimal(each, "sequencing", "sequencingControls", "objectiveMeasureWeight")
        weight = 1.0 if weight is None else max(0.0, min(1.0, weight))
        total, weights = total + standing.scaled * weight, weights + weight
    return total / weights if weights else None


def _percent(scaled: float | None) -> int | None:
    # A score of 0.7 is 70 percent, though 0.7 × 100 is less than 70 as binary fractions go.
    return None if scaled is None else max(0, min(100, int(scaled * 100 + 1e-9)))


def is_done(standing: PackageStanding, *, score_counts: bool, pass_mark: int) -> bool:
    """Whether the lesson is done. Where its score is the course's, it must be passed: by the content's
    word, or, where the content knows no passing, by the course's pass mark."""
    if standing.success is SuccessState.PASSED:
        return True
    if standing.success is SuccessState.FAILED or standing.completion is not DONE:
        return False
    return not score_counts or (standing.percent is not None and standing.percent >= pass_mark)
