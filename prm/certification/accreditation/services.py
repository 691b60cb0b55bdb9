"""Awarding accreditations and ending them, as the people of companies come, go, learn and lapse.

Every change that bears on it leads here by prm/reactions.py within its own transaction; once a day
everything is looked at, since time alone makes certificates run out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import or_, select

from prm.access import Actor, system_actor
from prm.accounts.models import Membership
from prm.certification.accreditation.judging import Judged, Line, Somebody, judge
from prm.certification.accreditation.models import (
    Accreditation,
    AccreditationAward,
    AccreditationLook,
    EndReason,
)
from prm.certification.accreditation.queries import line_of, list_rules, read_people, read_regions
from prm.certification.codes import new_code
from prm.certification.models import IssuedCode
from prm.certification.services.keys import ensure_signing_key
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor, transaction
from prm.infra.ids import new_public_id
from prm.journal.services import announce, lock_chain, record
from prm.partners.models import Partnership, PartnershipMerge, PartnershipStatus
from prm.vendors.models import Vendor

DUE = "accreditations.due"
AT_ONCE = 250
FACTS_FORMAT = 1


@dataclass
class Due:
    """Partnerships (keys) to look at before the transaction commits: one look for all of them."""

    keys: set[int] = field(default_factory=set)
    is_taken: bool = False


@dataclass
class Outcome:
    """How many were awarded and ended."""

    awarded: int = 0
    ended: int = 0

    def add(self, other: Outcome) -> None:
        self.awarded += other.awarded
        self.ended += other.ended


# -- what makes a look due ---------------------------------------------------------------------


def look_soon(actor: Actor, partnership_keys: Collection[int]) -> None:
    """Look at these partnerships before the open transaction commits, once, however often it is asked."""
    if not partnership_keys or bound_vendor() is None:
        return
    for _actor, action, subject in reversed(db.session().info.get("happened", ())):
        if action == DUE and not subject.is_taken:
            subject.keys |= set(partnership_keys)
            return
    announce(actor, DUE, Due(set(partnership_keys)))


def look_at_due(actor: Actor, due: Due) -> None:
    """The look that look_soon() asked for."""
    due.is_taken = True
    refresh(system_actor(bound_vendor()), sorted(due.keys))


def list_companies_of(user_key: int) -> list[int]:
    """Partnerships (keys) of the vendor served that a person belongs or belonged to."""
    return list(
        db.session.scalars(
            select(Partnership.id)
            .join(Membership, Membership.partner_id == Partnership.partner_id)
            .where(Membership.user_id == user_key)
            .distinct()
        )
    )


def list_partnerships_of(partner_key: int) -> list[int]:
    """The partnership (key) of a company with the vendor served, if there is one."""
    return list(db.session.scalars(select(Partnership.id).where(Partnership.partner_id == partner_key)))


def list_together(survivor: Partnership) -> list[int]:
    """A partnership (key) and all that were ever merged into it."""
    absorbed = select(PartnershipMerge.absorbed_id).where(PartnershipMerge.survivor_id == survivor.id)
    return [survivor.id, *db.session.scalars(absorbed)]


# -- looking -----------------------------------------------------------------------------------


def refresh(actor: Actor, partnership_keys: Sequence[int]) -> Outcome:
    """Award what these partnerships meet today and end what they do not meet any more.

    Inside transaction(). A fixed number of queries, and some for each award that begins or ends.
    """
    outcome = Outcome()
    accreditations = _list_concerned(partnership_keys)
    if not accreditations or not partnership_keys:
        return outcome
    lock_chain()
    vendor = db.session.get_one(Vendor, actor.vendor_id)
    today = clock.today(vendor.time_zone)
    rules = list_rules([row.id for row in accreditations])
    lines = {row.id: [line_of(rule) for rule in rules.get(row.id, ())] for row in accreditations}
    partnerships = list(
        db.session.scalars(
            select(Partnership).where(Partnership.id.in_(partnership_keys)).order_by(Partnership.id)
        )
    )
    people = read_people([p.partner_id for p in partnerships if p.partner_id is not None])
    regions = read_regions(partnership_keys)
    open_awards = {
        (award.accreditation_id, award.partnership_id): award
        for award in db.session.scalars(
            select(AccreditationAward).where(
                AccreditationAward.partnership_id.in_(partnership_keys),
                AccreditationAward.ended_at.is_(None),
            )
        )
    }
    for partnership in partnerships:
        there = people.get(partnership.partner_id or 0, [])
        for row in accreditations:
            award = open_awards.get((row.id, partnership.id))
            barred = _bar(row, partnership, regions.get(partnership.id, set()))
            judged = judge(lines[row.id], there, today)
            if barred is None and judged.is_met:
                if award is None:
                    award = _award(actor, vendor, row, partnership, today)
                    outcome.awarded += 1
                _keep(award, judged)
                if award.id is None:
                    _announce_award(actor, award, row, partnership)
            elif award is not None:
                _end(actor, award, barred or _reason(award, row), lines[row.id], there, today)
                outcome.ended += 1
    db.session.flush()
    return outcome


def _list_concerned(partnership_keys: Sequence[int]) -> list[Accreditation]:
    """What is awarded, and what these partnerships have although it is awarded no more."""
    held = select(AccreditationAward.accreditation_id).where(
        AccreditationAward.partnership_id.in_(partnership_keys), AccreditationAward.ended_at.is_(None)
    )
    return list(
        db.session.scalars(
            select(Accreditation)
            .where(or_(Accreditation.is_active, Accreditation.id.in_(held)))
            .order_by(Accreditation.id)
        )
    )


def _bar(row: Accreditation, partnership: Partnership, regions: set[int]) -> EndReason | None:
    """Why a partnership cannot have an accreditation, whatever its people hold."""
    if not row.is_active:
        return EndReason.CLOSED
    if partnership.status is not PartnershipStatus.ACTIVE:
        return EndReason.PARTNERSHIP
    if row.region_id is not None and row.region_id not in regions:
        return EndReason.PARTNERSHIP
    return None


def _award(
    actor: Actor, vendor: Vendor, row: Accreditation, partnership: Partnership, today: date
) -> AccreditationAward:
    ensure_signing_key(actor, vendor)
    now = clock.now()
    award = AccreditationAward(
        public_id=new_public_id(),
        vendor_id=vendor.id,
        accreditation_id=row.id,
        partnership_id=partnership.id,
        code=new_code(),
        awarded_at=now,
        awarded_on=today,
    )
    award.facts = {
        "format": FACTS_FORMAT,
        "id": str(award.public_id),
        "code": award.code,
        "verify_url": current_app.config["VERIFY_URL"] + award.code,
        "language": str(current_app.config["LANGUAGES"][0]).replace("_", "-"),
        "vendor": {"id": str(vendor.public_id), "name": vendor.name},
        "brand": {
            "primary": vendor.brand_primary,
            "ink": vendor.brand_ink,
            **({"logo": vendor.logo_sha256} if vendor.logo_sha256 else {}),
        },
        "partner": {"id": str(partnership.public_id), "name": partnership.name},
        "accreditation": {
            "id": str(row.public_id),
            "name": row.name,
            "summary": row.summary,
            "level": row.skill_level.value,
        },
        "awarded_on": today.isoformat(),
        "paper": vendor.paper.value,
    }
    return award


def _keep(award: AccreditationAward, judged: Judged) -> None:
    """Say on whom an award rests and hangs, and when it lapses; untouched where that is as it was."""
    stated: dict[str, Any] = {
        "lapses_on": judged.lapses_on,
        "hangs_on": list(judged.hangs_on),
        "hangs": bool(judged.hangs_on),
        "holders": [list(keys) for keys in judged.holders],
    }
    if award.id is not None and all(getattr(award, name) == value for name, value in stated.items()):
        return
    for name, value in stated.items():
        setattr(award, name, value)
    award.computed_at = clock.now()


def _announce_award(
    actor: Actor, award: AccreditationAward, row: Accreditation, partnership: Partnership
) -> None:
    db.session.add(award)
    db.session.add(IssuedCode(code=award.code, vendor_id=award.vendor_id))
    db.session.flush()
    record(
        actor,
        "accreditation.awarded",
        award,
        facts={
            "accreditation": row.public_id,
            "partnership": partnership.public_id,
            "awarded_on": award.awarded_on,
            "lapses_on": award.lapses_on,
        },
    )


def _reason(award: AccreditationAward, row: Accreditation) -> EndReason:
    """Why an award ends whose company may have it: its people, or other rules since it was computed."""
    return EndReason.RULES if row.changed_at > award.computed_at else EndReason.PEOPLE


def _end(
    actor: Actor,
    award: AccreditationAward,
    reason: EndReason,
    lines: Sequence[Line],
    people: Sequence[Somebody],
    today: date,
) -> None:
    """End an award today, or on the day on which it lapsed while nobody looked."""
    lapsed = reason is EndReason.PEOPLE and award.lapses_on is not None and award.lapses_on <= today
    award.ended_at = clock.now()
    award.ended_on = award.lapses_on if lapsed else today
    award.end_reason = reason
    award.hangs = False
    db.session.flush()
    record(
        actor,
        "accreditation.ended",
        award,
        facts={
            "accreditation": award.accreditation.public_id,
            "partnership": award.partnership.public_id,
            "ended_on": award.ended_on,
            "reason": reason.value,
            "counted": [[len(keys), line.minimum]
                        for keys, line in zip(judge(lines, people, today).holders, lines, strict=True)],
        },
    )  # fmt: skip


def refresh_all(actor: Actor) -> Outcome:
    """Look at every partnership of the vendor served, some hundred in each transaction.

    Not inside transaction(). Safe to run twice, and at once.
    """
    outcome = Outcome()
    for keys in _batches():
        with transaction():
            outcome.add(refresh(actor, keys))
    return outcome


def is_due(actor: Actor) -> bool:
    """Whether today has yet to be looked at."""
    ran_on = db.session.scalars(select(AccreditationLook.ran_on)).one_or_none()
    return ran_on is None or ran_on < _today(actor)


def look_at_today(actor: Actor) -> Outcome:
    """The look of each day. Not inside transaction(). Killed half-way, the next one begins again."""
    today = _today(actor)
    outcome = refresh_all(actor)
    with transaction():
        lock_chain()
        row = db.session.scalars(select(AccreditationLook)).one_or_none()
        if row is None:
            db.session.add(AccreditationLook(vendor_id=actor.vendor_id, ran_on=today))
        else:
            row.ran_on = max(row.ran_on, today)
    return outcome


def _today(actor: Actor) -> date:
    return clock.today(db.session.scalars(select(Vendor.time_zone).where(Vendor.id == actor.vendor_id)).one())


def _batches() -> Iterator[list[int]]:
    after = 0
    while keys := list(
        db.session.scalars(
            select(Partnership.id).where(Partnership.id > after).order_by(Partnership.id).limit(AT_ONCE)
        )
    ):
        yield keys
        after = keys[-1]
