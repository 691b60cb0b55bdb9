"""Assigning learning paths: to a person, a company, a job function, the whole channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from prm.access import Actor, require, system_actor, visible
from prm.accounts.models import JobFunction, Membership, User
from prm.accounts.queries import is_current
from prm.errors import DomainError, Forbidden, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.infra.ids import new_public_id
from prm.journal.services import announce, record
from prm.partners.models import Partnership, PartnershipStatus
from prm.partners.queries import get_partnership
from prm.permissions import P, Reach
from prm.training.models import Enrolment
from prm.training.models.paths import LearningPath, PathAssignment, PathEnrolment, PathStatus, PathStep
from prm.training.queries.assignments import fits, list_people
from prm.training.queries.courses import today_of
from prm.training.queries.learning import OPEN
from prm.training.queries.paths import PublishedPath, get_published_path, list_published_paths
from prm.training.queries.progress import has_function
from prm.training.services.path_following import BATCH, advance
from prm.vendors.models import Vendor

AT_ONCE = 200  # people enrolled before whoever assigns gets the answer; the others by a job
MOST_DAYS = 1095


@dataclass(frozen=True)
class PathAssigned:
    """What assigning did: enrolments made or given a new date so far, and whether a job goes on."""

    assignment: PathAssignment
    enrolled: int
    goes_on: bool


@dataclass(frozen=True)
class PathEnrolled:
    """What prm/reactions.py hears of: people (by their enrolments' keys) newly on a path."""

    path_key: int
    enrolment_keys: tuple[int, ...]


def assign_path(
    actor: Actor,
    path_id: UUID,
    *,
    partnership_id: UUID | None = None,
    user_id: UUID | None = None,
    job_functions: Sequence[JobFunction] = (),
    due_on: date | None = None,
    due_days: int | None = None,
) -> PathAssigned:
    """Assign a path to one person of a partnership, to everybody of it, or of the whole channel.

    Everybody (of the job functions, if any) includes who joins later. `due_days` counts from the day
    somebody joined, or from today where they joined before. Who is on the path keeps their progress
    and gets the new date; who has completed it is left alone. Assigned again, the assignment there is
    gets the new date. Raises NotFound for a path, partnership or person out of reach, Forbidden for
    the whole channel where somebody is not responsible for all of it, DomainError for a date in the
    past or two dates.
    """
    require(actor, P.COURSE_ASSIGN)
    path = get_published_path(actor, path_id)
    check_due(actor, due_on, due_days)
    partnership, user_key = None, None
    if partnership_id is not None:
        partnership = get_partnership(actor, partnership_id, P.COURSE_ASSIGN)
        if user_id is not None:
            people = [each for each in list_people(partnership) if each.public_id == user_id]
            if not people:
                raise NotFound
            user_key = people[0].user_id
    elif not may_assign_to_channel(actor) or user_id is not None:
        raise Forbidden
    functions = sorted(JobFunction(each).value for each in job_functions) if user_key is None else []
    assignment = _assignment(actor, path, partnership, user_key, functions)
    assignment.due_on, assignment.due_days = due_on, due_days
    assignment.assigned_by_id, assignment.assigned_at = actor.user_id, clock.now()
    assignment.spread_at = None
    db.session.flush()
    # Who is on the path by this very assignment gets the new date too.
    db.session.execute(
        update(PathEnrolment)
        .where(PathEnrolment.assignment_id == assignment.id, PathEnrolment.status == PathStatus.OPEN)
        .values(assignment_id=None)
        .execution_options(synchronize_session=False)
    )
    record(
        actor,
        "path.assigned",
        assignment,
        facts={
            "path": path.public_id,
            "partnership": partnership.public_id if partnership else None,
            "job_functions": functions,
            "due_on": due_on,
            "due_days": due_days,
        },
    )
    enrolled = spread_assignment(actor, assignment, AT_ONCE)
    goes_on = assignment.spread_at is None
    if goes_on:
        announce(actor, "path_assignment.spread_due", assignment)
    return PathAssigned(assignment, enrolled, goes_on)


def may_assign_to_channel(actor: Actor) -> bool:
    """Whether somebody may assign to everybody of the channel at once."""
    reach = actor.reach(P.COURSE_ASSIGN)
    return reach is Reach.ALL or (reach is Reach.SCOPE and actor.region_ids is None)


def check_due(actor: Actor, due_on: date | None, due_days: int | None) -> None:
    """Raises DomainError for a due date in the past, days beyond reason, or both at once."""
    if due_on is not None and due_days is not None:
        message = _("Give a date or a number of days, not both.")
        raise DomainError(message, {"due_days": message})
    if due_on is not None and due_on < today_of(actor):
        message = _("The due date lies in the past.")
        raise DomainError(message, {"due_on": message})
    if due_days is not None and not 1 <= due_days <= MOST_DAYS:
        message = _("Enter between 1 and %(count)s days.", count=MOST_DAYS)
        raise DomainError(message, {"due_days": message})


def take_path(actor: Actor, path_id: UUID) -> PathEnrolment:
    """Put the acting person on a path by their own choice, or return where they are on it already.

    Raises NotFound where nothing of it is published.
    """
    require(actor, P.COURSE_TAKE)
    path = get_published_path(actor, path_id)
    assert actor.user_id is not None
    _insert(path, [(actor.user_id, actor.partnership_id, None)], None)
    enrolment = db.session.scalars(
        visible(select(PathEnrolment), actor, P.COURSE_TAKE)
        .where(PathEnrolment.path_id == path.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    record(actor, "path.taken", enrolment, facts={"path": path.public_id, "version": path.number})
    advance(actor, [enrolment])
    db.session.flush()
    return enrolment


# -- whom an assignment means ------------------------------------------------------------------


def spread_assignment(actor: Actor, assignment: PathAssignment, limit: int = BATCH) -> int:
    """Enrol the next people whom an assignment means, at most `limit`; marks it once nobody is left.

    Returns how many. Safe to run again: who is on the path by this assignment is not taken twice.
    """
    path = next(
        (
            each
            for each in list_published_paths(system_actor(assignment.vendor_id))
            if each.id == assignment.path_id
        ),
        None,
    )
    if path is None:
        return 0
    here = (PathEnrolment.user_id == Membership.user_id) & (PathEnrolment.path_id == path.id)
    untouched = or_(
        PathEnrolment.id.is_(None),
        and_(
            PathEnrolment.status == PathStatus.OPEN,
            PathEnrolment.assignment_id.is_distinct_from(assignment.id),
        ),
    )
    statement = (
        select(Membership.user_id, Partnership.id, Membership.joined_at, Membership.started_at)
        .join(User, User.id == Membership.user_id)
        .join(Partnership, Partnership.partner_id == Membership.partner_id)
        .outerjoin(PathEnrolment, here)
        .where(is_current(), User.is_active, Partnership.status != PartnershipStatus.ENDED, untouched)
        .order_by(Membership.user_id, Partnership.id)
        .limit(limit)
    )
    if assignment.partnership_id is not None:
        statement = statement.where(Partnership.id == assignment.partnership_id)
    if assignment.user_id is not None:
        statement = statement.where(Membership.user_id == assignment.user_id)
    if assignment.job_functions:
        statement = statement.where(or_(*[has_function(each) for each in assignment.job_functions]))
    rows = db.session.execute(statement).all()
    people: dict[int, tuple[int, datetime]] = {}
    for user_key, partnership_key, joined_at, started_at in rows:
        people.setdefault(user_key, (partnership_key, joined_at or started_at))
    _enrol_on(path, assignment, people)
    if len(rows) < limit:
        assignment.spread_at = clock.now()
        db.session.flush()
    return len(people)


def enrol_on_paths(partnership: Partnership, people: Mapping[int, tuple[Sequence[str], datetime]]) -> int:
    """Enrol people who joined a partnership (user key → job functions, since when) in the paths that
    everybody of it, or of the channel, is assigned. Returns how many enrolments were made."""
    assignments = list(
        db.session.scalars(
            select(PathAssignment)
            .where(
                PathAssignment.user_id.is_(None),
                or_(PathAssignment.partnership_id.is_(None), PathAssignment.partnership_id == partnership.id),
            )
            .order_by(PathAssignment.id)
        )
    )
    if not assignments:
        return 0
    published = {each.id: each for each in list_published_paths(system_actor(partnership.vendor_id))}
    enrolled = 0
    for assignment in assignments:
        meant = {
            user_key: (partnership.id, joined_at)
            for user_key, (functions, joined_at) in people.items()
            if fits(assignment.job_functions, functions)
        }
        if meant and assignment.path_id in published:
            enrolled += _enrol_on(published[assignment.path_id], assignment, meant, is_new_only=True)
    return enrolled


def list_unspread_assignments() -> list[int]:
    """Keys of assignments of the vendor served whose people are not all enrolled yet."""
    return list(db.session.scalars(select(PathAssignment.id).where(PathAssignment.spread_at.is_(None))))


# -- parts -------------------------------------------------------------------------------------


def _assignment(
    actor: Actor,
    path: PublishedPath,
    partnership: Partnership | None,
    user_key: int | None,
    functions: list[str],
) -> PathAssignment:
    """The assignment to the same people that there is, or a new one."""
    db.session.execute(select(LearningPath.id).where(LearningPath.id == path.id).with_for_update())
    alike = db.session.scalars(
        select(PathAssignment).where(
            PathAssignment.path_id == path.id,
            PathAssignment.partnership_id.is_(None)
            if partnership is None
            else PathAssignment.partnership_id == partnership.id,
            PathAssignment.user_id.is_(None) if user_key is None else PathAssignment.user_id == user_key,
        )
    )
    for each in alike:
        if sorted(each.job_functions) == functions:
            return each
    made = PathAssignment(
        vendor_id=actor.vendor_id,
        path_id=path.id,
        partnership_id=partnership.id if partnership else None,
        user_id=user_key,
        job_functions=functions,
        assigned_at=clock.now(),
    )
    db.session.add(made)
    return made


def _enrol_on(
    path: PublishedPath,
    assignment: PathAssignment,
    people: Mapping[int, tuple[int, datetime]],
    *,
    is_new_only: bool = False,
) -> int:
    """Put people (user key → partnership key, since when) on a path; who is on it gets the new date."""
    if not people:
        return 0
    zone = db.session.scalars(select(Vendor.time_zone).where(Vendor.id == bound_vendor())).one()
    due = {
        user_key: _due(assignment, clock.to_zone(joined_at, zone).date(), zone)
        for user_key, (_partnership, joined_at) in people.items()
    }
    _insert(path, [(key, people[key][0], due[key]) for key in people], assignment)
    rows = list(
        db.session.scalars(
            select(PathEnrolment)
            .where(PathEnrolment.path_id == path.id, PathEnrolment.user_id.in_(list(people)))
            .order_by(PathEnrolment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    fresh = [each for each in rows if each.assignment_id == assignment.id]
    if not is_new_only:
        for each in rows:
            if each.status is PathStatus.OPEN and each.assignment_id != assignment.id:
                each.assignment_id, each.due_on = assignment.id, due[each.user_id]
                _date_courses(each)
                fresh.append(each)
        db.session.flush()
    actor = system_actor(assignment.vendor_id)
    advance(actor, fresh)
    announce(
        actor,
        "path_enrolments.made",
        PathEnrolled(path.id, tuple(each.id for each in fresh if each.status is PathStatus.OPEN)),
    )
    return len(fresh)


def _date_courses(enrolment: PathEnrolment) -> None:
    """The courses of a path that are open and came with it are due with it."""
    db.session.execute(
        update(Enrolment)
        .where(
            Enrolment.user_id == enrolment.user_id,
            Enrolment.assignment_id.is_(None),
            Enrolment.status.in_(OPEN),
            Enrolment.course_id.in_(
                select(PathStep.course_id).where(PathStep.path_version_id == enrolment.path_version_id)
            ),
        )
        .values(due_on=enrolment.due_on)
        .execution_options(synchronize_session=False)
    )


def _insert(
    path: PublishedPath,
    people: Sequence[tuple[int, int | None, date | None]],
    assignment: PathAssignment | None,
) -> None:
    """Insert who is not on the path yet: (user, partnership, due date), in one order for everybody."""
    is_postgresql = db.session.get_bind().dialect.name == "postgresql"
    statement: Any = (pg_insert if is_postgresql else sqlite_insert)(PathEnrolment).on_conflict_do_nothing(
        index_elements=["vendor_id", "user_id", "path_id"]
    )
    now, vendor_id = clock.now(), bound_vendor()
    db.session.execute(
        statement,
        [
            {
                "public_id": new_public_id(),
                "vendor_id": vendor_id,
                "user_id": user_key,
                "partnership_id": partnership_key,
                "path_id": path.id,
                "path_version_id": path.version_key,
                "status": PathStatus.OPEN,
                "assignment_id": assignment.id if assignment else None,
                "due_on": due_on,
                "assigned_at": now,
            }
            for user_key, partnership_key, due_on in sorted(people, key=lambda row: row[0])
        ],
    )


def _due(assignment: PathAssignment, joined_on: date, zone: str) -> date | None:
    """When the path is due for somebody who joined on a day.

    A due date that had passed when they joined gives them as many days as everybody else had.
    """
    assigned_on = clock.to_zone(assignment.assigned_at, zone).date()
    if assignment.due_days is not None:
        return max(joined_on, assigned_on) + timedelta(days=assignment.due_days)
    if assignment.due_on is None or joined_on <= assignment.due_on:
        return assignment.due_on
    return joined_on + max(assignment.due_on - assigned_on, timedelta(days=1))
