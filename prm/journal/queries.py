"""Reading and verifying the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarResult, Select, select

from prm.extensions import db
from prm.infra.wording import N_, Notice
from prm.journal.chain import START, commitment, digest_of
from prm.journal.models import JournalEntry, JournalHead, JournalPersonalValue


@dataclass(frozen=True)
class Verification:
    """What checking one chain showed. `is_tail_checked`: an exported head was held against it."""

    chain: str
    entries: int
    head: str
    is_tail_checked: bool
    problems: tuple[Notice, ...]

    @property
    def is_valid(self) -> bool:
        return not self.problems


def verify_chain(chain: str, exported: tuple[int, str] | None = None) -> Verification:
    """Recompute every digest of `chain`, in order.

    `exported` is (sequence, digest) of a head written down earlier, elsewhere: only with it can a
    cut tail be told. Finds changed, missing, reordered and inserted entries, and personal values
    that do not match what was committed to (an erased value is no fault). What is appended meanwhile
    is no fault either.
    """
    problems: list[Notice] = []
    head_before = _read_head(chain)
    digests: dict[int, str] = {}
    wanted = {head_before[0], exported[0] if exported is not None else 0}
    previous, expected, count = START, 1, 0
    try:
        personal = _list_personal(chain)
        with closing(_stream(chain)) as entries:
            for entry in entries:
                at = {"number": entry.sequence}
                if entry.sequence != expected:
                    problems.append(Notice("gap", N_("Entry %(number)s is missing."), {"number": expected}))
                if entry.previous_digest != previous:
                    problems.append(
                        Notice("link", N_("Entry %(number)s does not follow the one before it."), at)
                    )
                if digest_of(entry) != entry.digest:
                    problems.append(Notice("changed", N_("Entry %(number)s was changed."), at))
                for value in personal.get(entry.id, ()):
                    if entry.commitments.get(value.name) != commitment(value.value, value.salt):
                        problems.append(
                            Notice("personal", N_("A personal value of entry %(number)s was changed."), at)
                        )
                if entry.sequence in wanted:
                    digests[entry.sequence] = entry.digest
                previous, expected, count = entry.digest, entry.sequence + 1, count + 1
    except (ValueError, TypeError, AttributeError):
        # A value was put there that no entry of ours can hold, and the database gives it back as such.
        problems.append(
            Notice("unreadable", N_("Entry %(number)s cannot be read any more."), {"number": expected})
        )
    else:
        problems += _check_end(chain, head_before, digests, expected - 1, previous)
    if exported is not None and digests.get(exported[0], START if exported[0] == 0 else "") != exported[1]:
        problems.append(
            Notice(
                "tail",
                N_("Entry %(number)s of the exported head is missing or differs: the tail was cut."),
                {"number": exported[0]},
            )
        )
    return Verification(chain, count, previous, exported is not None, tuple(problems))


def _check_end(
    chain: str, head_before: tuple[int, str], digests: Mapping[int, str], last: int, previous: str
) -> list[Notice]:
    """Whether the chain ends where its head says, as it was before or has become meanwhile."""
    head_after = _read_head(chain)
    if (last, previous) == head_after:
        return []
    has_grown = head_before[0] <= last <= head_after[0] and head_before != head_after
    if has_grown and digests.get(head_before[0], START) == head_before[1]:
        return []
    if head_after == (0, ""):
        return [Notice("head", N_("The chain has entries but no head."), {})] if last else []
    return [
        Notice(
            "head",
            N_("The chain ends at entry %(number)s, but its head says %(head)s."),
            {"number": last, "head": head_after[0]},
        )
    ]


def _read_head(chain: str) -> tuple[int, str]:
    """Sequence and digest of the chain's head as it is now; (0, "") without one."""
    row = db.session.execute(
        select(JournalHead.sequence, JournalHead.digest).where(JournalHead.chain == chain)
    ).one_or_none()
    return (row.sequence, row.digest) if row is not None else (0, "")


def _stream(chain: str) -> ScalarResult[JournalEntry]:
    return db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.chain == chain)
        .order_by(JournalEntry.sequence)
        .execution_options(yield_per=2000, populate_existing=True)
    )


def _list_personal(chain: str) -> dict[int, list[JournalPersonalValue]]:
    """Personal values of a chain's entries, by entry."""
    personal: dict[int, list[JournalPersonalValue]] = {}
    for value in db.session.scalars(
        select(JournalPersonalValue)
        .join(JournalEntry, JournalEntry.id == JournalPersonalValue.entry_id)
        .where(JournalEntry.chain == chain)
        .execution_options(populate_existing=True)
    ):
        personal.setdefault(value.entry_id, []).append(value)
    return personal


def get_heads() -> Mapping[str, tuple[int, str]]:
    """Sequence and digest of every chain's head: what to write down elsewhere."""
    return {h.chain: (h.sequence, h.digest) for h in db.session.scalars(select(JournalHead))}


# -- reading -----------------------------------------------------------------------------------


def select_entries(chain: str) -> Select[Any]:
    """The entries of one chain: a vendor's public id, or "installation"."""
    return select(JournalEntry).where(JournalEntry.chain == chain)


def list_actions(chain: str) -> list[str]:
    """What was ever done in a chain, by name."""
    return list(
        db.session.scalars(
            select(JournalEntry.action)
            .where(JournalEntry.chain == chain)
            .distinct()
            .order_by(JournalEntry.action)
        )
    )


def list_actor_refs(chain: str) -> list[str]:
    """Who ever acted in a chain."""
    return list(
        db.session.scalars(
            select(JournalEntry.actor_ref)
            .where(JournalEntry.chain == chain)
            .distinct()
            .order_by(JournalEntry.actor_ref)
        )
    )


def list_personal_values(entry_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Personal values that are kept beside some entries, by entry and name; erased ones are gone."""
    values: dict[int, dict[str, str]] = {}
    for entry_id, name, value in db.session.execute(
        select(JournalPersonalValue.entry_id, JournalPersonalValue.name, JournalPersonalValue.value)
        .where(JournalPersonalValue.entry_id.in_(entry_ids))
        .order_by(JournalPersonalValue.name)
    ):
        values.setdefault(entry_id, {})[name] = value
    return values
