"""What follows for learners when two partnerships turn out to be one, and when they are taken apart."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from prm.access import Actor
from prm.accounts.models import Membership
from prm.extensions import db
from prm.infra import clock
from prm.partners.models import MoveKind, Partnership
from prm.partners.queries import merges
from prm.partners.services.merging import note_made
from prm.training.models import (
    Assignment,
    Attempt,
    Completion,
    Enrolment,
    EnrolmentStatus,
    LessonProgress,
)
from prm.training.models.paths import PathEnrolment, PathStatus
from prm.training.queries.assignments import list_people, list_standing_assignments
from prm.training.queries.learning import OPEN
from prm.training.services.assigning import enrol_by
from prm.training.services.path_assigning import enrol_on_paths


def enrol_merged(actor: Actor, survivor: Partnership) -> int:
    """Enrol those who came in what the survivor is assigned, and its own people in what came with them.

    Who is at a course already keeps their progress and date. Returns how many enrolments were made.
    """
    merge = merges.find_merge_into(survivor)
    if merge is None or merge.unmerged_at is not None:
        return 0
    assignments = list_standing_assignments(survivor.id)
    moved = merges.rows_of_merge(merge, MoveKind.MOVED, Assignment)
    people = {person.user_id: person.job_functions for person in list_people(survivor)}
    came = set(people)
    if merge.survivor_partner_id is not None:
        made = merges.rows_of_merge(merge, MoveKind.MADE, Membership)
        came = set(db.session.scalars(select(Membership.user_id).where(Membership.id.in_(made))))
    before = _keys_of(list(people))
    enrolled = enrol_by(
        survivor,
        [assignment for assignment in assignments if assignment.id not in moved],
        {key: functions for key, functions in people.items() if key in came},
    )
    enrolled += enrol_by(
        survivor,
        [assignment for assignment in assignments if assignment.id in moved],
        {key: functions for key, functions in people.items() if key not in came},
    )
    on_paths = _path_keys_of(list(people))
    since = clock.now()
    enrol_on_paths(survivor, {key: (functions, since) for key, functions in people.items()})
    note_made(merge, PathEnrolment, sorted(_path_keys_of(list(people)) - on_paths))
    note_made(merge, Enrolment, sorted(_keys_of(list(people)) - before))
    return enrolled


def part_enrolments(actor: Actor, survivor: Partnership) -> None:
    """Take back what enrol_merged() made, when the merge is taken apart.

    What nobody began goes. What somebody began or completed stays theirs; a course still open is no
    longer due, since nobody assigns it any more.
    """
    merge = merges.find_merge_into(survivor)
    if merge is None or merge.unmerged_at is None:
        return
    on_paths = merges.rows_of_merge(merge, MoveKind.MADE, PathEnrolment)
    db.session.execute(
        delete(PathEnrolment)
        .where(PathEnrolment.id.in_(on_paths), PathEnrolment.status == PathStatus.OPEN)
        .execution_options(synchronize_session=False)
    )
    made = list(merges.rows_of_merge(merge, MoveKind.MADE, Enrolment))
    begun = (
        select(model.enrolment_id).where(model.enrolment_id.in_(made))
        for model in (LessonProgress, Attempt, Completion)
    )
    untouched = Enrolment.status == EnrolmentStatus.ASSIGNED
    for keys in begun:
        untouched &= Enrolment.id.not_in(keys)
    db.session.execute(
        delete(Enrolment)
        .where(Enrolment.id.in_(made), untouched)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(Enrolment)
        .where(Enrolment.id.in_(made), Enrolment.status.in_(OPEN))
        .values(assignment_id=None, due_on=None)
        .execution_options(synchronize_session=False)
    )
    absorbed = db.session.get_one(Partnership, merge.absorbed_id)
    back = [person.user_id for person in list_people(absorbed)]
    db.session.execute(
        update(Enrolment)
        .where(Enrolment.id.in_(made), Enrolment.user_id.in_(back))
        .values(partnership_id=absorbed.id)
        .execution_options(synchronize_session=False)
    )


def _keys_of(user_keys: list[int]) -> set[int]:
    return set(db.session.scalars(select(Enrolment.id).where(Enrolment.user_id.in_(user_keys))))


def _path_keys_of(user_keys: list[int]) -> set[int]:
    return set(db.session.scalars(select(PathEnrolment.id).where(PathEnrolment.user_id.in_(user_keys))))
