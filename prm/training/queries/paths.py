"""Learning paths: what they consist of, and where people are on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from prm.access import Actor, visible
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.permissions import P
from prm.training.models import Completion, Course, Enrolment, EnrolmentStatus, SkillLevel, VersionStatus
from prm.training.models.paths import (
    LearningPath,
    PathCompletion,
    PathEnrolment,
    PathPrerequisite,
    PathStatus,
    PathStep,
    PathVersion,
)
from prm.training.models.placement import PlacementCompletion
from prm.training.queries.courses import today_of
from prm.training.queries.learning import is_latest, standing_of
from prm.vendors.models import Vendor


@dataclass(frozen=True)
class PublishedPath:
    """A path as it is published now. `id` is the path's key, `version_key` the version's."""

    id: int
    public_id: UUID
    version_key: int
    number: int
    title: str
    summary: str
    skill_level: SkillLevel
    job_functions: tuple[str, ...]
    is_in_order: bool
    courses: int
    published_at: datetime


@dataclass(frozen=True)
class ShownStep:
    """A course of a path version. `title` is the course's newest."""

    step_id: UUID
    course_key: int
    course_id: UUID
    title: str
    position: int


@dataclass(frozen=True)
class StepStanding:
    """Where one person is with one course of a path.

    `standing` is a key of labels.STANDINGS, or "locked" while it does not open yet, or
    "placed" where it is completed by a placement test, which the path does not count.
    """

    course_key: int
    course_id: UUID
    title: str
    standing: str
    is_done: bool
    due_on: date | None
    completed_on: date | None
    is_by_placement: bool = False


