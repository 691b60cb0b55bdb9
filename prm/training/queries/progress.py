"""People × courses and paths: where everybody within reach stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, and_, case, cast, distinct, exists, func, or_, select

from prm.access import Actor, or_mine, visible
from prm.accounts.models import Membership, User
from prm.accounts.queries import is_current, select_people
from prm.errors import NotFound
from prm.extensions import db
from prm.partners.models import Partnership
from prm.permissions import P
from prm.training.models import Completion, Enrolment, EnrolmentStatus
from prm.training.models.changes import DeltaEnrolment
from prm.training.models.imported import ExternalCertificate
from prm.training.models.paths import PathCompletion, PathEnrolment, PathStatus
from prm.training.queries.learning import OPEN, LearningItem, is_latest, list_latest_items


@dataclass(frozen=True)
class PersonRow:
    """Somebody within reach; `company` is None for the vendor's own staff."""

    user_id: int
    public_id: UUID
    name: str
    email: str
    company: str | None
    company_id: UUID | None
    job_functions: tuple[str, ...]


def select_learners(actor: Actor) -> Select[Any]:
    """(Membership, User, company_name, public_id, …) of the people within reach today."""
    companies = visible(
        select(Partnership.partner_id, Partnership.name, Partnership.public_id, Partnership.created_at),
        actor,
        P.PROGRESS_VIEW,
        Partnership,
    )
    return select_people(actor, companies, P.PROGRESS_VIEW).where(is_current(), User.is_active)


def as_person(row: Any) -> PersonRow:
    membership, user = row[0], row[1]
    return PersonRow(
        user.id, user.public_id, user.name, user.email, row.company_name, row.public_id,
        tuple(membership.job_functions),
    )  # fmt: skip


def get_person(actor: Actor, user_id: UUID) -> PersonRow:
    """Somebody within reach by public id. Raises NotFound."""
    row = db.session.execute(
        select_learners(actor).where(User.public_id == user_id).order_by(Membership.id).limit(1)
    ).first()
    if row is None:
        raise NotFound
    return as_person(row)


def list_cells(
    actor: Actor, user_keys: Sequence[int], course_keys: Sequence[int]
) -> dict[tuple[int, int], LearningItem]:
    """(user, course) → where they stand, for people and courses by key. The caller checked the reach."""
    return {
        (item.user_key, item.course_key): item for item in list_latest_items(actor, user_keys, course_keys)
    }


def has_function(job_function: str) -> Any:
    """Criterion: the membership has the job function."""
    return cast(Membership.job_functions, String).contains(f'"{job_function}"')


def has_standing(standing: str, course_keys: Sequence[int], today: date) -> Any:
    """Criterion: the person stands so (a key of labels.STANDINGS) in at least one of the courses."""
    if standing == "none":
        taken = (
            select(func.count(distinct(Enrolment.course_id)))
            .where(Enrolment.user_id == User.id, Enrolment.course_id.in_(course_keys))
            .correlate(User)
            .scalar_subquery()
        )
        return taken < len(course_keys)
    return (
        exists()
        .where(
            Enrolment.user_id == User.id,
            Enrolment.course_id.in_(course_keys),
            is_latest(),
            _stands(standing, today),
        )
        .correlate(User)
    )


def done_courses(course_keys: Sequence[int]) -> Any:
    """How many of the courses a person has completed, any version: to sort people by."""
    return (
        select(func.count(distinct(Completion.course_id)))
        .where(Completion.user_id == User.id, Completion.course_id.in_(course_keys))
        .correlate(User)
        .scalar_subquery()
    )


def completed_at(course_key: int) -> Any:
    """When a person last completed a course, any version: to sort people by."""
    return (
        select(func.max(Completion.completed_at))
        .where(Completion.user_id == User.id, Completion.course_id == course_key)
        .correlate(User)
        .scalar_subquery()
    )


def count_done_courses(user_keys: Sequence[int], course_keys: Sequence[int]) -> dict[int, int]:
    """User key → how many of the courses they have completed, for the people of a page."""
    rows = db.session.execute(
        select(Completion.user_id, func.count(distinct(Completion.course_id)))
        .where(Completion.user_id.in_(user_keys), Completion.course_id.in_(course_keys))
        .group_by(Completion.user_id)
    )
    return {user: int(count) for user, count in rows}


def count_standings(actor: Actor, course_keys: Sequence[int], today: date) -> dict[str, int]:
    """How many (person, course) stand how, over everybody within reach."""
    people = select_learners(actor).with_only_columns(User.id, maintain_column_froms=True)
    overdue = case((_stands("overdue", today), 1), else_=0)
    redo = case((_stands("redo", today), 1), else_=0)
    rows = db.session.execute(
        select(Enrolment.status, overdue, redo, func.count(Enrolment.id))
        .where(Enrolment.user_id.in_(people), Enrolment.course_id.in_(course_keys), is_latest())
        .group_by(Enrolment.status, overdue, redo)
    )
    counts: dict[str, int] = {}
    for status, is_overdue, is_redo, count in rows:
        standing = "overdue" if is_overdue else "redo" if is_redo else status.value
        counts[standing] = counts.get(standing, 0) + count
    return counts


