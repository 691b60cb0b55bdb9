"""New versions by delta: what their author says they change, and who redoes what of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select

from prm.access import Actor
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.ids import new_public_id
from prm.journal.services import announce
from prm.training.models import (
    Completion,
    CourseVersion,
    Enrolment,
    EnrolmentStatus,
    Lesson,
    LessonProgress,
    VersionStatus,
)
from prm.training.models.changes import ChangeKind, DeltaEnrolment, LessonChange, VersionChange
from prm.training.queries.assignments import list_latest_enrolments, list_newest_versions
from prm.training.queries.changes import Delta, get_delta, list_changed_lessons
from prm.training.queries.counting import count_questions
from prm.training.queries.courses import today_of
from prm.training.queries.learning import is_latest
from prm.training.services.enrolments import insert_enrolments

BATCH = 500  # people in one transaction


@dataclass(frozen=True)
class Changes:
    """What an author says on publishing: lesson (public id) → what its change means, the same for the
    quiz, and until when it is to be redone."""

    lessons: Mapping[UUID, ChangeKind] = field(default_factory=dict)
    quiz: ChangeKind = ChangeKind.EDITORIAL
    redo_by: date | None = None


@dataclass(frozen=True)
class RedoAsked:
    """What prm/reactions.py hears of: people (by their enrolments' keys) who are to redo something."""

    course_key: int
    enrolment_keys: tuple[int, ...]


def say_what_changed(actor: Actor, version: CourseVersion, changes: Changes | None) -> None:
    """Keep what the changes of a locked draft after the first mean; without `changes`, nothing is redone.

    Raises DomainError where `changes` says nothing of a lesson that is new or differs, or where the date
    lies in the past.
    """
    if version.number == 1:
        return
    if changes is not None and changes.redo_by is not None and changes.redo_by < today_of(actor):
        message = _("The date lies in the past.")
        raise DomainError(message, {"redo_by": message})
    changed = list_changed_lessons(version)
    said = {
        row.lesson_id: row
        for row in db.session.scalars(
            select(LessonChange).where(LessonChange.lesson_id.in_([each.key for each in changed]))
        )
    }
    missing = {}
    for lesson in changed:
        change = ChangeKind.EDITORIAL if changes is None else changes.lessons.get(lesson.lesson_id)
        if change is None:
            missing[f"lesson-{lesson.lesson_id}"] = _(
                "Say whether “%(lesson)s” is to be redone.", lesson=lesson.title
            )
        elif (row := said.get(lesson.key)) is not None:
            row.change = change
        else:
            db.session.add(LessonChange(vendor_id=version.vendor_id, lesson_id=lesson.key, change=change))
    if missing:
        raise DomainError(_("Say of every change whether it is to be redone."), missing)
    db.session.add(
        VersionChange(
            vendor_id=version.vendor_id,
            course_version_id=version.id,
            quiz=changes.quiz if changes else ChangeKind.EDITORIAL,
            redo_by=changes.redo_by if changes else None,
        )
    )
    db.session.flush()


# -- who redoes what ---------------------------------------------------------------------------


def spread_version(actor: Actor, version_key: int) -> bool:
    """Ask the next people who completed an earlier version to redo what a published one changed
    materially; False once nobody is left. Who redoes the changes of an earlier version and has not
    begun does it in this one."""
    change = db.session.scalars(
        select(VersionChange)
        .where(VersionChange.course_version_id == version_key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if change is None or change.spread_at is not None:
        return False
    version = db.session.get_one(CourseVersion, version_key)
    if version.status is not VersionStatus.PUBLISHED:
        return False
    earlier = {
        each.id: each
        for each in db.session.scalars(
            select(CourseVersion).where(
                CourseVersion.course_id == version.course_id, CourseVersion.number < version.number
            )
        )
    }
    moved = _take_over_deltas(version, earlier)
    if moved == BATCH:
        return True
    if is_material(version_key):
        holders = list(
            db.session.execute(
                select(Enrolment, Completion)
                .join(Completion, Completion.enrolment_id == Enrolment.id)
                .where(
                    Enrolment.course_id == version.course_id,
                    Enrolment.course_version_id.in_(list(earlier)),
                    Enrolment.status == EnrolmentStatus.COMPLETED,
                    is_latest(),
                )
                .order_by(Enrolment.user_id)
                .limit(BATCH)
            )
        )
        _ask(actor, version, [(row[0], row[1]) for row in holders], earlier, change.redo_by)
        if len(holders) == BATCH:
            return True
    change.spread_at = clock.now()
    return False


def is_material(version_key: int) -> bool:
    """Whether anything of a version (by key) is to be redone by holders of the one before."""
    quiz = db.session.scalars(
        select(VersionChange.quiz).where(VersionChange.course_version_id == version_key)
    ).one_or_none()
    lesson = select(LessonChange.id).where(
        LessonChange.change == ChangeKind.MATERIAL, LessonChange.lesson_id.in_(_lessons_of(version_key))
    )
    return quiz is ChangeKind.MATERIAL or db.session.scalars(lesson.limit(1)).first() is not None


def list_unspread_versions() -> list[int]:
    """Keys of published versions of the vendor served whose changes not everybody is asked to redo yet."""
    return list(
        db.session.scalars(
            select(VersionChange.course_version_id)
            .join(CourseVersion, CourseVersion.id == VersionChange.course_version_id)
            .where(CourseVersion.status == VersionStatus.PUBLISHED, VersionChange.spread_at.is_(None))
        )
    )


def follow_up_completion(actor: Actor, completion: Completion) -> None:
    """Whoever completes an earlier version redoes what was changed materially while they were at it."""
    newest = list_newest_versions([completion.course_id]).get(completion.course_id)
    if newest is None or newest.id == completion.course_version_id:
        return
    enrolment = list_latest_enrolments([completion.course_id], [completion.user_id]).get(
        (completion.user_id, completion.course_id)
    )
    if enrolment is None or enrolment.id != completion.enrolment_id:
        return
    version = db.session.get_one(CourseVersion, completion.course_version_id)
    if version.number > newest.number or not get_delta(version, newest).is_material:
        return
    redo_by = db.session.scalars(
        select(VersionChange.redo_by).where(VersionChange.course_version_id == newest.id)
    ).one_or_none()
    today = today_of(actor)
    _ask(
        actor,
        newest,
        [(enrolment, completion)],
        {version.id: version},
        redo_by if redo_by is None or redo_by >= today else None,
    )


def _lessons_of(version_key: int) -> Any:
    return select(Lesson.id).where(Lesson.course_version_id == version_key)


def _ask(
    actor: Actor,
    version: CourseVersion,
    holders: Sequence[tuple[Enrolment, Completion]],
    earlier: Mapping[int, CourseVersion],
    redo_by: date | None,
) -> None:
    """Enrol holders of a completion in what changed since, with everything else of it done."""
    if not holders:
        return
    now = clock.now()
    insert_enrolments(
        [
            {
                "user_id": enrolment.user_id,
                "partnership_id": enrolment.partnership_id,
                "course_id": version.course_id,
                "course_version_id": version.id,
                "status": EnrolmentStatus.ASSIGNED,
                "assignment_id": enrolment.assignment_id,
                "due_on": redo_by,
                "assigned_at": now,
            }
            for enrolment, _completion in holders
        ]
    )
    made = {
        row.user_id: row
        for row in db.session.scalars(
            select(Enrolment).where(
                Enrolment.course_version_id == version.id,
                Enrolment.user_id.in_([enrolment.user_id for enrolment, _completion in holders]),
                Enrolment.status == EnrolmentStatus.ASSIGNED,
                Enrolment.id.not_in(select(DeltaEnrolment.enrolment_id)),
            )
        )
    }
    deltas = {key: get_delta(each, version) for key, each in earlier.items()}
    has_questions = _has_questions(version.id)
    rows = []
    for enrolment, completion in holders:
        if enrolment.user_id in made:
            delta = deltas[completion.course_version_id]
            rows.append(
                {
                    "public_id": new_public_id(),
                    "enrolment_id": made[enrolment.user_id].id,
                    "completion_id": completion.id,
                    "has_quiz": has_questions and (delta.has_quiz or completion.score_percent is None),
                }
            )
    if rows:
        db.session.execute(insert(DeltaEnrolment), rows)
    by_user = {
        completion.user_id: (made[completion.user_id].id, completion)
        for _enrolment, completion in holders
        if completion.user_id in made
    }
    _carry(list(by_user.values()), deltas)
    announce(
        actor,
        "course_version.redo_due",
        RedoAsked(version.course_id, tuple(key for key, _completion in by_user.values())),
    )


def _carry(targets: Sequence[tuple[int, Completion]], deltas: Mapping[int, Delta]) -> None:
    """Note as done in enrolments (by key) what need not be redone, when it was done for the completion."""
    done = {
        (enrolment_key, lesson_key): at
        for enrolment_key, lesson_key, at in db.session.execute(
            select(LessonProgress.enrolment_id, LessonProgress.lesson_id, LessonProgress.completed_at).where(
                LessonProgress.enrolment_id.in_([completion.enrolment_id for _key, completion in targets])
            )
        )
    }
    rows = [
        {
            "public_id": new_public_id(),
            "enrolment_id": enrolment_key,
            "lesson_id": lesson,
            "completed_at": done.get((completion.enrolment_id, origin), completion.completed_at),
        }
        for enrolment_key, completion in targets
        for lesson, origin in deltas[completion.course_version_id].carried.items()
    ]
    if rows:
        db.session.execute(insert(LessonProgress), rows)


def _take_over_deltas(version: CourseVersion, earlier: Mapping[int, CourseVersion]) -> int:
    """Move the next people who redo an earlier version's changes, and have not begun, to this version."""
    rows = [
        (enrolment, delta, completion)
        for enrolment, delta, completion in db.session.execute(
            select(Enrolment, DeltaEnrolment, Completion)
            .join(DeltaEnrolment, DeltaEnrolment.enrolment_id == Enrolment.id)
            .join(Completion, Completion.id == DeltaEnrolment.completion_id)
            .where(
                Enrolment.course_id == version.course_id,
                Enrolment.course_version_id.in_(list(earlier)),
                Enrolment.status == EnrolmentStatus.ASSIGNED,
            )
            .order_by(Enrolment.user_id)
            .limit(BATCH)
        )
    ]
    if not rows:
        return 0
    deltas = {
        key: get_delta(earlier[key], version) for key in {each.course_version_id for _e, _d, each in rows}
    }
    keys = [enrolment.id for enrolment, _delta, _completion in rows]
    db.session.execute(
        delete(LessonProgress)
        .where(LessonProgress.enrolment_id.in_(keys))
        .execution_options(synchronize_session=False)
    )
    has_questions = _has_questions(version.id)
    for enrolment, delta, completion in rows:
        enrolment.course_version_id, enrolment.current_lesson_id = version.id, None
        delta.has_quiz = has_questions and (
            deltas[completion.course_version_id].has_quiz or completion.score_percent is None
        )
    db.session.flush()
    _carry([(enrolment.id, completion) for enrolment, _delta, completion in rows], deltas)
    return len(rows)


def _has_questions(version_key: int) -> bool:
    return count_questions(version_key) > 0
