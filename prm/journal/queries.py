"""Reading and verifying the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

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
    that do not match what was committed to (an erased value is no fault).
    """
    problems: list[Notice] = []
    previous, expected, exported_seen = START, 1, None
    personal: dict[int, list[JournalPersonalValue]] = {}
    for value in db.session.scalars(
        select(JournalPersonalValue)
        .join(JournalEntry, JournalEntry.id == JournalPersonalValue.entry_id)
        .where(JournalEntry.chain == chain)
    ):
        personal.setdefault(value.entry_id, []).append(value)
    statement = (
        select(JournalEntry)
        .where(JournalEntry.chain == chain)
        .order_by(JournalEntry.sequence)
        .execution_options(yield_per=2000)
    )
    for entry in db.session.scalars(statement):
        at = {"number": entry.sequence}
        if entry.sequence != expected:
            problems.append(Notice("gap", N_("Entry %(number)s is missing."), {"number": expected}))
        if entry.previous_digest != previous:
            problems.append(Notice("link", N_("Entry %(number)s does not follow the one before it."), at))
        if digest_of(entry) != entry.digest:
            problems.append(Notice("changed", N_("Entry %(number)s was changed."), at))
        for value in personal.get(entry.id, ()):
            if entry.commitments.get(value.name) != commitment(value.value, value.salt):
                problems.append(
                    Notice("personal", N_("A personal value of entry %(number)s was changed."), at)
                )
        if exported is not None and entry.sequence == exported[0]:
            exported_seen = entry.digest
        previous, expected = entry.digest, entry.sequence + 1
    entries = expected - 1
    head = db.session.get(JournalHead, chain)
    if head is not None and (head.sequence, head.digest) != (entries, previous):
        problems.append(
            Notice(
                "head",
                N_("The chain ends at entry %(number)s, but its head says %(head)s."),
                {"number": entries, "head": head.sequence},
            )
        )
    elif head is None and entries:
        problems.append(Notice("head", N_("The chain has entries but no head."), {}))
    if exported is not None and exported_seen != exported[1]:
        problems.append(
            Notice(
                "tail",
                N_("Entry %(number)s of the exported head is missing or differs: the tail was cut."),
                {"number": exported[0]},
            )
        )
    return Verification(chain, entries, previous, exported is not None, tuple(problems))


def get_heads() -> Mapping[str, tuple[int, str]]:
    """Sequence and digest of every chain's head: what to write down elsewhere."""
    return {h.chain: (h.sequence, h.digest) for h in db.session.scalars(select(JournalHead))}
