"""What is right: keys, answers, scores. Plain values; the only place that compares them.

All or nothing per question. A multiple choice is right when exactly the right choices are ticked,
a number when it lies within the tolerance of the key, compared as exact decimals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from prm.training.models import QuestionKind

Answer = str | list[str]

_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:[.,]\d{0,10})?|[.,]\d{1,10})")
_SPACES = dict.fromkeys(map(ord, " \t\u00a0\u2009\u202f"))


@dataclass(frozen=True)
class Key:
    """What answers a question: the right choices' ids, or a number and its tolerance."""

    question_id: str
    kind: QuestionKind
    choices: frozenset[str] = frozenset()
    right: frozenset[str] = frozenset()
    number: Decimal | None = None
    tolerance: Decimal = Decimal(0)


@dataclass(frozen=True)
class Score:
    """`percent` is rounded down, so that it never shows a pass mark that was not reached."""

    right: frozenset[str]
    questions: int

    @property
    def percent(self) -> int:
        return 100 * len(self.right) // self.questions if self.questions else 0

    def reaches(self, pass_mark: int) -> bool:
        return 100 * len(self.right) >= pass_mark * self.questions


def parse_number(text: str) -> Decimal | None:
    """A number as people of any locale write it: point or comma before the decimals, no grouping.

    None where it is none, has more than 20 digits before or 10 after, or an exponent.
    """
    if len(text) > 60:
        return None
    text = text.translate(_SPACES).replace("\u2212", "-")
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def read_answer(key: Key, given: object) -> Answer | None:
    """The answer in the form it is kept in, or None where the question is not answered.

    A choice that is not the question's own is no answer.
    """
    if key.kind is QuestionKind.NUMERIC:
        number = parse_number(str(given)) if given is not None else None
        return None if number is None else format(number, "f")
    wanted = given if isinstance(given, list | tuple | set | frozenset) else [given]
    chosen = sorted({str(each) for each in wanted if each is not None and str(each)})
    if not chosen or not key.choices.issuperset(chosen):
        return None
    if key.kind is QuestionKind.SINGLE:
        return chosen[0] if len(chosen) == 1 else None
    return chosen


def is_right(key: Key, answer: Answer | None) -> bool:
    """Whether a kept answer is right."""
    if answer is None:
        return False
    if key.kind is QuestionKind.NUMERIC:
        if key.number is None or not isinstance(answer, str):
            return False
        return abs(Decimal(answer) - key.number) <= key.tolerance
    return frozenset([answer] if isinstance(answer, str) else answer) == key.right


def score_answers(keys: Sequence[Key], answers: Mapping[str, Answer]) -> Score:
    """How many questions the answers (by question id) get right."""
    right = frozenset(key.question_id for key in keys if is_right(key, answers.get(key.question_id)))
    return Score(right, len(keys))
