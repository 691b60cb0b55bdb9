"""What the answers say about the questions: classical test theory, on plain values.

Sources: Crocker & Algina, Introduction to Classical and Modern Test Theory (1986), ch. 14 (difficulty,
item-total correlation), ch. 7 (reliability, standard error of measurement); Kuder & Richardson,
Psychometrika 2 (1937), formula 20; Lord, "Do tests of the same length have the same standard errors of
measurement?", Educational and Psychological Measurement 17 (1957). docs/assessment.md explains them.

Only the first attempt of each person is to be given: a second one is not independent of the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import fmean, median, pstdev

# Fewer answers than this say too little: the figures are shown, nothing is concluded from them.
ENOUGH = 30
TOO_EASY, TOO_HARD = 0.95, 0.20
WEAK = 0.10
UNUSED = 0.02
RISE, RISE_Z = 0.20, 2.58  # a jump of the share that is right, and how sure (1 in 100 by chance)
LONGER = 1.6  # times as long as the longest wrong choice


class Flag(StrEnum):
    LEAKED = "leaked"  # right much more often lately than at first
    GIVES_AWAY = "gives_away"  # the right choice stands out by its length
    MISLEADS = "misleads"  # who does well gets it wrong more often
    RIVAL = "rival"  # who is above the median prefers a wrong choice
    WEAK = "weak"  # tells those who know from those who do not hardly at all
    EASY = "easy"
    HARD = "hard"
    DEAD_CHOICE = "dead_choice"  # a wrong choice that nobody takes


@dataclass(frozen=True)
class Answered:
    """One question of one attempt. `rest` is the share of the attempt's other questions that were right;
    None where there are none. `picked` are the ids of the choices taken."""

    attempt: int
    is_right: bool
    rest: float | None
    picked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chosen:
    """How often a choice was taken, and how well those did elsewhere (`rest`, None: nobody took it)."""

    id: str
    n: int
    share: float
    rest: float | None
    upper: int  # by those whose rest is above the median
    lower: int  # below it


@dataclass(frozen=True)
class ItemFigures:
    """`difficulty` is the share that is right, `discrimination` the corrected point-biserial; None where
    nothing varies or there is nothing to correlate."""

    n: int
    difficulty: float
    discrimination: float | None
    choices: tuple[Chosen, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class TestFigures:
    """A whole quiz. `reliability` is KR-20 where all answered the same questions, else None.

    `error` is the standard error of measurement in percentage points at the pass mark; None where n is
    too small or nothing varies. `is_drawn`: by Lord's binomial model, since attempts differ.
    """

    n: int
    mean: float | None
    spread: float | None
    reliability: float | None
    error: float | None
    is_drawn: bool

    @property
    def is_too_small(self) -> bool:
        return self.n < ENOUGH


def describe_item(
    answers: Sequence[Answered], choices: Sequence[str] = (), right: frozenset[str] = frozenset()
) -> ItemFigures:
    """The figures of one question; `choices` are the ids of its choices, `right` the right ones.

    `answers` in the order in which they were given: that is how a leak shows.
    """
    n = len(answers)
    if not n:
        return ItemFigures(0, 0.0, None, (), ())
    difficulty = sum(answer.is_right for answer in answers) / n
    paired = [(float(answer.is_right), answer.rest) for answer in answers if answer.rest is not None]
    discrimination = correlate(paired)
    table = _choices(answers, choices)
    flags = _flags(answers, difficulty, discrimination, table, right) if n >= ENOUGH else ()
    return ItemFigures(n, difficulty, discrimination, table, tuple(flags))


def correlate(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's correlation; of a right/wrong with a score it is the point-biserial. None where one of
    the two does not vary."""
    if len(pairs) < 3:
        return None
    xs, ys = [x for x, _y in pairs], [y for _x, y in pairs]
    sx, sy = pstdev(xs), pstdev(ys)
    if sx < 1e-12 or sy < 1e-12:
        return None
    mx, my = fmean(xs), fmean(ys)
    covariance = sum((x - mx) * (y - my) for x, y in pairs) / len(pairs)
    return covariance / (sx * sy)


def kr20(rows: Sequence[Sequence[bool]]) -> float | None:
    """Kuder-Richardson formula 20, which for right and wrong is Cronbach's alpha, with the population's
    variance. `rows` are attempts at the same questions. None for one question, or where nothing varies."""
    if len(rows) < 2 or not rows[0] or len(rows[0]) < 2:
        return None
    questions = len(rows[0])
    variance = pstdev([sum(row) for row in rows]) ** 2
    if variance < 1e-12:
        return None
    shares = [sum(row[place] for row in rows) / len(rows) for place in range(questions)]
    return questions / (questions - 1) * (1 - sum(p * (1 - p) for p in shares) / variance)


