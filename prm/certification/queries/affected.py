"""Whom other rules of a scheme would affect, told before they are written."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from prm.access import Actor
from prm.accounts.models import User
from prm.certification.models import Certificate, Certification
from prm.certification.queries.certificates import is_renewed, today_of
from prm.certification.queries.qualifying import list_meeting, read_record
from prm.certification.queries.schemes import list_belonging
from prm.certification.queries.versions import get_version, terms_of
from prm.certification.rules import Terms
from prm.certification.validity import status_of
from prm.extensions import db

NAMED = 10


@dataclass(frozen=True)
class Some:
    """People: how many, and the names of the first ten."""

    count: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Affected:
    """Who of those who belong here today is affected.

    `holders` hold a valid certificate, which they keep; `behind` are those of them who do not meet the new
    rules as they are. Without one: `lost` meet the rules of today and not the new ones, `won` the other way
    round.
    """

    holders: int
    behind: Some
    lost: Some
    won: Some


def preview_terms(actor: Actor, scheme: Certification, terms: Terms) -> Affected:
    """What would come of `terms` if they held today."""
    today = today_of(actor)
    before = terms_of(get_version(scheme, today))
    record = read_record(actor, [before, terms])
    belonging = list_belonging(actor)
    meets_before, meets = (list_meeting(each, record) & belonging for each in (before, terms))
    certificates = db.session.scalars(
        select(Certificate).where(Certificate.certification_id == scheme.id, ~is_renewed())
    )
    holders = {each.user_id for each in certificates if status_of(each, today).holds} & belonging
    behind, lost, won = holders - meets, meets_before - meets - holders, meets - meets_before - holders
    names = dict(
        db.session.execute(
            select(User.id, User.name).where(
                User.id.in_([key for some in (behind, lost, won) for key in sorted(some)[:200]])
            )
        ).all()
    )

    def told(some: set[int]) -> Some:
        shown = sorted(names[key] for key in some if key in names)[:NAMED]
        return Some(len(some), tuple(shown))

    return Affected(len(holders), told(behind), told(lost), told(won))
