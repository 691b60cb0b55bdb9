"""People a certificate can be issued to, and the company they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from prm.access import Actor, visible
from prm.accounts import sessions
from prm.accounts.models import User
from prm.accounts.queries import is_current, select_people
from prm.extensions import db
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import P

MAX_OFFERED = 500


@dataclass(frozen=True)
class Candidate:
    """Somebody within reach, and the company they belong to ('' for the vendor's own staff)."""

    user_key: int
    email: str
    name: str
    company: str


def list_candidates(actor: Actor) -> list[Candidate]:
    """People the actor may issue a certificate to, by name; the first 500."""
    statement = _candidates(actor).order_by(User.name, User.id).limit(MAX_OFFERED)
    found = {row[1].id: Candidate(row[1].id, row[1].email, row[1].name, row.company_name or "")
             for row in db.session.execute(statement)}  # fmt: skip
    return list(found.values())


def find_candidate(actor: Actor, email: str) -> User | None:
    """The person with an e-mail address, if the actor may issue a certificate to them."""
    folded = email.strip().casefold()
    if not folded.isprintable():
        return None  # no address has control characters, and PostgreSQL takes no NUL
    statement = _candidates(actor).where(User.email_folded == folded)
    row = db.session.execute(statement.limit(1)).first()
    user: User | None = row[1] if row is not None else None
    return user


def find_partnership(user_key: int, vendor_key: int) -> Partnership | None:
    """The partnership a person belongs to today; None for the vendor's own staff and for nobody's."""
    memberships = sessions.list_memberships(user_key)
    if any(each.vendor_id == vendor_key for each in memberships):
        return None
    partners = [each.partner_id for each in memberships if each.partner_id is not None]
    return db.session.scalars(
        select(Partnership)
        .where(Partnership.partner_id.in_(partners), Partnership.status != PartnershipStatus.ENDED)
        .order_by(Partnership.id)
        .limit(1)
    ).one_or_none()


def _candidates(actor: Actor) -> Select[Any]:
    companies = visible(
        select(Partnership.partner_id, Partnership.name, Partnership.public_id, Partnership.created_at),
        actor,
        P.CERTIFICATE_ISSUE,
        Partnership,
    ).where(Partnership.partner_id.is_not(None), Partnership.status != PartnershipStatus.ENDED)
    people = select_people(actor, companies, P.CERTIFICATE_ISSUE)
    return people.where(is_current(), User.is_active)
