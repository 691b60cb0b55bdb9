"""What follows for people on paths: courses open, paths are completed, new versions are taken over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update

from prm.access import Actor
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import record
from prm.training.models import Completion, Enrolment, EnrolmentStatus, VersionStatus
from prm.training.models.paths import (
    PathCompletion,
    PathEnrolment,
    PathPrerequisite,
    PathStatus,
    PathStep,
    PathVersion,
)
from prm.training.queries.assignments import list_latest_enrolments, list_newest_versions
from prm.training.queries.learning import OPEN
from prm.training.queries.paths import first_completions, list_required, list_steps
from prm.training.services.enrolments import insert_enrolments

BATCH = 500  # people in one transaction


def advance(actor: Actor, enrolments: Sequence[PathEnrolment]) -> None:
    """Enrol people on paths in the courses that open for them now; complete what is done.

    `enrolments` are locked rows, at most some hundred. A fixed number of queries for each version
    among them, and one per path completed.
    """
    by_version: dict[int, list[PathEnrolment]] = {}
    for each in enrolments:
        if each.status is not PathStatus.COMPLETED:
            by_version.setdefault(each.path_version_id, []).append(each)
    for version_key, some in sorted(by_version.items()):
        _advance(actor, db.session.get_one(PathVersion, version_key), some)


def _advance(actor: Actor, version: PathVersion, enrolments: Sequence[PathEnrolment]) -> None:
    courses = [step.course_key for step in list_steps([version.id]).get(version.id, ())]
    required = [key for key, _title in list_required([version.id]).get(version.id, ())]
    users = sorted({each.user_id for each in enrolments})
    done = first_completions(users, courses, counts_placement=version.accepts_placement)
    before = {
        (user, path): at
        for user, path, at in db.session.execute(
            select(PathCompletion.user_id, PathCompletion.path_id, PathCompletion.completed_at).where(
                PathCompletion.user_id.in_(users), PathCompletion.path_id.in_(required)
            )
        )
    }
    latest = list_latest_enrolments(courses, users)
    newest = list_newest_versions(courses)
    rows: list[dict[str, Any]] = []
    undated: dict[date, list[int]] = {}
    now = clock.now()
    for each in enrolments:
        if any((each.user_id, key) not in before for key in required):
            continue
        missing, is_excused = [], False
        dates = [before[each.user_id, key] for key in required]
        for course in courses:
            row = latest.get((each.user_id, course))
            if (at := done.get((each.user_id, course))) is not None:
                dates.append(at)
            elif row is not None and row.status is EnrolmentStatus.EXCUSED:
                is_excused = True
            else:
                missing.append(course)
        if not missing and is_excused:
            # Whoever excuses need not be who may certify: what nobody did completes nothing.
            each.status = PathStatus.EXCUSED
            continue
        each.status = PathStatus.OPEN
        if not missing:
            _complete(actor, each, max(dates, default=now))
            continue
        for course in missing[:1] if version.is_in_order else missing:
            row = latest.get((each.user_id, course))
            if row is not None and row.status in OPEN:
                if row.due_on is None and each.due_on is not None:
                    undated.setdefault(each.due_on, []).append(row.id)
            elif course in newest and (row is None or row.course_version_id != newest[course].id):
                rows.append(
                    {
                        "user_id": each.user_id,
                        "partnership_id": each.partnership_id,
                        "course_id": course,
                        "course_version_id": newest[course].id,
                        "status": EnrolmentStatus.ASSIGNED,
                        "due_on": each.due_on,
                        "assigned_at": now,
                    }
                )
    insert_enrolments(rows)
    for due_on, keys in undated.items():
        db.session.execute(
            update(Enrolment)
            .where(Enrolment.id.in_(keys), Enrolment.status.in_(OPEN), Enrolment.due_on.is_(None))
            .values(due_on=due_on)
            .execution_options(synchronize_session=False)
        )


def _complete(actor: Actor, enrolment: PathEnrolment, completed_at: datetime) -> None:
    enrolment.status = PathStatus.COMPLETED
    completion = db.session.scalars(
        select(PathCompletion).where(
            PathCompletion.user_id == enrolment.user_id,
            PathCompletion.path_version_id == enrolment.path_version_id,
        )
    ).one_or_none()
    if completion is None:
        completion = PathCompletion(
            vendor_id=enrolment.vendor_id,
            user_id=enrolment.user_id,
            partnership_id=enrolment.partnership_id,
            path_id=enrolment.path_id,
            path_version_id=enrolment.path_version_id,
            completed_at=completed_at,
        )
        db.session.add(completion)
        db.session.flush()
        record(actor, "path.completed", completion, facts={"enrolment": enrolment.public_id})


# -- reactions ---------------------------------------------------------------------------------


def follow_course(actor: Actor, completion: Completion) -> None:
    """Whoever completed a course goes on with the paths that it is on."""
    follow_person(actor, completion.user_id, completion.course_id)


def follow_person(actor: Actor, user_key: int, course_key: int) -> None:
    """Somebody who is through with a course, or excused from it, goes on with the paths that it is on."""
    advance(
        actor,
        _locked(
            PathEnrolment.user_id == user_key,
            PathEnrolment.path_version_id.in_(
                select(PathStep.path_version_id).where(PathStep.course_id == course_key)
            ),
        ),
    )


def follow_path(actor: Actor, completion: PathCompletion) -> None:
    """Whoever completed a path goes on with the paths that waited for it."""
    advance(
        actor,
        _locked(
            PathEnrolment.user_id == completion.user_id,
            PathEnrolment.path_version_id.in_(
                select(PathPrerequisite.path_version_id).where(
                    PathPrerequisite.required_path_id == completion.path_id
                )
            ),
        ),
    )


def _locked(*criteria: Any) -> list[PathEnrolment]:
    return list(
        db.session.scalars(
            select(PathEnrolment)
            .where(PathEnrolment.status != PathStatus.COMPLETED, *criteria)
            .order_by(PathEnrolment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


# -- new versions ------------------------------------------------------------------------------


def spread_path_version(actor: Actor, version_key: int) -> bool:
    """Move the next people who are on an earlier version to a published one; False once nobody is left.

    Who completed an earlier version is moved only where the new one asks again.
    """
    version = db.session.get_one(PathVersion, version_key, with_for_update=True, populate_existing=True)
    if version.status is not VersionStatus.PUBLISHED or version.spread_at is not None:
        return False
    earlier = (
        select(PathVersion.id)
        .where(PathVersion.path_id == version.path_id, PathVersion.number < version.number)
        .scalar_subquery()
    )
    moved = PathEnrolment.status != PathStatus.COMPLETED
    if version.asks_again:
        moved = or_(moved, PathEnrolment.status == PathStatus.COMPLETED)
    rows = list(
        db.session.scalars(
            select(PathEnrolment)
            .where(
                PathEnrolment.path_id == version.path_id, PathEnrolment.path_version_id.in_(earlier), moved
            )
            .order_by(PathEnrolment.id)
            .limit(BATCH)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    for each in rows:
        if each.status is PathStatus.COMPLETED:
            each.status, each.due_on = PathStatus.OPEN, version.again_by
        each.path_version_id = version.id
    db.session.flush()
    advance(actor, rows)
    if len(rows) < BATCH:
        version.spread_at = clock.now()
        return False
    return True


def list_unspread_versions() -> list[int]:
    """Keys of published versions of the vendor served that not everybody is moved to yet."""
    return list(
        db.session.scalars(
            select(PathVersion.id).where(
                PathVersion.status == VersionStatus.PUBLISHED, PathVersion.spread_at.is_(None)
            )
        )
    )
