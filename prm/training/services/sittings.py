"""Taking a quiz: starting, saving as one goes, handing in, and handing in when time is up."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import func, insert, or_, select, update

from prm.access import Actor
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.journal.services import record
from prm.training.items import CHOICE_KINDS, Item
from prm.training.models import Attempt, CourseVersion, Enrolment, EnrolmentStatus
from prm.training.models.assessment import AttemptItem, QuizSitting
from prm.training.models.kinds import QuestionKind
from prm.training.models.placement import PlacementTest
from prm.training.queries.counting import count_questions
from prm.training.queries.learning import OPEN
from prm.training.queries.quiz import find_open_sitting, get_rules, list_items
from prm.training.scoring import Answer, read_answer, score_answers
from prm.training.services.learning import begin, complete_if_done, is_passed, is_quiz_open, lock_enrolment
from prm.training.wording import clean_text

# How long after the end answers are still taken: the network's time, not the person's.
GRACE = timedelta(seconds=20)
Taken = QuizSitting | PlacementTest
LONGEST_ANSWER = 1000
MOST_PARTS = 40


def start_quiz(actor: Actor, enrolment_id: UUID) -> QuizSitting:
    """Begin the next attempt, or return the one that is being taken.

    Beginning takes no attempt: handing in does, or the end of the time. Raises NotFound; Conflict where
    no attempt is left, lessons are still to do, the quiz is passed, or it is too early for another try.
    """
    return _start(actor, lock_enrolment(actor, enrolment_id))


def _start(actor: Actor, enrolment: Enrolment) -> QuizSitting:
    version = _version(enrolment)
    _check_open(enrolment, version)
    sitting = find_open_sitting(enrolment.id)
    if sitting is not None:
        return sitting
    rules = get_rules(version.id)
    now = clock.now()
    earliest = next_start(enrolment.id, rules.wait_minutes)
    if earliest is not None and now < earliest:
        raise Conflict(_("You can try again from %(when)s.", when=format_datetime(earliest, "short")))
    limit = rules.time_limit_minutes
    sitting = QuizSitting(
        vendor_id=enrolment.vendor_id,
        enrolment_id=enrolment.id,
        number=enrolment.attempts_used + 1,
        seed=secrets.token_hex(16),
        started_at=now,
        ends_at=now + timedelta(minutes=limit) if limit else None,
        answers={},
        flagged=[],
    )
    db.session.add(sitting)
    begin(enrolment)
    db.session.flush()
    record(
        actor,
        "quiz.started",
        sitting,
        facts={
            "enrolment": enrolment.public_id,
            "number": sitting.number,
            "ends_at": sitting.ends_at.isoformat() if sitting.ends_at else None,
        },
    )
    return sitting


def next_start(enrolment_key: int, wait_minutes: int) -> datetime | None:
    """From when on the next attempt may begin; None: at once."""
    if not wait_minutes:
        return None
    latest = db.session.scalar(
        select(func.max(Attempt.submitted_at)).where(Attempt.enrolment_id == enrolment_key)
    )
    return None if latest is None else latest + timedelta(minutes=wait_minutes)


def is_over(sitting: Taken) -> bool:
    """Whether the sitting's time is up, the network's share included."""
    return sitting.ends_at is not None and clock.now() > sitting.ends_at + GRACE


def save_answers(
    actor: Actor,
    enrolment_id: UUID,
    answers: Mapping[str, object],
    *,
    number: int,
    flags: Mapping[str, bool] | None = None,
) -> QuizSitting:
    """Keep what was put in so far; what is not named stays as it is, and None takes an answer back.

    `flags` says by question id whether the person means to come back to it. Takes no attempt. Raises
    NotFound; DomainError for a choice that the question does not offer; Conflict where that attempt is
    not being taken any more, or its time is up.
    """
    enrolment = lock_enrolment(actor, enrolment_id)
    sitting = find_open_sitting(enrolment.id)
    if sitting is None or sitting.number != number:
        raise Conflict(_("This attempt is over: its answers were already sent."))
    keep_answers(sitting, enrolment.course_version_id, answers, flags or {})
    return sitting


def keep_answers(
    taken: Taken, version_key: int, answers: Mapping[str, object], flags: Mapping[str, bool]
) -> None:
    """Keep answers and flags of what is being taken. Raises Conflict past its end, else as save_answers."""
    if is_over(taken):
        raise Conflict(_("The time is up. What was saved until then counts."))
    asked = {item.id: item for item in list_items(version_key, taken.seed)}
    merge_answers(taken, asked, answers)
    flagged = set(taken.flagged)
    for question_id, is_flagged in flags.items():
        if question_id in asked:
            (flagged.add if is_flagged else flagged.discard)(question_id)
    taken.flagged = sorted(flagged)
    taken.saved_at = clock.now()
    db.session.flush()


def submit_attempt(
    actor: Actor,
    enrolment_id: UUID,
    answers: Mapping[str, object],
    *,
    number: int | None = None,
    accepts_gaps: bool = False,
) -> Attempt:
    """Take one attempt with what was saved and these answers, and score it.

    `answers` maps question ids (text) to a choice's id, several choices' ids, a number or a short text,
    {id: place} of what is put in order, {id: id} of what is matched. Past the sitting's end they do not
    count: what was saved does. `number` is the attempt the person was shown: sent twice, it is taken
    once. Raises NotFound; Conflict where no attempt is left, lessons are still to do, the quiz is
    passed, or that number was taken; DomainError with a field per unanswered question, which takes no
    attempt, unless `accepts_gaps`.
    """
    enrolment = lock_enrolment(actor, enrolment_id)
    if number is not None and enrolment.attempts_used >= number:
        raise Conflict(_("No attempt is left, or this one was already submitted."))
    sitting = _start(actor, enrolment)
    items = list_items(enrolment.course_version_id, sitting.seed)
    is_late = is_over(sitting)
    if not is_late:
        merge_answers(sitting, {item.id: item for item in items}, answers)
    kept, missing = read_answers(items, sitting.answers)
    if missing and not (accepts_gaps or is_late):
        raise DomainError(_("Every question needs an answer. No attempt was used."), missing)
    return _finish(actor, enrolment, sitting, items, kept)


def close_expired(actor: Actor, sitting_key: int) -> Attempt | None:
    """Hand in what was saved of a sitting (by key) whose time is up. None where that was done already."""
    found = db.session.get(QuizSitting, sitting_key)
    if found is None:
        return None
    enrolment = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.id == found.enrolment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    sitting = find_open_sitting(enrolment.id)
    if sitting is None or sitting.id != sitting_key or not is_over(sitting):
        return None
    if enrolment.status not in OPEN or is_passed(enrolment):
        sitting.submitted_at = clock.now()  # it counts for nothing any more
        return None
    items = list_items(enrolment.course_version_id, sitting.seed)
    kept, _missing = read_answers(items, sitting.answers)
    return _finish(actor, enrolment, sitting, items, kept)


# -- parts -------------------------------------------------------------------------------------


def _version(enrolment: Enrolment) -> CourseVersion:
    return db.session.scalars(
        select(CourseVersion).where(CourseVersion.id == enrolment.course_version_id)
    ).one()


def _check_open(enrolment: Enrolment, version: CourseVersion) -> None:
    if not count_questions(version.id):
        raise NotFound
    if enrolment.status is EnrolmentStatus.COMPLETED or is_passed(enrolment):
        raise Conflict(_("You have already passed this quiz."))
    if not is_quiz_open(enrolment):
        raise Conflict(_("Do every lesson first: then the quiz opens."))
    limit = version.max_attempts
    if enrolment.status not in OPEN or (
        limit is not None and enrolment.attempts_used >= limit + enrolment.extra_attempts
    ):
        raise Conflict(_("No attempt is left, or this one was already submitted."))


def merge_answers(sitting: Taken, asked: Mapping[str, Item], answers: Mapping[str, object]) -> None:
    """Take over what was put in, as it was: of questions that are asked, and not without end."""
    merged = dict(sitting.answers)
    for question_id, given in answers.items():
        if question_id not in asked:
            continue
        kept = _bounded(given)
        if _is_foreign(asked[question_id], kept):
            message = _("Choose one of the answers that are offered.")
            raise DomainError(message, {question_id: message})
        if kept in (None, "", [], {}):
            merged.pop(question_id, None)
        else:
            merged[question_id] = kept
    sitting.answers = merged


def _is_foreign(item: Item, kept: Any) -> bool:
    """Whether what was put in names something that the question does not offer."""
    offered = {option.id for option in item.options}
    if isinstance(kept, dict):
        targets = {target.id for target in item.targets}
        is_matching = item.kind is QuestionKind.MATCHING
        return not offered.issuperset(kept) or (is_matching and not targets.issuperset(kept.values()))
    if item.kind in CHOICE_KINDS and kept:
        return not offered.issuperset([kept] if isinstance(kept, str) else kept)
    return False


def _bounded(given: object) -> Any:
    if isinstance(given, Mapping):
        pairs = list(given.items())[:MOST_PARTS]
        return {_text(key): _text(value) for key, value in pairs if value not in (None, "")}
    if isinstance(given, list | tuple | set | frozenset):
        return [_text(each) for each in list(given)[:MOST_PARTS]]
    return None if given is None else _text(given)


def _text(value: object) -> str:
    return clean_text(str(value)).strip()[:LONGEST_ANSWER]


def read_answers(
    items: Sequence[Item], answers: Mapping[str, object]
) -> tuple[dict[str, Answer], dict[str, str]]:
    """(what is answered, what is missing, by question id)"""
    kept: dict[str, Answer] = {}
    missing: dict[str, str] = {}
    for item in items:
        given = answers.get(item.id)
        answer = read_answer(item.key, given)
        if answer is not None:
            kept[item.id] = answer
        else:
            missing[item.id] = _what_is_missing(item, given)
    return kept, missing


def _what_is_missing(item: Item, given: object) -> str:
    if item.kind is QuestionKind.NUMERIC and str(given or "").strip():
        return _("Enter a number such as 3.5, without thousands separators.")
    if item.kind is QuestionKind.ORDERING and given:
        return _("Give each line a place of its own.")
    if item.kind is QuestionKind.MATCHING and given:
        return _("Choose something for each line.")
    return _("Answer this question.")


def _finish(
    actor: Actor,
    enrolment: Enrolment,
    sitting: QuizSitting,
    items: Sequence[Item],
    kept: Mapping[str, Answer],
) -> Attempt:
    """Take the attempt and score it. The enrolment is locked."""
    version = _version(enrolment)
    _claim_attempt(enrolment, version, sitting.number)
    score = score_answers([item.key for item in items], kept)
    attempt = Attempt(
        vendor_id=enrolment.vendor_id,
        enrolment_id=enrolment.id,
        number=enrolment.attempts_used,
        submitted_at=clock.now(),
        answers=dict(kept),
        correct=len(score.right),
        questions=score.questions,
        score_percent=score.percent,
        has_passed=score.reaches(version.pass_mark),
    )
    db.session.add(attempt)
    sitting.submitted_at = attempt.submitted_at
    limit = version.max_attempts
    is_last = limit is not None and enrolment.attempts_used >= limit + enrolment.extra_attempts
    if not attempt.has_passed and is_last:
        enrolment.status = EnrolmentStatus.FAILED
    db.session.flush()
    _keep_items(attempt, items, kept, score.right)
    record(
        actor,
        "training.attempted",
        attempt,
        facts={
            "enrolment": enrolment.public_id,
            "number": attempt.number,
            "score_percent": attempt.score_percent,
            "has_passed": attempt.has_passed,
        },
    )
    if attempt.has_passed:
        complete_if_done(actor, enrolment)
    return attempt


def _keep_items(
    attempt: Attempt, items: Sequence[Item], kept: Mapping[str, Answer], right: frozenset[str]
) -> None:
    """A row per question: what statistics are made of."""
    db.session.execute(
        insert(AttemptItem),
        [
            {
                "attempt_id": attempt.id,
                "place": place,
                "question_id": item.own_key,
                "question_version_id": item.bank_key,
                "answer": kept.get(item.id),
                "is_right": item.id in right,
            }
            for place, item in enumerate(items, 1)
        ],
    )


def _claim_attempt(enrolment: Enrolment, version: CourseVersion, number: int) -> None:
    """Take one attempt; raises Conflict where none is left or that number is taken."""
    free = Enrolment.attempts_used < (version.max_attempts or 0) + Enrolment.extra_attempts
    statement = (
        update(Enrolment)
        .where(
            Enrolment.id == enrolment.id,
            Enrolment.status.in_(OPEN),
            Enrolment.attempts_used == number - 1,
            or_(version.max_attempts is None, free),
        )
        .values(attempts_used=Enrolment.attempts_used + 1)
    )
    claim(statement, _("No attempt is left, or this one was already submitted."))
    db.session.refresh(enrolment, ["attempts_used"])
