"""Which questions an attempt gets, and in which order all of it is shown: a function of a seed alone.

Nothing is random here but the seed (services/sittings.py makes one per attempt and keeps it): what is
drawn can be drawn again, on any machine, in any year. Everything is ordered by SHA-256 of the seed and
the thing's id; the first of that order are drawn, which is as good as drawing lots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from prm.training.items import Item, Option
from prm.training.models.kinds import QuestionKind


@dataclass(frozen=True)
class Draw:
    """`count` of the ids in `pool`. Pools of one quiz lie inside each other or do not touch."""

    count: int
    pool: Sequence[str]


def shuffled(seed: str, label: str, ids: Sequence[str]) -> list[str]:
    """The ids in the order that the seed gives them; in which order they come does not matter."""
    return sorted(ids, key=lambda each: (sha256(f"{seed}:{label}:{each}".encode()).digest(), each))


def draw_ids(seed: str, draws: Sequence[Draw]) -> list[str]:
    """The drawn ids, draw by draw, none twice.

    The narrowest pool draws first: then what a wider one may take is left over, and as the pools lie
    inside each other, all get as many as there can be.
    """
    taken: set[str] = set()
    drawn: dict[int, list[str]] = {}
    for place in sorted(range(len(draws)), key=lambda place: (len(draws[place].pool), place)):
        left = [each for each in draws[place].pool if each not in taken]
        drawn[place] = shuffled(seed, f"draw {place}", left)[: draws[place].count]
        taken.update(drawn[place])
    return [each for place in range(len(draws)) for each in drawn[place]]


def order_items(
    seed: str, items: Sequence[Item], *, shuffles_questions: bool, shuffles_choices: bool
) -> list[Item]:
    """The questions as they are shown: what is to be put in order or matched is always shuffled."""
    by_id = {item.id: item for item in items}
    ids = shuffled(seed, "questions", list(by_id)) if shuffles_questions else list(by_id)
    return [_shuffle_options(seed, by_id[each], shuffles_choices) for each in ids]


def _shuffle_options(seed: str, item: Item, shuffles_choices: bool) -> Item:
    if item.kind in {QuestionKind.SINGLE, QuestionKind.MULTIPLE} and not shuffles_choices:
        return item
    options = item.options
    if item.kind is not QuestionKind.MATCHING or shuffles_choices:
        options = _in_order(seed, f"options {item.id}", item.options)
    return item.shown(options, _in_order(seed, f"targets {item.id}", item.targets))


def _in_order(seed: str, label: str, options: Sequence[Option]) -> tuple[Option, ...]:
    by_id = {option.id: option for option in options}
    return tuple(by_id[each] for each in shuffled(seed, label, list(by_id)))
