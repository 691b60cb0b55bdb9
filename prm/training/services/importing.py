"""Evidence from other systems: written and taken back for imports, row by row counted by them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from prm.access import Actor, require
from prm.extensions import db
from prm.infra import clock
from prm.permissions import P
from prm.training.models import Completion, Enrolment, EnrolmentStatus
from prm.training.models.changes import DeltaEnrolment
from prm.training.models.imported import ExternalCertificate, ImportedCompletion
from prm.training.models.paths import PathCompletion, PathEnrolment, PathStatus, PathStep, PathVersion
from prm.training.queries.paths import first_completions, list_steps
from prm.training.services.path_following import advance


@dataclass(frozen=True)
class Done:
    """A completion as another system tells of it; everything by key."""

    user_key: int
    partnership_key: int | None
    course_key: int
    version_key: int
    completed_at: datetime
    score_percent: int | None


def import_completion(actor: Actor, done: Done, enrolment: Enrolment | None, source: str) -> Completion:
    """Write a completion with where it came from; `enrolment` is the person's in that version, if any."""
    require(actor, P.IMPORT_RUN)
    if enrolment is None:
        enrolment = Enrolment(
            vendor_id=actor.vendor_id,
            user_id=done.user_key,
            partnership_id=done.partnership_key,
            course_id=done.course_key,
            course_version_id=done.version_key,
            assigned_at=done.completed_at,
        )
        db.session.add(enrolment)
    enrolment.status = EnrolmentStatus.COMPLETED
    db.session.flush()
    completion = Completion(
        vendor_id=actor.vendor_id,
        enrolment_id=enrolment.id,
        user_id=done.user_key,
        partnership_id=enrolment.partnership_id,
        course_id=done.course_key,
        course_version_id=done.version_key,
        completed_at=done.completed_at,
        score_percent=done.score_percent,
    )
    db.session.add(completion)
    db.session.flush()
    db.session.add(
        ImportedCompletion(
            vendor_id=actor.vendor_id, completion_id=completion.id, source=source, imported_at=clock.now()
        )
    )
    return completion


def follow_imported(actor: Actor, user_keys: Collection[int], course_keys: Collection[int]) -> None:
    """Go on with the paths of people whose completions of these courses were imported."""
    advance(actor, _on_paths(user_keys, course_keys, PathStatus.OPEN, PathStatus.EXCUSED))


def withdraw_completions(actor: Actor, completion_keys: Sequence[int]) -> None:
    """Take imported completions back, with the paths that only they completed."""
    require(actor, P.IMPORT_RUN)
    rows = list(db.session.scalars(select(Completion).where(Completion.id.in_(completion_keys))))
    users, courses = {row.user_id for row in rows}, {row.course_id for row in rows}
    for model in (ImportedCompletion, Completion):
        column = model.completion_id if model is ImportedCompletion else model.id
        db.session.execute(
            delete(model).where(column.in_(completion_keys)).execution_options(synchronize_session=False)
        )
    for row in rows:
        db.session.expunge(row)
    reopened = _on_paths(users, courses, PathStatus.COMPLETED)
    steps = list_steps({each.path_version_id for each in reopened})
    for each in reopened:
        wanted = [step.course_key for step in steps.get(each.path_version_id, ())]
        counts = db.session.get_one(PathVersion, each.path_version_id).accepts_placement
        if len(first_completions([each.user_id], wanted, counts_placement=counts)) < len(wanted):
            each.status = PathStatus.OPEN
            db.session.execute(
                delete(PathCompletion)
                .where(
                    PathCompletion.user_id == each.user_id,
                    PathCompletion.path_version_id == each.path_version_id,
                )
                .execution_options(synchronize_session=False)
            )
    db.session.flush()


def list_redone(completion_keys: Sequence[int]) -> list[int]:
    """Which of the completions (by key) somebody redoes the changes of: they cannot be taken back."""
    return list(
        db.session.scalars(
            select(DeltaEnrolment.completion_id).where(DeltaEnrolment.completion_id.in_(completion_keys))
        )
    )


def restore_enrolments(before: Sequence[tuple[int, EnrolmentStatus | None]]) -> None:
    """Set enrolments (by key) back to the status they had; those that were made (None) go."""
    made = [key for key, status in before if status is None]
    db.session.execute(
        delete(Enrolment).where(Enrolment.id.in_(made)).execution_options(synchronize_session=False)
    )
    for status in {each for _key, each in before if each is not None}:
        keys = [key for key, each in before if each is status]
        db.session.execute(
            update(Enrolment)
            .where(Enrolment.id.in_(keys))
            .values(status=status)
            .execution_options(synchronize_session=False)
        )


def import_external_certificates(actor: Actor, rows: Sequence[dict[str, object]]) -> None:
    """Write certificates that others issued."""
    require(actor, P.IMPORT_RUN)
    if rows:
        db.session.execute(insert(ExternalCertificate), list(rows))


def _on_paths(
    user_keys: Collection[int], course_keys: Collection[int], *statuses: PathStatus
) -> list[PathEnrolment]:
    if not user_keys:
        return []
    return list(
        db.session.scalars(
            select(PathEnrolment)
            .where(
                PathEnrolment.status.in_(statuses),
                PathEnrolment.user_id.in_(user_keys),
                PathEnrolment.path_version_id.in_(
                    select(PathStep.path_version_id).where(PathStep.course_id.in_(course_keys))
                ),
            )
            .order_by(PathEnrolment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
