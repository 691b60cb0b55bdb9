"""Who is assigned what: partnerships and their people, and where each stands in a course."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from prm.access import Actor, visible
from prm.accounts.models import Membership, User
from prm.accounts.queries import is_current
from prm.extensions import db
from prm.partners.models import Partnership
from prm.permissions import P
from prm.training.models import (
    Assignment,
    Course,
    CourseVersion,
    Enrolment,
    EnrolmentStatus,
    VersionStatus,
)
from prm.training.queries.courses import PublishedVersion
from prm.training.queries.learning import OPEN, is_latest

_Assignee, _Assigner = aliased(User), aliased(User)


@dataclass(frozen=True)
class Person:
    """Somebody who belongs to a partnership now."""

    user_id: int
    public_id: UUID
    name: str
    email: str
    locale: str
    job_functions: tuple[str, ...]


@dataclass(frozen=True)
class MadeAssignment:
    """An assignment as a list shows it; `user_name` is None where it is for everybody."""

    course_title: str
    partnership_name: str
    user_name: str | None
    job_functions: tuple[str, ...]
    due_on: date | None
    due_days: int | None
    assigned_at: datetime
    assigned_by: str | None


class Effect(StrEnum):
    """What assigning a course changes for somebody."""

    NEW = "new"  # they are enrolled
    AGAIN = "again"  # they finished an earlier version and are enrolled in the newest
    TAKING = "taking"  # they are at it: only the due date changes
    DONE = "done"  # they have completed this version: nothing changes
    FAILED = "failed"  # no attempt left in this version: nothing changes


@dataclass(frozen=True)
class Candidate:
    """Somebody an assignment would reach; `effects` by version key."""

    person: Person
    effects: dict[int, Effect]

    @property
    def is_enrolled_anew(self) -> bool:
        return any(effect in (Effect.NEW, Effect.AGAIN) for effect in self.effects.values())


def list_partnerships(actor: Actor) -> list[Partnership]:
    """The partnerships whose people the actor may assign courses to, by name."""
    return list(
        db.session.scalars(
            visible(select(Partnership), actor, P.COURSE_ASSIGN).order_by(func.lower(Partnership.name))
        )
    )


def list_people(partnership: Partnership, job_functions: Collection[str] = ()) -> list[Person]:
    """The people of a partnership now, by name: all, or those with one of the job functions."""
    if partnership.partner_id is None:
        return []
    rows = db.session.execute(
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.partner_id == partnership.partner_id, is_current(), User.is_active)
        .order_by(func.lower(User.name), User.id)
    )
    people = [
        Person(
            user.id,
            user.public_id,
            user.name,
            user.email,
            user.locale,
            tuple(membership.job_functions),
        )
        for membership, user in rows
    ]
    return [person for person in people if fits(job_functions, person.job_functions)]


def fits(wanted: Collection[str], job_functions: Iterable[str]) -> bool:
    """Whether somebody of these job functions is meant by an assignment to the wanted ones."""
    return not wanted or not set(wanted).isdisjoint(job_functions)


def list_latest_enrolments(
    course_keys: Sequence[int], user_keys: Sequence[int]
) -> dict[tuple[int, int], Enrolment]:
    """(user, course) → the latest enrolment of each person in each course, by keys."""
    rows = db.session.scalars(
        select(Enrolment).where(
            Enrolment.course_id.in_(course_keys), Enrolment.user_id.in_(user_keys), is_latest()
        )
    )
    return {(row.user_id, row.course_id): row for row in rows}


def list_newest_versions(course_keys: Collection[int]) -> dict[int, CourseVersion]:
    """Course key → its newest published version, where it has one."""
    rows = db.session.scalars(
        select(CourseVersion)
        .where(CourseVersion.course_id.in_(course_keys), CourseVersion.status == VersionStatus.PUBLISHED)
        .order_by(CourseVersion.number)
    )
    return {version.course_id: version for version in rows}


def list_standing_assignments(partnership_key: int) -> list[Assignment]:
    """The assignments to everybody of a partnership (by key), oldest first."""
    return list(
        db.session.scalars(
            select(Assignment)
            .where(Assignment.partnership_id == partnership_key, Assignment.user_id.is_(None))
            .order_by(Assignment.id)
        )
    )


def list_assignments(actor: Actor, limit: int = 20) -> list[MadeAssignment]:
    """The latest assignments within the actor's reach."""
    rows = db.session.execute(
        visible(
            select(
                Course.title, Partnership.name, _Assignee.name, Assignment.job_functions,
                Assignment.due_on, Assignment.due_days, Assignment.assigned_at, _Assigner.name,
            )
            .select_from(Assignment)
            .join(Course, Course.id == Assignment.course_id)
            .outerjoin(Partnership, Partnership.id == Assignment.partnership_id)
            .outerjoin(_Assignee, _Assignee.id == Assignment.user_id)
            .outerjoin(_Assigner, _Assigner.id == Assignment.assigned_by_id),
            actor,
            P.COURSE_ASSIGN,
            Assignment,
        )
        .order_by(Assignment.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        MadeAssignment(title, partnership or "", user, tuple(functions), due_on, due_days, at, by)
        for title, partnership, user, functions, due_on, due_days, at, by in rows
    ]


def list_candidates(
    partnership: Partnership, courses: Sequence[PublishedVersion], job_functions: Collection[str] = ()
) -> list[Candidate]:
    """The people an assignment of these courses would reach, and what it would change for each."""
    people = list_people(partnership, job_functions)
    latest = list_latest_enrolments(
        [course.course_id for course in courses], [person.user_id for person in people]
    )
    return [
        Candidate(
            person,
            {
                course.id: _effect(latest.get((person.user_id, course.course_id)), course)
                for course in courses
            },
        )
        for person in people
    ]


def _effect(latest: Enrolment | None, newest: PublishedVersion) -> Effect:
    if latest is None:
        return Effect.NEW
    if latest.status in OPEN:
        return Effect.TAKING
    if latest.course_version_id == newest.id:
        return Effect.DONE if latest.status is EnrolmentStatus.COMPLETED else Effect.FAILED
    return Effect.AGAIN
