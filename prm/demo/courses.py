"""Courses of the demo: their questions as the services take them, and the answers to each."""

from __future__ import annotations

import random
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from prm.accounts.models import JobFunction
from prm.demo.content import Ask
from prm.extensions import db
from prm.training.models import Choice, Course, Lesson, Question, QuestionKind


@dataclass(frozen=True)
class Taught:
    """A published course: what a learner needs to take it."""

    public_id: UUID
    lessons: tuple[UUID, ...]
    right: dict[str, str | list[str]]
    wrong: dict[str, str | list[str]]
    functions: frozenset[JobFunction]

    def half_right(self, seed: str) -> dict[str, str | list[str]]:
        """Answers of which the seed makes about half wrong, never fewer."""
        rng = random.Random(seed)
        keys = list(self.right)
        wrong = rng.sample(keys, rng.randint(-(-len(keys) // 2), len(keys)))
        return {key: self.wrong[key] if key in wrong else self.right[key] for key in keys}


def question_of(ask: Ask) -> dict[str, object]:
    """The arguments of `add_question`."""
    if ask.answer:
        return {
            "kind": QuestionKind.NUMERIC,
            "prompt": ask.prompt,
            "answer": ask.answer,
            "tolerance": ask.tolerance,
            "explanation": ask.explanation,
        }
    is_multiple = sum(right for _text, right in ask.choices) > 1
    return {
        "kind": QuestionKind.MULTIPLE if is_multiple else QuestionKind.SINGLE,
        "prompt": ask.prompt,
        "choices": ask.choices,
        "explanation": ask.explanation,
    }


def what_is_taught(course_id: int, version_id: int, functions: frozenset[JobFunction]) -> Taught:
    """What a learner needs to take a published version."""
    lessons = db.session.scalars(
        select(Lesson.public_id).where(Lesson.course_version_id == version_id).order_by(Lesson.position)
    ).all()
    right: dict[str, str | list[str]] = {}
    wrong: dict[str, str | list[str]] = {}
    for question in db.session.scalars(select(Question).where(Question.course_version_id == version_id)):
        key = str(question.public_id)
        if question.kind is QuestionKind.NUMERIC:
            right[key], wrong[key] = format(question.numeric_answer, "f"), "1"
            continue
        choices = db.session.scalars(select(Choice).where(Choice.question_id == question.id)).all()
        good = [str(c.public_id) for c in choices if c.is_correct]
        bad = [str(c.public_id) for c in choices if not c.is_correct]
        is_single = question.kind is QuestionKind.SINGLE
        right[key], wrong[key] = (good[0], bad[0]) if is_single else (good, bad)
    public_id = db.session.scalars(select(Course.public_id).where(Course.id == course_id)).one()
    return Taught(public_id, tuple(lessons), right, wrong, functions)
