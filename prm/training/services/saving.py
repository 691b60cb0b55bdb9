"""Keeping what a package reports: a stranger's words, taken as text, within limits, once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from prm.access import Actor
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.training.models import CourseVersion, Enrolment
from prm.training.models.content import (
    CompletionState,
    ItemInteraction,
    ItemState,
    PackageLaunch,
    PackageProgress,
    SuccessState,
)
from prm.training.queries.content import (
    find_package_progress,
    get_lesson_package,
    list_item_states,
    organization_of,
)
from prm.training.scorm import tracking
from prm.training.scorm.tracking import ItemStanding, PackageStanding
from prm.training.services.launching import get_launch
from prm.training.services.learning import finish_lesson, lock_enrolment

# What one commit may hold. The standards ask for 4,096 (1.2) and 64,000 characters (2004) of suspend
# data; packages in use go beyond both.
MAX_COMMIT = 1_500_000
MAX_SEQUENCING = 1_000_000
MAX_TEXT = 1_000_000
MAX_DEPTH = 12
MAX_VALUES = 20_000
MAX_INTERACTIONS = 2_000
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
# What the player was told of the person: their account has it, and it is not kept once more.
_OF_THE_PERSON = {"learner_id", "learner_name", "student_id", "student_name"}
_ANSWERS = ("id", "type", "learner_response", "student_response", "result", "weighting", "latency",
            "timestamp", "time", "description")  # fmt: skip


@dataclass(frozen=True)
class Commit:
    """What the player sends. `sequence` counts within the session; `seconds` is how long the item was
    open in it, by the player's clock; `rollup` is what the activity tree says of the whole."""

    sequence: int
    item: str
    cmi: dict[str, Any]
    seconds: int = 0
    is_over: bool = False
    sequencing: str | None = None
    rollup: dict[str, Any] | None = None


@dataclass(frozen=True)
class Saved:
    """`is_done`: the lesson is done now. `session` is the one that saves."""

    is_done: bool
    session: int
    standing: PackageStanding