@dataclass(frozen=True)
class PathStanding:
    """Where one person is on one path. `waits_for`: titles of paths to be completed before."""

    path_key: int
    path_id: UUID
    enrolment_id: UUID
    user_key: int
    title: str
    summary: str
    skill_level: SkillLevel
    number: int
    is_in_order: bool
    is_completed: bool
    is_excused: bool
    completed_on: date | None
    due_on: date | None
    is_overdue: bool
    is_assigned: bool
    assigned_at: datetime
    waits_for: tuple[str, ...]
    steps: tuple[StepStanding, ...]

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def percent(self) -> int:
        if self.is_completed:
            return 100
        return min(99, 100 * self.done // len(self.steps)) if self.steps else 0

    @property
    def following(self) -> StepStanding | None:
        """The course to go on with."""
        if self.waits_for:
            return None
        return next((each for each in self.steps if not each.is_done and each.standing != "locked"), None)

    @property
    def standing(self) -> str:
        """A key of labels.STEP_STANDINGS."""
        if self.is_completed:
            return "completed"
        if self.is_excused:
            return "excused"
        if self.waits_for:
            return "locked"
        if self.is_overdue:
            return "overdue"
        return (
            "started"
            if self.done or any(s.standing in ("started", "placed") for s in self.steps)
            else "assigned"
        )


# -- for other domains -------------------------------------------------------------------------


def path_completed_on(user_keys: Collection[int], path_key: int) -> dict[int, date]:
    """User key → the date (in the vendor's zone) on which they last completed the path, any version of it.

    Who has not completed it is left out. The caller has made sure of the reach.
    """
    rows = db.session.execute(
        select(PathCompletion.user_id, func.max(PathCompletion.completed_at))
        .where(PathCompletion.path_id == path_key, PathCompletion.user_id.in_(user_keys))
        .group_by(PathCompletion.user_id)
    )
    zone = _zone()
    return {user_key: clock.to_zone(at, zone).date() for user_key, at in rows}


def list_published_paths(actor: Actor, path_id: UUID | None = None) -> list[PublishedPath]:
    """The newest published version of each path (or of one), by title."""
    newest = (
        select(PathVersion.path_id, func.max(PathVersion.number).label("number"))
        .where(PathVersion.status == VersionStatus.PUBLISHED)
        .group_by(PathVersion.path_id)
        .subquery()
    )
    courses = (
        select(func.count(PathStep.id))
        .where(PathStep.path_version_id == PathVersion.id)
        .correlate(PathVersion)
        .scalar_subquery()
    )
    statement = visible(select(LearningPath, PathVersion, courses), actor, P.COURSE_VIEW, LearningPath)
    if path_id is not None:
        statement = statement.where(LearningPath.public_id == path_id)
    rows = db.session.execute(
        statement.join(PathVersion, PathVersion.path_id == LearningPath.id)
        .join(newest, (newest.c.path_id == PathVersion.path_id) & (newest.c.number == PathVersion.number))
        .order_by(func.lower(PathVersion.title), LearningPath.id)
    )
    return [
        PublishedPath(
            path.id, path.public_id, version.id, version.number, version.title, version.summary,
            path.skill_level, tuple(path.job_functions), version.is_in_order, count, version.published_at,
        )
        for path, version, count in rows
    ]  # fmt: skip


def get_published_path(actor: Actor, path_id: UUID) -> PublishedPath:
    """A path by public id, as it is published now. Raises NotFound where nothing of it is."""
    found = list_published_paths(actor, path_id)
    if not found:
        raise NotFound
    return found[0]


# -- where people are --------------------------------------------------------------------------


def list_my_paths(actor: Actor) -> list[PathStanding]:
    """The person's own paths: open ones first, by due date. A constant number of queries."""
    statement = visible(select(PathEnrolment), actor, P.COURSE_TAKE)
    return list_standings(actor, list(db.session.scalars(statement)))


def find_my_path(actor: Actor, path_id: UUID) -> PathStanding | None:
    """Where the person is on a path (by public id); None where they are not on it."""
    rows = db.session.scalars(
        visible(select(PathEnrolment), actor, P.COURSE_TAKE)
        .join(LearningPath, LearningPath.id == PathEnrolment.path_id)
        .where(LearningPath.public_id == path_id)
    )
    return next(iter(list_standings(actor, list(rows))), None)


def list_paths_of(
    actor: Actor, user_keys: Sequence[int], path_keys: Collection[int] | None = None
) -> list[PathStanding]:
    """The paths (None: all; by key) of people by key. The caller has made sure of the reach."""
    statement = select(PathEnrolment).where(PathEnrolment.user_id.in_(user_keys))
    if path_keys is not None:
        statement = statement.where(PathEnrolment.path_id.in_(path_keys))
    return list_standings(actor, list(db.session.scalars(statement)))


def list_standings(actor: Actor, enrolments: Sequence[PathEnrolment]) -> list[PathStanding]:
    """Where each of these enrolments is, in nine queries however many they are."""
    if not enrolments:
        return []
    versions = {
        version.id: (version, path)
        for version, path in db.session.execute(
            select(PathVersion, LearningPath)
            .join(LearningPath, LearningPath.id == PathVersion.path_id)
            .where(PathVersion.id.in_({each.path_version_id for each in enrolments}))
        )
    }
    users = sorted({each.user_id for each in enrolments})
    steps = list_steps(list(versions))
    courses = {step.course_key for of_version in steps.values() for step in of_version}
    required = list_required(list(versions))
    done = first_completions(users, courses)
    learned = first_completions(users, courses, counts_placement=False)
    latest = {
        (row.user_id, row.course_id): row
        for row in db.session.execute(
            select(Enrolment.user_id, Enrolment.course_id, Enrolment.status, Enrolment.due_on).where(
                Enrolment.user_id.in_(users), Enrolment.course_id.in_(courses), is_latest()
            )
        )
    }
    completed = {
        (user, path): at
        for user, path, at in db.session.execute(
            select(PathCompletion.user_id, PathCompletion.path_id, func.max(PathCompletion.completed_at))
            .where(PathCompletion.user_id.in_(users))
            .group_by(PathCompletion.user_id, PathCompletion.path_id)
        )
    }
    zone, today = _zone(), today_of(actor)
    found = []
    for each in enrolments:
        version, path = versions[each.path_version_id]
        waits = tuple(
            title for key, title in required.get(version.id, ()) if (each.user_id, key) not in completed
        )
        is_completed = each.status is PathStatus.COMPLETED
        is_excused = each.status is PathStatus.EXCUSED
        shown: list[StepStanding] = []
        is_locked = bool(waits)
        for step in steps.get(version.id, ()):
            at = (done if version.accepts_placement else learned).get((each.user_id, step.course_key))
            row = latest.get((each.user_id, step.course_key))
            is_done = at is not None or (row is not None and row.status is EnrolmentStatus.EXCUSED)
            if is_done:
                standing = "excused" if at is None else "completed"
            elif row is not None and row.status is EnrolmentStatus.COMPLETED:
                standing = "placed"
            elif row is not None:
                standing = standing_of(row.status, row.due_on, today)
            else:
                standing = "locked" if is_locked and not is_completed else "none"
            shown.append(
                StepStanding(
                    step.course_key, step.course_id, step.title, standing, is_done,
                    row.due_on if row is not None and not is_done else None,
                    clock.to_zone(at, zone).date() if at is not None else None,
                    at is not None and (each.user_id, step.course_key) not in learned,
                )
            )  # fmt: skip
            is_locked = is_locked or (version.is_in_order and not is_done)
        at = completed.get((each.user_id, each.path_id))
        found.append(
            PathStanding(
                path_key=path.id,
                path_id=path.public_id,
                enrolment_id=each.public_id,
                user_key=each.user_id,
                title=version.title,
                summary=version.summary,
                skill_level=path.skill_level,
                number=version.number,
                is_in_order=version.is_in_order,
                is_completed=is_completed,
                is_excused=is_excused,
                completed_on=clock.to_zone(at, zone).date() if at is not None else None,
                due_on=each.due_on,
                is_overdue=each.status is PathStatus.OPEN and each.due_on is not None and each.due_on < today,
                is_assigned=each.assignment_id is not None,
                assigned_at=each.assigned_at,
                waits_for=() if is_completed else waits,
                steps=tuple(shown),
            )
        )
    return sorted(
        found,
        key=lambda path: (
            path.is_completed or path.is_excused,
            path.due_on or date.max,
            path.title.casefold(),
        ),
    )


def _urgency(path: PathStanding) -> tuple[bool, date, str]:
    return (path.is_completed or path.is_excused, path.due_on or date.max, path.title.casefold())


def list_steps(version_keys: Collection[int]) -> dict[int, list[ShownStep]]:
    """Version key → its courses in order."""
    rows = db.session.execute(
        select(PathStep, Course.public_id, Course.title)
        .join(Course, Course.id == PathStep.course_id)
        .where(PathStep.path_version_id.in_(version_keys))
        .order_by(PathStep.position, PathStep.id)
    )
    found: dict[int, list[ShownStep]] = {}
    for step, course_id, title in rows:
        found.setdefault(step.path_version_id, []).append(
            ShownStep(step.public_id, step.course_id, course_id, title, step.position)
        )
    return found


def list_required(version_keys: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """Version key → (key, title) of the paths that must be completed before."""
    rows = db.session.execute(
        select(PathPrerequisite.path_version_id, LearningPath.id, LearningPath.title)
        .join(LearningPath, LearningPath.id == PathPrerequisite.required_path_id)
        .where(PathPrerequisite.path_version_id.in_(version_keys))
        .order_by(func.lower(LearningPath.title), LearningPath.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for version_key, path_key, title in rows:
        found.setdefault(version_key, []).append((path_key, title))
    return found


def first_completions(
    user_keys: Collection[int], course_keys: Collection[int], *, counts_placement: bool = True
) -> dict[tuple[int, int], datetime]:
    """(user, course) → when they first completed the course, any version of it. By keys.

    Without `counts_placement` a completion by a placement test counts from when its lessons were done.
    """
    at: Any = Completion.completed_at
    statement = select(Completion.user_id, Completion.course_id)
    if not counts_placement:
        at = func.coalesce(PlacementCompletion.lessons_done_at, Completion.completed_at)
        statement = statement.outerjoin(
            PlacementCompletion, PlacementCompletion.completion_id == Completion.id
        ).where(or_(PlacementCompletion.id.is_(None), PlacementCompletion.lessons_done_at.is_not(None)))
    rows = db.session.execute(
        statement.add_columns(func.min(at))
        .where(Completion.user_id.in_(user_keys), Completion.course_id.in_(course_keys))
        .group_by(Completion.user_id, Completion.course_id)
    )
    return {(user, course): at for user, course, at in rows}


def _zone() -> str:
    return db.session.scalars(select(Vendor.time_zone).where(Vendor.id == bound_vendor())).one()
