"""Reading applications, and who of the partners there are an applicant may be already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from prm.access import Actor, visible
from prm.accounts.models import Membership, User
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.ids import token_hash
from prm.infra.names import fold_name
from prm.infra.similar import MOST, most_similar
from prm.partners.models import (
    ApplicationField,
    ApplicationForm,
    ApplicationStatus,
    CountryRegion,
    PartnerApplication,
    Partnership,
    PartnershipAlias,
)
from prm.permissions import P


@dataclass(frozen=True)
class Likeness:
    """A partnership that an applicant may be, and by which sign: domain, mail, name, similar."""

    public_id: UUID
    name: str
    sign: str


def find_form() -> ApplicationForm | None:
    """What the vendor served states of its form."""
    return db.session.scalars(select(ApplicationForm)).one_or_none()


def list_fields() -> list[ApplicationField]:
    """The vendor's own questions, in their order."""
    return list(
        db.session.scalars(select(ApplicationField).order_by(ApplicationField.position, ApplicationField.id))
    )


def get_field(actor: Actor, public_id: UUID) -> ApplicationField:
    """Raises NotFound, for a foreign one as for one that does not exist."""
    statement = select(ApplicationField).where(ApplicationField.public_id == public_id)
    found = db.session.scalars(visible(statement, actor, P.VENDOR_SETTINGS)).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_country_regions() -> list[CountryRegion]:
    """Which region's managers see who applies from a country."""
    statement = select(CountryRegion).options(joinedload(CountryRegion.region))
    return list(db.session.scalars(statement.order_by(CountryRegion.country)))


def get_country_region(actor: Actor, public_id: UUID) -> CountryRegion:
    """Raises NotFound, for a foreign one as for one that does not exist."""
    statement = select(CountryRegion).where(CountryRegion.public_id == public_id)
    found = db.session.scalars(visible(statement, actor, P.VENDOR_SETTINGS)).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_unconfirmed(token: str) -> PartnerApplication | None:
    """The application of the vendor served whose link a mail carried, while it can be confirmed."""
    return db.session.scalars(
        select(PartnerApplication).where(
            PartnerApplication.token_hash == token_hash(token),
            PartnerApplication.status == ApplicationStatus.UNCONFIRMED,
            PartnerApplication.expires_at > clock.now(),
        )
    ).one_or_none()


def select_applications(actor: Actor) -> Select[Any]:
    """Every confirmed application within reach."""
    statement = select(PartnerApplication).where(PartnerApplication.status != ApplicationStatus.UNCONFIRMED)
    statement = statement.options(joinedload(PartnerApplication.region))
    return visible(statement, actor, P.APPLICATION_RULE)


def get_application(actor: Actor, public_id: UUID) -> PartnerApplication:
    """Raises NotFound, for a foreign or unconfirmed one as for one that does not exist."""
    statement = select_applications(actor).where(PartnerApplication.public_id == public_id)
    found: PartnerApplication | None = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_known(applications: Sequence[PartnerApplication]) -> set[int]:
    """Keys of the waiting applications whose domain or name a partnership has: one query."""
    waiting = [a for a in applications if a.status is ApplicationStatus.WAITING]
    rows = db.session.execute(
        select(Partnership.web_domain, Partnership.name_folded).where(
            or_(
                Partnership.web_domain.in_({a.web_domain for a in waiting}),
                Partnership.name_folded.in_({a.company_folded for a in waiting}),
            )
        )
    ).all()
    domains, names = {row[0] for row in rows}, {row[1] for row in rows}
    return {a.id for a in waiting if a.web_domain in domains or a.company_folded in names}


def list_likenesses(actor: Actor, application: PartnerApplication) -> list[Likeness]:
    """Partnerships within reach that the applicant may be already, the surest sign first."""
    reach = visible(
        select(Partnership.public_id, Partnership.name).order_by(Partnership.name_folded),
        actor,
        P.PARTNER_VIEW,
        Partnership,
    ).where(Partnership.merged_into_id.is_(None))
    alias = select(PartnershipAlias.partnership_id).where(
        PartnershipAlias.value_folded == application.company_folded
    )
    colleagues = (
        select(Membership.partner_id)
        .join(User, User.id == Membership.user_id)
        .where(User.email_folded.endswith(f"@{application.web_domain}", autoescape=True))
    )
    signs = (
        ("domain", Partnership.web_domain == application.web_domain),
        ("name", or_(Partnership.name_folded == application.company_folded, Partnership.id.in_(alias))),
        ("mail", Partnership.partner_id.in_(colleagues)),
    )
    found: dict[UUID, Likeness] = {}
    for sign, criterion in signs:
        for public_id, name in db.session.execute(reach.where(criterion).limit(10)):
            found.setdefault(public_id, Likeness(public_id, name, sign))
    names = {name: public_id for public_id, name in db.session.execute(reach.limit(MOST))}
    similar = most_similar(application.company, (n for n in names if fold_name(n)))
    if similar is not None:
        found.setdefault(names[similar], Likeness(names[similar], similar, "similar"))
    return list(found.values())