def _stands(standing: str, today: date) -> Any:
    is_overdue = and_(Enrolment.status.in_(OPEN), Enrolment.due_on < today)
    if standing == "overdue":
        return is_overdue
    in_time = or_(Enrolment.due_on.is_(None), Enrolment.due_on >= today)
    is_redo = exists().where(DeltaEnrolment.enrolment_id == Enrolment.id)
    if standing == "redo":
        return and_(Enrolment.status.in_(OPEN), in_time, is_redo)
    if standing in {each.value for each in OPEN}:
        return and_(Enrolment.status == EnrolmentStatus(standing), in_time, ~is_redo)
    return Enrolment.status == EnrolmentStatus(standing)


def list_external_certificates(actor: Actor, user_key: int) -> list[ExternalCertificate]:
    """What others certified to somebody (by key), newest first: one's own, or within reach."""
    return list(
        db.session.scalars(
            select(ExternalCertificate)
            .where(
                ExternalCertificate.user_id == user_key,
                or_mine(ExternalCertificate, actor, P.PROGRESS_VIEW),
            )
            .order_by(ExternalCertificate.issued_on.desc(), ExternalCertificate.id.desc())
        )
    )


# -- paths -------------------------------------------------------------------------------------


_PATH_WORDS = {
    PathStatus.OPEN: "started", PathStatus.COMPLETED: "completed", PathStatus.EXCUSED: "excused",
}  # fmt: skip


def has_path_standing(standing: str, path_keys: Sequence[int], today: date) -> Any:
    """Criterion: the person stands so (a key of labels.PATH_STANDINGS) on at least one of the paths."""
    mine = (PathEnrolment.user_id == User.id, PathEnrolment.path_id.in_(path_keys))
    if standing == "none":
        on = select(func.count(PathEnrolment.id)).where(*mine).correlate(User).scalar_subquery()
        return on < len(path_keys)
    return exists().where(*mine, _stands_on_path(standing, today)).correlate(User)


def done_paths(path_keys: Sequence[int]) -> Any:
    """How many of the paths a person has completed: to sort people by."""
    return (
        select(func.count(PathEnrolment.id))
        .where(
            PathEnrolment.user_id == User.id,
            PathEnrolment.path_id.in_(path_keys),
            PathEnrolment.status == PathStatus.COMPLETED,
        )
        .correlate(User)
        .scalar_subquery()
    )


def path_completed_at(path_key: int) -> Any:
    """When a person last completed a path, any version: to sort people by."""
    return (
        select(func.max(PathCompletion.completed_at))
        .where(PathCompletion.user_id == User.id, PathCompletion.path_id == path_key)
        .correlate(User)
        .scalar_subquery()
    )


def count_done_paths(user_keys: Sequence[int], path_keys: Sequence[int]) -> dict[int, int]:
    """User key → how many of the paths they have completed, for the people of a page."""
    rows = db.session.execute(
        select(PathEnrolment.user_id, func.count(PathEnrolment.id))
        .where(
            PathEnrolment.user_id.in_(user_keys),
            PathEnrolment.path_id.in_(path_keys),
            PathEnrolment.status == PathStatus.COMPLETED,
        )
        .group_by(PathEnrolment.user_id)
    )
    return {user: int(count) for user, count in rows}


def count_path_standings(actor: Actor, path_keys: Sequence[int], today: date) -> dict[str, int]:
    """How many (person, path) stand how, over everybody within reach."""
    people = select_learners(actor).with_only_columns(User.id, maintain_column_froms=True)
    overdue = case((_stands_on_path("overdue", today), 1), else_=0)
    rows = db.session.execute(
        select(PathEnrolment.status, overdue, func.count(PathEnrolment.id))
        .where(PathEnrolment.user_id.in_(people), PathEnrolment.path_id.in_(path_keys))
        .group_by(PathEnrolment.status, overdue)
    )
    counts: dict[str, int] = {}
    for status, is_overdue, count in rows:
        standing = "overdue" if is_overdue else _PATH_WORDS[status]
        counts[standing] = counts.get(standing, 0) + count
    return counts


def _stands_on_path(standing: str, today: date) -> Any:
    is_open = PathEnrolment.status == PathStatus.OPEN
    if standing == "overdue":
        return and_(is_open, PathEnrolment.due_on < today)
    if standing != "started":
        return PathEnrolment.status == PathStatus(standing)
    return and_(is_open, or_(PathEnrolment.due_on.is_(None), PathEnrolment.due_on >= today))
