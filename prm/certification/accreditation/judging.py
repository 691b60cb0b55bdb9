"""Whether a company's people meet an accreditation, on whom that hangs, and until when. Pure: no
database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from prm.certification.rules import reaches
from prm.training.models import SkillLevel


@dataclass(frozen=True)
class Line:
    """At least `minimum` people; None and "" ask for nothing."""

    minimum: int
    certification_key: int | None = None
    skill_level: SkillLevel | None = None
    job_function: str = ""


@dataclass(frozen=True)
class Paper:
    """A certificate that was not revoked."""

    certification_key: int
    skill_level: SkillLevel
    issued_on: date
    expires_on: date | None

    def counts_on(self, day: date) -> bool:
        return self.issued_on <= day and (self.expires_on is None or self.expires_on >= day)


@dataclass(frozen=True)
class Somebody:
    """A person of the company (key), their functions, what they hold."""

    key: int
    job_functions: frozenset[str]
    papers: tuple[Paper, ...]


@dataclass(frozen=True)
class Judged:
    """`holders`: for each line the keys of who counts. `hangs_on`: each of these it cannot spare.
    `lapses_on`: the first day on which it is not met, if nothing changes but time."""

    is_met: bool
    holders: tuple[tuple[int, ...], ...]
    hangs_on: tuple[int, ...] = ()
    lapses_on: date | None = None


def judge(lines: Sequence[Line], people: Sequence[Somebody], today: date) -> Judged:
    """Judge a company. Without a line nothing is met: that would be an accreditation for nothing."""
    holders = tuple(tuple(sorted(_counted(line, people, today))) for line in lines)
    is_met = bool(lines) and _are_met(lines, holders)
    if not is_met:
        return Judged(False, holders)
    short = [set(keys) for line, keys in zip(lines, holders, strict=True) if len(keys) == line.minimum]
    hangs_on = tuple(sorted(set().union(*short)))
    return Judged(True, holders, hangs_on, _lapses_on(lines, people, today))


def _counted(line: Line, people: Sequence[Somebody], day: date) -> set[int]:
    return {
        person.key
        for person in people
        if (not line.job_function or line.job_function in person.job_functions)
        and any(paper.counts_on(day) and _fits(line, paper) for paper in person.papers)
    }


def _fits(line: Line, paper: Paper) -> bool:
    if line.certification_key is not None and paper.certification_key != line.certification_key:
        return False
    return line.skill_level is None or reaches(paper.skill_level, line.skill_level)


def _are_met(lines: Sequence[Line], holders: Sequence[Sequence[int] | set[int]]) -> bool:
    return all(len(keys) >= line.minimum for line, keys in zip(lines, holders, strict=True))


def _lapses_on(lines: Sequence[Line], people: Sequence[Somebody], today: date) -> date | None:
    ends = {
        paper.expires_on
        for person in people
        for paper in person.papers
        if paper.expires_on is not None and today <= paper.expires_on < date.max
    }
    for end in sorted(ends):
        day = end + timedelta(days=1)
        if not _are_met(lines, [_counted(line, people, day) for line in lines]):
            return day
    return None