def read_commit(text: str) -> Commit:
    """A commit as it was posted. Raises DomainError for what no player of ours sends."""
    if len(text) > MAX_COMMIT + MAX_SEQUENCING:
        raise _too_much()
    try:
        read = json.loads(text, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(read, dict):
        raise _unreadable()
    cmi, item, rollup = read.get("cmi"), read.get("item"), read.get("rollup")
    sequence, seconds, state = read.get("sequence"), read.get("seconds"), read.get("sequencing")
    if not isinstance(cmi, dict) or not isinstance(item, str) or not _is_count(sequence):
        raise _unreadable()
    return Commit(
        sequence=int(sequence),  # type: ignore[arg-type]
        item=item,
        cmi=_kept(cmi),
        seconds=int(seconds) if _is_count(seconds) else 0,  # type: ignore[arg-type]
        is_over=read.get("isOver") is True,
        # A state that is too large is left out: the next one may fit, and without any the package
        # starts at its first item.
        sequencing=_UNKEPT.sub("", state) if isinstance(state, str) and len(state) < MAX_SEQUENCING else None,
        rollup=_kept(rollup) if isinstance(rollup, dict) else None,
    )


def save_commit(actor: Actor, launch_id: UUID, commit: Commit, *, takes_over: bool = False) -> Saved:
    """Keep what an item reported; whatever follows from it for lesson and course happens too.

    A commit that a later one of its session overtook changes nothing. Raises NotFound; Conflict where
    the package was opened elsewhere since, unless it `takes_over`; DomainError for an item that the
    package has not.
    """
    launch = get_launch(actor, launch_id)
    if launch.enrolment_id is None:
        raise Conflict(_("A preview keeps nothing."))
    enrolment = lock_enrolment(actor, _enrolment_id(launch))
    progress = find_package_progress(enrolment.id, launch.lesson_id)
    assert progress is not None, "a launch has one"
    db.session.refresh(progress, with_for_update=True)
    link, package = get_lesson_package(launch.lesson_id)
    organization = organization_of(link, package)
    items = {item["identifier"]: item for item in _walk(organization)}
    if commit.item not in items:
        raise DomainError(_("The package reports on an item that it does not have."))
    if launch.session != progress.session:
        if not takes_over:
            raise Conflict(
                _(
                    "This was opened in another window or on another device since. What you do here is not "
                    "saved."
                )
            )
        progress.session += 1
        progress.sequence = 0
        launch.session = progress.session
    is_2004 = package.edition.is_2004
    if commit.sequence > progress.sequence:
        progress.sequence = commit.sequence
        _save_item(launch, enrolment, commit, items[commit.item], is_2004=is_2004)
        progress.current_item = commit.item
        progress.sequencing = commit.sequencing or progress.sequencing
        progress.saved_at = clock.now()
    standing = _roll_up(enrolment, launch, organization, commit, is_2004=is_2004)
    _better(progress, standing)
    db.session.flush()
    version = db.session.scalars(
        select(CourseVersion).where(CourseVersion.id == enrolment.course_version_id)
    ).one()
    kept = PackageStanding(progress.completion, progress.success, progress.score_percent)
    is_done = tracking.is_done(kept, score_counts=link.score_counts, pass_mark=version.pass_mark)
    if is_done:
        finish_lesson(actor, enrolment, launch.lesson_id)
    return Saved(is_done, progress.session, kept)


def _enrolment_id(launch: PackageLaunch) -> UUID:
    return db.session.scalars(select(Enrolment.public_id).where(Enrolment.id == launch.enrolment_id)).one()


def _walk(node: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in node.get("items") or ():
        yield item
        yield from _walk(item)


# -- one item ----------------------------------------------------------------------------------


def _save_item(
    launch: PackageLaunch, enrolment: Enrolment, commit: Commit, item: dict[str, Any], *, is_2004: bool
) -> None:
    now = clock.now()
    state = db.session.scalars(
        select(ItemState).where(
            ItemState.enrolment_id == enrolment.id,
            ItemState.lesson_id == launch.lesson_id,
            ItemState.item == commit.item,
        )
    ).one_or_none()
    if state is None:
        state = ItemState(
            vendor_id=enrolment.vendor_id,
            enrolment_id=enrolment.id,
            lesson_id=launch.lesson_id,
            item=commit.item,
            cmi={},
            completion=CompletionState.NOT_ATTEMPTED,
            success=SuccessState.UNKNOWN,
            session=launch.session,
            seconds=0,
            session_seconds=0,
            saved_at=now,
        )
        db.session.add(state)
    if state.session != launch.session:
        state.seconds += state.session_seconds
        state.session, state.session_seconds = launch.session, 0
    # No longer than it can have been open, whatever the content says.
    longest = int((now - launch.launched_at).total_seconds()) + 60
    told = tracking.word(commit.cmi, "session_time") or tracking.word(commit.cmi, "core", "session_time")
    seconds = tracking.seconds_of(told) or commit.seconds
    state.session_seconds = max(state.session_seconds, min(seconds, longest))
    state.cmi = {**commit.cmi, "prm": {"is_over": commit.is_over}}
    state.saved_at = now
    standing = tracking.stand(commit.cmi, item, is_2004=is_2004)
    _keep_best(state, standing)
    db.session.flush()
    _save_interactions(state, commit.cmi.get("interactions"))


def _keep_best(state: ItemState, standing: ItemStanding) -> None:
    """What was reached stays reached: opening a package again to read it takes nothing away."""
    if state.completion is not CompletionState.COMPLETED:
        state.completion = standing.completion
    if state.success is not SuccessState.PASSED and standing.success is not SuccessState.UNKNOWN:
        state.success = standing.success
    if standing.scaled is not None:
        scaled = int(standing.scaled * 10_000 + 1e-6)
        is_better = state.score_scaled is None or scaled > state.score_scaled
        if is_better or state.success is not SuccessState.PASSED:
            state.score_scaled = scaled


def _save_interactions(state: ItemState, told: object) -> None:
    """Add what was asked and answered; what an earlier session asked is never written over."""
    stated = _interactions(told)
    if not stated:
        return
    newest = {
        row.place: row
        for row in db.session.scalars(
            select(ItemInteraction)
            .where(ItemInteraction.state_id == state.id)
            .order_by(ItemInteraction.session)
        )
    }
    for place, each in stated.items():
        known = newest.get(place)
        if known is not None and known.stated == each:
            continue
        if known is not None and known.session == state.session:
            known.stated, known.saved_at = each, state.saved_at
        else:
            db.session.add(
                ItemInteraction(
                    vendor_id=state.vendor_id,
                    state_id=state.id,
                    session=state.session,
                    place=place,
                    stated=each,
                    saved_at=state.saved_at,
                )
            )
    db.session.flush()


def _interactions(told: object) -> dict[int, dict[str, Any]]:
    rows: list[tuple[Any, Any]] = []
    if isinstance(told, dict):
        rows = list(told.items())
    elif isinstance(told, list):
        rows = list(enumerate(told))
    found: dict[int, dict[str, Any]] = {}
    for key, row in rows[:MAX_INTERACTIONS]:
        if not isinstance(row, dict) or not str(key).isdigit() or int(key) >= MAX_INTERACTIONS:
            continue
        said = {name: row[name][:4000] for name in _ANSWERS if isinstance(row.get(name), str) and row[name]}
        if isinstance(row.get("correct_responses"), dict | list) and row["correct_responses"]:
            said["correct_responses"] = row["correct_responses"]
        if said.get("id"):
            found[int(key)] = said
    return found


# -- the whole ---------------------------------------------------------------------------------


def _roll_up(
    enrolment: Enrolment,
    launch: PackageLaunch,
    organization: dict[str, Any],
    commit: Commit,
    *,
    is_2004: bool,
) -> PackageStanding:
    standings = {
        state.item: ItemStanding(
            state.completion,
            state.success,
            None if state.score_scaled is None else state.score_scaled / 10_000,
        )
        for state in list_item_states(enrolment.id, launch.lesson_id)
    }
    standing = tracking.roll_up(organization, standings, is_2004=is_2004)
    if is_2004 and commit.rollup and tracking.has_own_rollup(organization):
        return _as_told(commit.rollup, standing)
    return standing


def _as_told(rollup: Mapping[str, Any], computed: PackageStanding) -> PackageStanding:
    """The standing that the activity tree came to, where the package has rules of its own for it."""
    told = {
        "completion_status": rollup.get("completion"),
        "success_status": rollup.get("success"),
        "score": {"scaled": rollup.get("scaled")},
    }
    found = tracking.stand(told, {}, is_2004=True)
    percent = None if found.scaled is None else max(0, min(100, int(found.scaled * 100 + 1e-9)))
    return PackageStanding(found.completion, found.success, computed.percent if percent is None else percent)


def _better(progress: PackageProgress, standing: PackageStanding) -> None:
    if progress.completion is not CompletionState.COMPLETED:
        progress.completion = standing.completion
    if progress.success is not SuccessState.PASSED and standing.success is not SuccessState.UNKNOWN:
        progress.success = standing.success
    if standing.percent is not None:
        progress.score_percent = standing.percent
    total = func.coalesce(func.sum(ItemState.seconds + ItemState.session_seconds), 0)
    progress.seconds = int(
        db.session.execute(
            select(total).where(
                ItemState.enrolment_id == progress.enrolment_id, ItemState.lesson_id == progress.lesson_id
            )
        ).scalar_one()
    )


# -- what a stranger sent ----------------------------------------------------------------------


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2_000_000_000


def _kept(told: dict[str, Any]) -> dict[str, Any]:
    """Plain values without what no database keeps. Raises DomainError for more than a commit may hold."""
    left = MAX_VALUES
    letters = MAX_COMMIT

    def keep(value: object, depth: int) -> Any:
        nonlocal left, letters
        left -= 1
        if left < 0 or depth > MAX_DEPTH:
            raise _too_much()
        if isinstance(value, dict):
            return {
                _text(key)[:200]: keep(each, depth + 1)
                for key, each in value.items()
                if key not in _OF_THE_PERSON
            }
        if isinstance(value, list):
            return [keep(each, depth + 1) for each in value]
        if isinstance(value, str):
            letters -= len(value)
            if letters < 0 or len(value) > MAX_TEXT:
                raise _too_much()
            return _text(value)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float) and abs(value) < 1e15:
            return value
        return None

    kept: dict[str, Any] = keep(told, 0)
    return kept


def _text(value: str) -> str:
    return _UNKEPT.sub("", value)


def _too_much() -> DomainError:
    return DomainError(_("The package reports more than can be kept: %(size)s characters.", size=MAX_COMMIT))


def _unreadable() -> DomainError:
    return DomainError(_("What the player sent cannot be read."))
