"""What learners' answers say about the questions of a version: for authors only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from prm.extensions import db
from prm.training.items import CHOICE_KINDS, Item
from prm.training.models import Attempt, CourseVersion, Enrolment, Question
from prm.training.models.assessment import AttemptItem, BankQuestionVersion, QuizDraw
from prm.training.queries.courses import list_choices
from prm.training.queries.quiz import item_of_bank, item_of_question
from prm.training.statistics import (
    Answered,
    Chosen,
    Flag,
    ItemFigures,
    TestFigures,
    describe_item,
    describe_test,
    gives_away,
)


@dataclass(frozen=True)
class ItemReport:
    """A question and what its answers say; `choices` are (text, is right, figures)."""

    item: Item
    figures: ItemFigures
    flags: tuple[Flag, ...]
    choices: tuple[tuple[str, bool, Chosen], ...]
    bank_id: UUID | None


@dataclass(frozen=True)
class Near:
    """A result that lies so near the pass mark that the next try might have fallen on the other side."""

    enrolment_key: int
    user_key: int
    score_percent: int
    has_passed: bool


@dataclass(frozen=True)
class QuizReport:
    figures: TestFigures
    items: tuple[ItemReport, ...]
    near: tuple[Near, ...]

    @property
    def flagged(self) -> int:
        return sum(bool(item.flags) for item in self.items)


@dataclass(frozen=True)
class _Row:
    attempt: int
    ref: tuple[str, int]
    answer: Any
    is_right: bool


def get_quiz_report(version: CourseVersion) -> QuizReport:
    """The figures of a version's quiz, from the first attempt of each person. Constant queries.

    The caller made sure that the person may see them.
    """
    attempts = db.session.execute(
        select(Attempt.id, Attempt.score_percent, Attempt.has_passed, Enrolment.id, Enrolment.user_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.course_version_id == version.id, Attempt.number == 1)
        .order_by(Attempt.submitted_at, Attempt.id)
    ).all()
    rows = [
        _Row(attempt, ("own", own) if own is not None else ("bank", bank), answer, is_right)
        for attempt, own, bank, answer, is_right in db.session.execute(
            select(
                AttemptItem.attempt_id, AttemptItem.question_id, AttemptItem.question_version_id,
                AttemptItem.answer, AttemptItem.is_right,
            )
            .join(Attempt, Attempt.id == AttemptItem.attempt_id)
            .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
            .where(Enrolment.course_version_id == version.id, Attempt.number == 1)
            .order_by(Attempt.submitted_at, Attempt.id, AttemptItem.place)
        )
    ]  # fmt: skip
    marks: dict[int, dict[str, bool]] = {}
    for row in rows:
        marks.setdefault(row.attempt, {})[f"{row.ref[0]}{row.ref[1]}"] = row.is_right
    draws = select(func.count(QuizDraw.id)).where(QuizDraw.course_version_id == version.id)
    is_drawn = db.session.execute(draws).scalar_one() > 0
    figures = describe_test(list(marks.values()), version.pass_mark, is_drawn=is_drawn)
    near = [
        Near(enrolment, user, score, has_passed)
        for _key, score, has_passed, enrolment, user in attempts
        if figures.error is not None and abs(score - version.pass_mark) <= figures.error
    ]
    return QuizReport(figures, tuple(_items(rows, marks)), tuple(near))


def _items(rows: Sequence[_Row], marks: dict[int, dict[str, bool]]) -> list[ItemReport]:
    answers: dict[tuple[str, int], list[Answered]] = {}
    totals = {attempt: (sum(each.values()), len(each)) for attempt, each in marks.items()}
    for row in rows:
        right, asked = totals[row.attempt]
        rest = (right - row.is_right) / (asked - 1) if asked > 1 else None
        answers.setdefault(row.ref, []).append(Answered(row.attempt, row.is_right, rest, _picked(row.answer)))
    items, bank_ids = _load(list(answers))
    reports = [_report(items[ref], answers[ref], bank_ids.get(ref)) for ref in answers if ref in items]
    # What needs a look first; then the hardest first.
    return sorted(reports, key=lambda report: (not report.flags, report.figures.difficulty, report.item.id))


def _picked(answer: Any) -> tuple[str, ...]:
    if isinstance(answer, str):
        return (answer,)
    return tuple(str(each) for each in answer) if isinstance(answer, list) else ()


def _load(refs: Sequence[tuple[str, int]]) -> tuple[dict[tuple[str, int], Item], dict[tuple[str, int], UUID]]:
    own = [key for kind, key in refs if kind == "own"]
    bank = [key for kind, key in refs if kind == "bank"]
    choices = list_choices(own)
    items: dict[tuple[str, int], Item] = {
        ("own", question.id): item_of_question(question, choices.get(question.id, []))
        for question in db.session.scalars(select(Question).where(Question.id.in_(own)))
    }
    bank_ids = {}
    for version in db.session.scalars(select(BankQuestionVersion).where(BankQuestionVersion.id.in_(bank))):
        items["bank", version.id] = item_of_bank(version)
        bank_ids["bank", version.id] = version.public_id
    return items, bank_ids


def _report(item: Item, answers: Sequence[Answered], bank_id: UUID | None) -> ItemReport:
    has_choices = item.kind in CHOICE_KINDS
    texts = {option.id: option.text for option in item.options} if has_choices else {}
    figures = describe_item(answers, list(texts), item.right)
    flags = [*figures.flags, *([Flag.GIVES_AWAY] if gives_away(texts, item.right) else [])]
    return ItemReport(
        item,
        figures,
        tuple(sorted(flags, key=list(Flag).index)),
        tuple((texts[each.id], each.id in item.right, each) for each in figures.choices),
        bank_id,
    )
