"""Standings that were judged beforehand, read as columns.

Never an old figure: what the table does not hold, or holds from before a change, is judged now and
stands beside the rest of it, in one and the same statement.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    column,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    values,
)

from prm.access import Actor, visible
from prm.audits.models import PartnerPeople, PartnershipStanding
from prm.audits.policy import Policy, to_rows
from prm.audits.queries.compliance import Standing, dress, find_policy, select_named, time_zone_of
from prm.audits.queries.judging import Subject, Verdict, judge
from prm.extensions import db
from prm.infra import clock
from prm.infra.changes import has_changes
from prm.partners.models import Partnership, PartnershipStatus
from prm.partners.queries.agreements import find_agreement
from prm.permissions import P

Row = PartnershipStanding


@dataclass(frozen=True)
class Judged:
    """How partnerships stand on a day, to be joined to a statement.

    `table` has the columns partnership_id, is_compliant (null where no policy was in force), missed
    (how many rules) and missed_rules (a bit for each).
    """

    as_of: date
    policy: Policy | None
    table: Any
    _zone: str = ""
    _basis: str = ""
    judged_now: Mapping[int, tuple[Verdict, ...]] = field(default_factory=dict)
    """By partnership key, what the table did not know."""

    def select(self, statement: Select[Any]) -> Select[Any]:
        """The partnerships of a statement that are judged: all that have not ended."""
        return statement.join(self.table, self.table.c.partnership_id == Partnership.id).where(
            Partnership.status != PartnershipStatus.ENDED
        )

    def misses(self, number: int) -> Any:
        """Whether a partnership misses a rule, by its place in the policy."""
        return self.table.c.missed_rules.bitwise_and(1 << number) != 0

    def standings(self, rows: Iterable[Any]) -> list[Standing]:
        """Whole standings of rows that begin as those of select_named(), in their order."""
        named = [(row[0], row[1], row[2]) for row in rows]
        if self.policy is None:
            return dress(named, {}, None)
        verdicts = dict(self.judged_now)
        if wanted := {row[0].id for row in named} - verdicts.keys():
            kept = select(Row.partnership_id, Row.verdicts).where(
                Row.day == self.as_of, Row.basis == self._basis, Row.partnership_id.in_(wanted)
            )
            verdicts |= {key: tuple(map(Verdict.from_row, each)) for key, each in db.session.execute(kept)}
        gone = [row[0] for row in named if row[0].id not in verdicts]  # judged by another policy just now
        if gone:
            verdicts |= judge([_subject(each) for each in gone], self.policy, self.as_of, self._zone)
        return dress(named, verdicts, self.policy)

    def count(self, actor: Actor, permission: P = P.COMPLIANCE_VIEW) -> Counts:
        """How many within reach are compliant, and how often each rule is missed; one query."""
        rules = range(len(self.policy.rules)) if self.policy else ()
        counting = self.select(
            visible(
                select(
                    func.count(Partnership.id).filter(self.table.c.is_compliant),
                    func.count(self.table.c.is_compliant),
                    *[func.count(Partnership.id).filter(self.misses(number)) for number in rules],
                ),
                actor,
                permission,
                Partnership,
            )
        )
        compliant, judged, *missed = db.session.execute(counting).one()
        return Counts(compliant, judged, tuple(missed))


def list_failing(actor: Actor, judged: Judged, limit: int) -> list[Standing]:
    """The first partnerships within reach that are not compliant: who misses most, then by name."""
    table = judged.table.c
    worst = (
        judged.select(select_named(actor, P.COMPLIANCE_VIEW))
        .where(table.is_compliant.is_(False))
        .order_by(table.missed.desc(), Partnership.name_folded, Partnership.id)
        .limit(limit)
    )
    return judged.standings(db.session.execute(worst).all())


@dataclass(frozen=True)
class Counts:
    """`missed`: for each rule of the policy, how many partnerships miss it."""

    compliant: int
    judged: int
    missed: tuple[int, ...]


def count_missed(rows: Sequence[Partnership], policy: Policy, today: date, zone: str) -> dict[int, int]:
    """How many rules of the policy in force each of some partnerships misses today, by key; one query.

    Of the few that a page shows: it neither asks for reach again nor judges others.
    """
    basis = basis_of(policy, today, zone)
    known: dict[int, int] = {}
    if not has_changes(db.session()):
        kept = (
            select(Row.partnership_id, Row.missed)
            .join(Partnership, Partnership.id == Row.partnership_id)
            .outerjoin(PartnerPeople, PartnerPeople.partner_id == Partnership.partner_id)
            .where(
                Row.partnership_id.in_([row.id for row in rows]), Row.day == today, is_current(today, basis)
            )
        )
        known = dict(map(tuple, db.session.execute(kept)))
    if unknown := [row for row in rows if row.id not in known]:
        verdicts = judge([_subject(row) for row in unknown], policy, today, zone)
        known |= {key: sum(not each.is_met for each in judged) for key, judged in verdicts.items()}
    return known


def read_judged(actor: Actor, as_of: date, *, permission: P = P.COMPLIANCE_VIEW) -> Judged:
    """How the partnerships within reach that have not ended stand on a day.

    Of today and tomorrow the table knows most; of another day, or amid changes, all are judged here.
    """
    policy = find_policy(actor, as_of)
    if policy is None:
        nothing = select(
            Partnership.id.label("partnership_id"),
            cast(null(), Boolean).label("is_compliant"),
            literal(0).label("missed"),
            literal(0).label("missed_rules"),
        )
        return Judged(as_of, None, nothing.subquery("judged"))
    zone = time_zone_of(actor)
    is_kept = as_of >= clock.today(zone) and not has_changes(db.session())
    basis = basis_of(policy, as_of, zone)
    subjects = list_stale(actor, as_of, basis, permission=permission) if is_kept else None
    if subjects is None:
        subjects = _list_subjects(visible(_select_subjects(), actor, permission, Partnership))
    now = judge(subjects, policy, as_of, zone)
    # Those that were found good count, whatever becomes of them while this is being read.
    kept = _select_kept(as_of, now)
    parts = [kept if is_kept else kept.where(false())]
    if now:
        parts.append(_select_values(now))
    source = union_all(*parts) if len(parts) > 1 else parts[0]
    return Judged(as_of, policy, source.subquery("judged"), zone, basis, now)


def _select_kept(as_of: date, but: Iterable[int]) -> Select[Any]:
    kept = select(Row.partnership_id, Row.is_compliant, Row.missed, Row.missed_rules).where(Row.day == as_of)
    if keys := sorted(but):
        # In the statement's text: there may be more of them than a statement may have parameters.
        kept = kept.where(
            Row.partnership_id.not_in(bindparam(None, keys, expanding=True, literal_execute=True))
        )
    return kept


def _select_values(verdicts: dict[int, tuple[Verdict, ...]]) -> Select[Any]:
    columns = (
        column("partnership_id", Integer), column("is_compliant", Boolean),
        column("missed", Integer), column("missed_rules", Integer),
    )  # fmt: skip
    rows = [(key, *summed(each)) for key, each in verdicts.items()]
    judged = values(*columns, name="judged_now", literal_binds=True).data(rows).cte("judged_now")
    return select(*judged.c)


def summed(verdicts: Sequence[Verdict]) -> tuple[bool, int, int]:
    """(is_compliant, missed, missed_rules) of a partnership's verdicts."""
    missed = [number for number, verdict in enumerate(verdicts) if not verdict.is_met]
    return not missed, len(missed), sum(1 << number for number in missed)


