"""The placement test: a version's quiz taken once before its lessons, to complete the course without them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from prm.access import Actor
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.journal.services import record
from prm.training.models import CourseVersion, Enrolment, LessonProgress
from prm.training.models.placement import PlacementTest
from prm.training.queries.counting import count_questions
from prm.training.queries.learning import OPEN
from prm.training.queries.placement import find_placement, placement_percent
from prm.training.queries.quiz import get_rules, list_items
from prm.training.queries.redoing import find_delta
from prm.training.scoring import score_answers
from prm.training.services.learning import begin, lock_enrolment, write_completion
from prm.training.services.sittings import is_over, keep_answers, merge_answers, read_answers


def start_placement(actor: Actor, enrolment_id: UUID) -> PlacementTest:
    """Begin the placement test, or return the one that is being taken.

    Raises NotFound where the version offers none; Conflict where it was taken, or lessons or the quiz
    are begun.
    """
    enrolment = lock_enrolment(actor, enrolment_id)
    percent = placement_percent(enrolment.course_version_id)
    if percent is None or not count_questions(enrolment.course_version_id):
        raise NotFound
    test = find_placement(enrolment.id)
    if test is not None and test.submitted_at is not None:
        raise Conflict(_taken())
    _check_before_lessons(enrolment)
    if test is not None:
        return test
    now = clock.now()
    limit = get_rules(enrolment.course_version_id).time_limit_minutes
    mark = db.session.get_one(CourseVersion, enrolment.course_version_id).pass_mark
    test = PlacementTest(
        vendor_id=enrolment.vendor_id,
        enrolment_id=enrolment.id,
        seed=secrets.token_hex(16),
        needed_percent=max(percent, mark),
        started_at=now,
        ends_at=now + timedelta(minutes=limit) if limit else None,
        answers={},
        flagged=[],
    )
    db.session.add(test)
    begin(enrolment)
    db.session.flush()
    record(
        actor,
        "placement.started",
        test,
        facts={"enrolment": enrolment.public_id, "needed_percent": test.needed_percent},
    )
    return test


def save_placement(
    actor: Actor,
    enrolment_id: UUID,
    answers: Mapping[str, object],
    flags: Mapping[str, bool] | None = None,
) -> PlacementTest:
    """Keep what was put in so far, as services.save_answers does.

    Raises NotFound; DomainError for a choice that is not offered; Conflict where the test is over.
    """
    enrolment = lock_enrolment(actor, enrolment_id)
    test = _open_test(enrolment)
    keep_answers(test, enrolment.course_version_id, answers, flags or {})
    return test


def submit_placement(
    actor: Actor, enrolment_id: UUID, answers: Mapping[str, object], *, accepts_gaps: bool = False
) -> PlacementTest:
    """Take the one placement test with what was saved and these answers; who passes has the course completed.

    Past its end the answers do not count: what was saved does. No attempt of the quiz is used. Raises
    NotFound; Conflict where it was taken, or lessons or the quiz were begun meanwhile; DomainError with a
    field per unanswered question, which takes nothing, unless `accepts_gaps`.
    """
    enrolment = lock_enrolment(actor, enrolment_id)
    test = _open_test(enrolment)
    items = list_items(enrolment.course_version_id, test.seed)
    is_late = is_over(test)
    if not is_late:
        merge_answers(test, {item.id: item for item in items}, answers)
    _kept, missing = read_answers(items, test.answers)
    if missing and not (accepts_gaps or is_late):
        raise DomainError(_("Every question needs an answer. The test was not taken."), missing)
    _finish(actor, enrolment, test)
    return test


def close_expired_placement(actor: Actor, test_key: int) -> None:
    """Take a placement test (by key) whose time is up with what was saved; nothing where it was taken."""
    found = db.session.get(PlacementTest, test_key)
    if found is None:
        return
    enrolment = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.id == found.enrolment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    test = find_placement(enrolment.id)
    if test is None or test.submitted_at is not None or not is_over(test):
        return
    try:
        _check_before_lessons(enrolment)
    except Conflict:
        test.submitted_at = clock.now()  # it counts for nothing any more
        return
    _finish(actor, enrolment, test)


# -- parts -------------------------------------------------------------------------------------


def _taken() -> str:
    return _("The placement test was taken: there is one try.")


def _open_test(enrolment: Enrolment) -> PlacementTest:
    test = find_placement(enrolment.id)
    if test is None:
        raise NotFound
    if test.submitted_at is not None:
        raise Conflict(_taken())
    _check_before_lessons(enrolment)
    return test


def _check_before_lessons(enrolment: Enrolment) -> None:
    """Raises Conflict where there is more than the placement test between somebody and the course."""
    lessons = db.session.execute(
        select(func.count(LessonProgress.id)).where(LessonProgress.enrolment_id == enrolment.id)
    ).scalar_one()
    is_begun = lessons > 0 or enrolment.attempts_used > 0 or find_delta(enrolment.id) is not None
    if enrolment.status not in OPEN or is_begun:
        raise Conflict(_("The placement test is for before the lessons. Go on with the course."))


def _finish(actor: Actor, enrolment: Enrolment, test: PlacementTest) -> None:
    """Take the test and score it. The enrolment is locked."""
    items = list_items(enrolment.course_version_id, test.seed)
    kept, _missing = read_answers(items, test.answers)
    score = score_answers([item.key for item in items], kept)
    db.session.flush()
    open_test = PlacementTest.id == test.id, PlacementTest.submitted_at.is_(None)
    claim(update(PlacementTest).where(*open_test).values(submitted_at=clock.now()), _taken())
    db.session.refresh(test, ["submitted_at"])
    test.correct, test.questions, test.score_percent = len(score.right), score.questions, score.percent
    test.has_passed = score.reaches(test.needed_percent)
    db.session.flush()
    record(
        actor,
        "placement.attempted",
        test,
        facts={
            "enrolment": enrolment.public_id,
            "score_percent": test.score_percent,
            "needed_percent": test.needed_percent,
            "has_passed": test.has_passed,
        },
    )
    if test.has_passed:
        write_completion(actor, enrolment, test.score_percent, is_by_placement=True)
