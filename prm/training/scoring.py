"""What is right: keys, answers, scores. Plain values; the only place that compares them.

All or nothing per question. A multiple choice is right when exactly the right choices are ticked,
a number when it lies within the tolerance of the key, compared as exact decimals; an order when
everything is in its place; a matching when every pair is right; a text when it is one of those that
count, whatever its case, spaces, and spelling of the same characters (fold_answer).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from prm.training.models.kinds import QuestionKind

Answer = str | list[str] | dict[str, str]

LONGEST_TEXT = 200

_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:[.,]\d{0,10})?|[.,]\d{1,10})")
# What keyboards and programs write for one another.
_ALIKE = str.maketrans({
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u0060", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
})  # fmt: skip
_SPACES = dict.fromkeys(map(ord, " \t\u00a0\u2009\u202f"))


@dataclass(frozen=True)
class Key:
    """What answers a question: the right choices' ids, a number and its tolerance, the ids in their
    order, pairs of ids, or folded texts."""

    question_id: str
    kind: QuestionKind
    choices: frozenset[str] = frozenset()
    right: frozenset[str] = frozenset()
    number: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    order: tuple[str, ...] = ()
    pairs: frozenset[tuple[str, str]] = frozenset()
    targets: frozenset[str] = frozenset()
    accepted: frozenset[str] = frozenset()


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


def fold_answer(text: str) -> str:
    """A short text as it is compared: Unicode's compatible forms (NFKC), case folded, spaces as one,
    quotes and dashes as keyboards have them, no full stop at the end. Marks of letters count: in many
    languages they make another word."""
    plain = unicodedata.normalize("NFKC", text.translate(_ALIKE))
    folded = unicodedata.normalize("NFKC", plain.casefold()).translate(_ALIKE)
    return " ".join(folded.split()).rstrip(".!").rstrip()


def read_answer(key: Key, given: object) -> Answer | None:
    """The answer in the form it is kept in, or None where the question is not answered.

    A choice that is not the question's own is no answer. An order is given as {id: place} or as ids in
    their order, and needs each place once; a matching as {id: id}, and needs every left side.
    """
    if key.kind is QuestionKind.TEXT:
        return _read_text(given)
    if key.kind is QuestionKind.ORDERING:
        return _read_order(key, given)
    if key.kind is QuestionKind.MATCHING:
        return _read_pairs(key, given)
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


def _read_text(given: object) -> str | None:
    text = " ".join(given.split())[:LONGEST_TEXT] if isinstance(given, str) else ""
    return text or None


def _read_order(key: Key, given: object) -> list[str] | None:
    if isinstance(given, list | tuple):
        order = [str(each) for each in given]
        return order if len(order) == len(key.order) and set(order) == set(key.order) else None
    if not isinstance(given, Mapping):
        return None
    places = {str(item): str(place) for item, place in given.items()}
    wanted = {str(place) for place in range(1, len(key.order) + 1)}
    if set(places) != set(key.order) or set(places.values()) != wanted:
        return None
    return sorted(places, key=lambda item: int(places[item]))


def _read_pairs(key: Key, given: object) -> dict[str, str] | None:
    if not isinstance(given, Mapping):
        return None
    pairs = {str(left): str(right) for left, right in given.items()}
    is_whole = set(pairs) == key.choices and key.targets.issuperset(pairs.values())
    return dict(sorted(pairs.items())) if is_whole else None


def is_right(key: Key, answer: Answer | None) -> bool:
    """Whether a kept answer is right."""
    if answer is None:
        return False
    if key.kind is QuestionKind.NUMERIC:
        if key.number is None or not isinstance(answer, str):
            return False
        return abs(Decimal(answer) - key.number) <= key.tolerance
    if key.kind is QuestionKind.TEXT:
        return isinstance(answer, str) and fold_answer(answer) in key.accepted
    if key.kind is QuestionKind.ORDERING:
        return bool(key.order) and isinstance(answer, list) and tuple(answer) == key.order
    if key.kind is QuestionKind.MATCHING:
        return bool(key.pairs) and isinstance(answer, dict) and frozenset(answer.items()) == key.pairs
    if isinstance(answer, dict):
        return False
    return frozenset([answer] if isinstance(answer, str) else answer) == key.right


def score_answers(keys: Sequence[Key], answers: Mapping[str, Answer]) -> Score:
    """How many questions the answers (by question id) get right."""
    right = frozenset(key.question_id for key in keys if is_right(key, answers.get(key.question_id)))
    return Score(right, len(keys))
