"""Assigning courses to people, now and when they join later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update

from prm.access import Actor, system_actor, visible
from prm.accounts.models import JobFunction, Membership
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.journal.services import announce, record
from prm.partners.models import Partnership
from prm.partners.queries import get_partnership
from prm.permissions import P
from prm.training.models import Assignment, Enrolment, EnrolmentStatus
from prm.training.queries.assignments import (
    Person,
    fits,
    list_latest_enrolments,
    list_newest_versions,
    list_people,
    list_standing_assignments,
)
from prm.training.queries.courses import PublishedVersion, list_published_versions, today_of
from prm.training.queries.learning import OPEN
from prm.training.services.enrolments import insert_enrolments
from prm.training.services.path_assigning import check_due, enrol_on_paths
from prm.vendors.models import Vendor


@dataclass(frozen=True)
class Assigned:
    """What assigning did: people meant, enrolments made."""

    assignments: tuple[Assignment, ...]
    people: int
    enrolled: int


def assign_course(
    actor: Actor,
    course_id: UUID,
    *,
    partnership_id: UUID,
    user_id: UUID | None = None,
    job_functions: Sequence[JobFunction] = (),
    due_on: date | None = None,
    due_days: int | None = None,
    is_mailed: bool = True,
) -> Assigned:
    """Assign one course: see assign_courses."""
    return assign_courses(
        actor,
        [course_id],
        partnership_id=partnership_id,
        user_id=user_id,
        job_functions=job_functions,
        due_on=due_on,
        due_days=due_days,
        is_mailed=is_mailed,
    )


def assign_courses(
    actor: Actor,
    course_ids: Sequence[UUID],
    *,
    partnership_id: UUID,
    user_id: UUID | None = None,
    job_functions: Sequence[JobFunction] = (),
    due_on: date | None = None,
    due_days: int | None = None,
    is_mailed: bool = True,
) -> Assigned:
    """Assign courses to one person of a partnership, or to everybody of it (of some job functions).

    Everybody includes who joins later; `due_days` counts from the day somebody joins, for who is there
    from today. Who is at a course keeps their progress and gets the new due
    date; who has completed its newest version is left alone; who completed an earlier one is
    enrolled in the newest. Who is newly enrolled is told, unless not `is_mailed`. Doing it twice changes
    nothing. Raises NotFound for a partnership, person
    or course out of reach, DomainError for a due date in the past or no course.
    """
    partnership = get_partnership(actor, partnership_id, P.COURSE_ASSIGN)
    courses = check_assignment(actor, course_ids, due_on, due_days)
    functions = [JobFunction(each).value for each in job_functions] if user_id is None else []
    people = list_people(partnership, functions)
    if user_id is not None:
        people = [person for person in people if person.public_id == user_id]
        if not people:
            raise NotFound
    assignments = tuple(
        _assignment(actor, course, partnership, people[0] if user_id else None, functions, due_on, due_days)
        for course in courses
    )
    enrolled = 0
    due_now = due_on if due_days is None else today_of(actor) + timedelta(days=due_days)
    for course, assignment in zip(courses, assignments, strict=True):
        due = dict.fromkeys((person.user_id for person in people), due_now)
        enrolled += len(_enrol(assignment, course.id, partnership.id, due))
        record(
            actor,
            "course.assigned",
            assignment,
            facts={
                "course": course.course_public_id,
                "partnership": partnership.public_id,
                "people": len(people),
                "job_functions": functions,
                "due_on": due_on,
                **({"due_days": due_days} if due_days is not None else {}),
            },
            personal={"name": people[0].name} if user_id else {},
        )
        if is_mailed:
            announce(actor, "enrolments.made", assignment)
    return Assigned(assignments, len(people), enrolled)


def check_assignment(
    actor: Actor, course_ids: Sequence[UUID], due_on: date | None, due_days: int | None = None
) -> list[PublishedVersion]:
    """The newest versions of the courses, in one order for everybody.

    Raises NotFound where one is not published, DomainError for no course or a due date in the past.
    """
    check_due(actor, due_on, due_days)
    wanted = set(course_ids)
    if not wanted:
        message = _("Choose at least one course.")
        raise DomainError(message, {"courses": message})
    found = [course for course in list_published_versions(actor) if course.course_public_id in wanted]
    if len(found) < len(wanted):
        raise NotFound
    return sorted(found, key=lambda course: course.course_id)


def grant_attempt(actor: Actor, enrolment_id: UUID) -> Enrolment:
    """Give one more attempt to somebody who has none left. Raises NotFound, Conflict where they have."""
    enrolment = db.session.scalars(
        visible(select(Enrolment), actor, P.COURSE_ASSIGN)
        .where(Enrolment.public_id == enrolment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if enrolment is None:
        raise NotFound
    if enrolment.status is not EnrolmentStatus.FAILED:
        raise Conflict(_("There are attempts left."))
    enrolment.extra_attempts += 1
    enrolment.status = EnrolmentStatus.STARTED
    record(actor, "training.attempt_granted", enrolment, facts={"attempts_used": enrolment.attempts_used})
    return enrolment


# -- who joins later ---------------------------------------------------------------------------


def enrol_newcomer(actor: Actor, membership: Membership) -> int:
    """Enrol somebody who joined a partner in what everybody of the partnership is assigned.

    For the vendor served; returns how many enrolments were made. Two queries where there is nothing
    to do. A due date that has passed gives the newcomer as many days as everybody else had.
    """
    if membership.partner_id is None or membership.ended_at is not None or bound_vendor() is None:
        return 0
    partnership = db.session.scalars(
        select(Partnership).where(Partnership.partner_id == membership.partner_id)
    ).one_or_none()
    if partnership is None:
        return 0
    since = membership.joined_at or membership.started_at
    on_paths = enrol_on_paths(partnership, {membership.user_id: (membership.job_functions, since)})
    return on_paths + _enrol_by_assignments(
        partnership, {membership.user_id: tuple(membership.job_functions)}
    )


def enrol_people_of(actor: Actor, partnership: Partnership) -> int:
    """The same for everybody of a company that a partnership has just been linked to."""
    people = list_people(partnership)
    enrol_on_paths(partnership, {each.user_id: (each.job_functions, clock.now()) for each in people})
    return _enrol_by_assignments(partnership, {person.user_id: person.job_functions for person in people})


def enrol_by(
    partnership: Partnership, assignments: Sequence[Assignment], functions: dict[int, tuple[str, ...]]
) -> int:
    """Enrol people (user key → job functions) in what these assignments mean for them, where they are at
    none of it yet; who is keeps their date. Returns how many enrolments were made."""
    return _enrol_by_assignments(partnership, functions, assignments, is_date_kept=True)


def _enrol_by_assignments(
    partnership: Partnership,
    functions: dict[int, tuple[str, ...]],
    assignments: Sequence[Assignment] | None = None,
    *,
    is_date_kept: bool = False,
) -> int:
    if assignments is None:
        assignments = list_standing_assignments(partnership.id)
    if not assignments or not functions:
        return 0
    newest = list_newest_versions({assignment.course_id for assignment in assignments})
    vendor = db.session.get(Vendor, partnership.vendor_id)
    assert vendor is not None
    today = clock.today(vendor.time_zone)
    enrolled = 0
    # Of several assignments of one course, the latest that means somebody is the one that counts.
    meant: dict[int, dict[int, Assignment]] = {}
    for assignment in assignments:
        if assignment.course_id in newest:
            for user_key, own in functions.items():
                if fits(assignment.job_functions, own):
                    meant.setdefault(assignment.course_id, {})[user_key] = assignment
    enrolled = 0
    for course_key, by_user in meant.items():
        for assignment in dict.fromkeys(by_user.values()):
            due = {
                user_key: _due_for_newcomer(assignment, today, vendor.time_zone)
                for user_key, counting in by_user.items()
                if counting is assignment
            }
            version = newest[course_key].id
            enrolled += len(_enrol(assignment, version, partnership.id, due, is_date_kept=is_date_kept))
            announce(system_actor(vendor.id), "enrolments.made", assignment)
    return enrolled


def _due_for_newcomer(assignment: Assignment, today: date, zone: str) -> date | None:
    if assignment.due_days is not None:
        return today + timedelta(days=assignment.due_days)
    if assignment.due_on is None or assignment.due_on >= today:
        return assignment.due_on
    given = assignment.due_on - clock.to_zone(assignment.assigned_at, zone).date()
    return today + max(given, timedelta(days=1))


# -- parts -------------------------------------------------------------------------------------


def _assignment(
    actor: Actor,
    course: PublishedVersion,
    partnership: Partnership,
    person: Person | None,
    functions: list[str],
    due_on: date | None,
    due_days: int | None,
) -> Assignment:
    """The same assignment made again is the one that exists, with the new due date."""
    user_key = person.user_id if person else None
    alike = db.session.scalars(
        select(Assignment).where(
            Assignment.course_id == course.course_id,
            Assignment.partnership_id == partnership.id,
            Assignment.user_id.is_(None) if user_key is None else Assignment.user_id == user_key,
        )
    )
    for assignment in alike:
        if sorted(assignment.job_functions) == sorted(functions):
            assignment.due_on, assignment.due_days = due_on, due_days
            assignment.assigned_by_id, assignment.assigned_at = actor.user_id, clock.now()
            return assignment
    assignment = Assignment(
        vendor_id=actor.vendor_id,
        course_id=course.course_id,
        partnership_id=partnership.id,
        user_id=user_key,
        job_functions=functions,
        due_on=due_on,
        due_days=due_days,
        assigned_by_id=actor.user_id,
        assigned_at=clock.now(),
    )
    db.session.add(assignment)
    db.session.flush()
    return assignment


def _enrol(
    assignment: Assignment,
    version_key: int,
    partnership_key: int,
    due: dict[int, date | None],
    *,
    is_date_kept: bool = False,
) -> list[int]:
    """Enrol people (user key → due date) in a version, or set the due date where they are at it (unless it
    is kept).

    Returns who is newly enrolled.
    """
    latest = list_latest_enrolments([assignment.course_id], list(due))
    now = clock.now()
    rows = []
    at_it: dict[date | None, list[int]] = {}
    for user_key, due_on in due.items():
        enrolment = latest.get((user_key, assignment.course_id))
        if enrolment is not None and enrolment.status in OPEN:
            at_it.setdefault(due_on, []).append(enrolment.id)
        elif enrolment is None or enrolment.course_version_id != version_key:
            rows.append(
                {
                    "user_id": user_key,
                    "partnership_id": partnership_key,
                    "course_id": assignment.course_id,
                    "course_version_id": version_key,
                    "status": EnrolmentStatus.ASSIGNED,
                    "assignment_id": assignment.id,
                    "due_on": due_on,
                    "assigned_at": now,
                }
            )
    insert_enrolments(rows)
    for due_on, keys in at_it.items():
        if due_on is not None and not is_date_kept:
            db.session.execute(
                update(Enrolment)
                .where(Enrolment.id.in_(keys), Enrolment.status.in_(OPEN))
                .values(due_on=due_on, assignment_id=assignment.id)
                .execution_options(synchronize_session=False)
            )
    return [row["user_id"] for row in rows]