def basis_of(policy: Policy, as_of: date, zone: str) -> str:
    """What all of a vendor's partnerships are judged by on a day, as one value to compare."""
    agreement = find_agreement(as_of)
    stated = [
        policy.number,
        to_rows(list(policy.rules)),
        zone,
        [agreement.id, agreement.effective_on.isoformat()] if agreement is not None else None,
    ]
    return hashlib.sha256(json.dumps(stated).encode()).hexdigest()


def is_current(as_of: date, basis: str) -> Any:
    """Whether a row of the table says how its partnership stands on a day. Of a row that is missing: null.

    For statements that outer-join PartnershipStanding and PartnerPeople.
    """
    return and_(
        Row.basis == basis,
        Row.judged_revision == Row.revision,
        Row.people_revision == func.coalesce(PartnerPeople.revision, 0),
    )


def list_stale(
    actor: Actor,
    as_of: date,
    basis: str,
    *,
    permission: P = P.COMPLIANCE_VIEW,
    keys: Sequence[int] | None = None,
) -> list[Subject]:
    """Partnerships within reach that have not ended and that the table says nothing good of."""
    statement = (
        _select_subjects()
        .outerjoin(Row, and_(Row.partnership_id == Partnership.id, Row.day == as_of))
        .outerjoin(PartnerPeople, PartnerPeople.partner_id == Partnership.partner_id)
        .where(or_(Row.judged_revision.is_(None), ~is_current(as_of, basis)))
    )
    if keys is not None:
        statement = statement.where(Partnership.id.in_(keys))
    return _list_subjects(visible(statement, actor, permission, Partnership))


def _select_subjects() -> Select[Any]:
    return select(Partnership.id, Partnership.partner_id, Partnership.agreement_accepted_on).where(
        Partnership.status != PartnershipStatus.ENDED
    )


def _subject(partnership: Partnership) -> Subject:
    return Subject(partnership.id, partnership.partner_id, partnership.agreement_accepted_on)


def _list_subjects(statement: Select[Any]) -> list[Subject]:
    return [Subject(*row) for row in db.session.execute(statement.order_by(Partnership.id))]
