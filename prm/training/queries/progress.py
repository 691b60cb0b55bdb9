"""People × courses: where everybody within reach stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, and_, case, cast, distinct, exists, func, or_, select

from prm.access import Actor, visible
from prm.accounts.models import Membership, User
from prm.accounts.queries import is_current, select_people
from prm.errors import NotFound
from prm.extensions import db
from prm.partners.models import Partnership
from prm.permissions import P
from prm.training.models import Enrolment, EnrolmentStatus
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


def count_standings(actor: Actor, course_keys: Sequence[int], today: date) -> dict[str, int]:
    """How many (person, course) stand how, over everybody within reach."""
    people = select_learners(actor).with_only_columns(User.id, maintain_column_froms=True)
    overdue = case((_stands("overdue", today), 1), else_=0)
    rows = db.session.execute(
        select(Enrolment.status, overdue, func.count(Enrolment.id))
        .where(Enrolment.user_id.in_(people), Enrolment.course_id.in_(course_keys), is_latest())
        .group_by(Enrolment.status, overdue)
    )
    counts: dict[str, int] = {}
    for status, is_overdue, count in rows:
        standing = "overdue" if is_overdue else status.value
        counts[standing] = counts.get(standing, 0) + count
    return counts


def _stands(standing: str, today: date) -> Any:
    is_overdue = and_(Enrolment.status.in_(OPEN), Enrolment.due_on < today)
    if standing == "overdue":
        return is_overdue
    if standing in {each.value for each in OPEN}:
        in_time = or_(Enrolment.due_on.is_(None), Enrolment.due_on >= today)
        return and_(Enrolment.status == EnrolmentStatus(standing), in_time)
    return Enrolment.status == EnrolmentStatus(standing)