def describe_test(
    rows: Sequence[Mapping[str, bool]], pass_mark: int, *, is_drawn: bool = False
) -> TestFigures:
    """The figures of a quiz: each row an attempt, question id → right. `pass_mark` in percent;
    `is_drawn`: attempts ask different questions."""
    rows = [row for row in rows if row]
    n = len(rows)
    if not n:
        return TestFigures(0, None, None, None, None, False)
    scores = [100 * sum(row.values()) / len(row) for row in rows]
    mean, spread = fmean(scores), pstdev(scores)
    asked = set(rows[0])
    is_drawn = is_drawn or any(set(row) != asked for row in rows)
    if is_drawn:
        length = round(fmean(len(row) for row in rows))
        return TestFigures(n, mean, spread, None, binomial_error(length, pass_mark), True)
    ids = sorted(asked)
    reliability = kr20([[row[each] for each in ids] for row in rows])
    error = None
    if reliability is not None and n >= ENOUGH:
        error = spread * sqrt(max(0.0, 1 - reliability))
    return TestFigures(n, mean, spread, reliability, error, False)


def binomial_error(questions: int, percent: float) -> float | None:
    """Lord's standard error, in percentage points, of a score of `percent` on as many questions drawn at
    random: sqrt(x (k - x) / (k - 1)) questions. It needs no sample. None for fewer than two questions."""
    if questions < 2:
        return None
    right = questions * percent / 100
    return 100 / questions * sqrt(right * (questions - right) / (questions - 1))


def _choices(answers: Sequence[Answered], choices: Sequence[str]) -> tuple[Chosen, ...]:
    if not choices:
        return ()
    counts: Counter[str] = Counter()
    upper: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    rests: dict[str, list[float]] = {}
    known = [answer.rest for answer in answers if answer.rest is not None]
    middle = median(known) if known else 0.0
    for answer in answers:
        for choice in answer.picked:
            counts[choice] += 1
            if answer.rest is None:
                continue
            rests.setdefault(choice, []).append(answer.rest)
            if answer.rest != middle:
                (upper if answer.rest > middle else lower)[choice] += 1
    return tuple(
        Chosen(
            choice,
            counts[choice],
            counts[choice] / len(answers),
            fmean(rests[choice]) if rests.get(choice) else None,
            upper[choice],
            lower[choice],
        )
        for choice in choices
    )


def _flags(
    answers: Sequence[Answered],
    difficulty: float,
    discrimination: float | None,
    table: Sequence[Chosen],
    right: frozenset[str],
) -> Iterable[Flag]:
    if rises([answer.is_right for answer in answers]):
        yield Flag.LEAKED
    if discrimination is not None and discrimination < 0:
        yield Flag.MISLEADS
    best = max((choice.upper for choice in table if choice.id in right), default=None)
    if best is not None and any(choice.upper > best for choice in table if choice.id not in right):
        yield Flag.RIVAL
    if difficulty >= TOO_EASY:
        yield Flag.EASY
    elif difficulty <= TOO_HARD:
        yield Flag.HARD
    elif discrimination is not None and 0 <= discrimination < WEAK:
        yield Flag.WEAK
    if any(choice.share < UNUSED for choice in table if choice.id not in right):
        yield Flag.DEAD_CHOICE


def rises(marks: Sequence[bool]) -> bool:
    """Whether the newer half is right so much more often than the older one that chance hardly explains
    it: by RISE or more, and a test of two proportions above RISE_Z."""
    half = len(marks) // 2
    if half < ENOUGH // 2:
        return False
    older, newer = marks[:half], marks[-half:]
    before, after = sum(older) / half, sum(newer) / half
    pooled = (before + after) / 2
    error = sqrt(2 * pooled * (1 - pooled) / half)
    return after - before >= RISE and error > 0 and (after - before) / error > RISE_Z


def gives_away(texts: Mapping[str, str], right: frozenset[str]) -> bool:
    """Whether the one right choice is so much longer than every wrong one that its length tells."""
    wrong = [len(text) for key, text in texts.items() if key not in right]
    if len(right) != 1 or len(wrong) < 2:
        return False
    length = max(len(text) for key, text in texts.items() if key in right)
    return length >= 30 and length >= LONGER * max(wrong)
