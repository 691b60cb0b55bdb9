"""Verbs on whose managers see an application: by the country it comes from, or as somebody decides."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, update

from prm.access import Actor, require
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import claim
from prm.journal.services import record
from prm.partners.models import ApplicationStatus, CountryRegion, PartnerApplication, Region
from prm.permissions import P


def set_country_region(actor: Actor, *, country: str, region: str) -> CountryRegion:
    """Say which region's managers see who applies from a country: from now on, and what waits without one.

    Raises DomainError without a country or one of the vendor's regions.
    """
    require(actor, P.VENDOR_SETTINGS)
    if not country:
        raise DomainError(_("Choose a country."), {"country": _("Choose a country.")})
    chosen = _get_region(region)
    if chosen is None:
        raise DomainError(_("Choose a region."), {"region": _("Choose a region.")})
    row = db.session.scalars(select(CountryRegion).where(CountryRegion.country == country)).one_or_none()
    if row is None:
        row = CountryRegion(vendor_id=actor.vendor_id, country=country)
        db.session.add(row)
    row.region_id = chosen.id
    db.session.execute(
        update(PartnerApplication)
        .where(
            PartnerApplication.country == country,
            PartnerApplication.region_id.is_(None),
            PartnerApplication.status == ApplicationStatus.WAITING,
        )
        .values(region_id=chosen.id)
        .execution_options(synchronize_session="fetch")
    )
    db.session.flush()
    record(actor, "country_region.set", row, facts={"country": country, "region": chosen.name})
    return row


def remove_country_region(actor: Actor, row: CountryRegion) -> None:
    """Let those from a country wait for who sees every region. What came before stays where it is."""
    require(actor, P.VENDOR_SETTINGS)
    record(actor, "country_region.removed", row, facts={"country": row.country})
    db.session.delete(row)


def pass_application_on(actor: Actor, application: PartnerApplication, *, region: str) -> None:
    """Let the managers of another region see an application and rule on it; "" for none in particular.

    Raises DomainError for what is none of the vendor's regions, Conflict once it was ruled on.
    """
    require(actor, P.APPLICATION_RULE)
    chosen = _get_region(region)
    if region and chosen is None:
        raise DomainError(_("Choose a region."), {"region": _("Choose a region.")})
    claim(
        update(PartnerApplication)
        .where(
            PartnerApplication.id == application.id,
            PartnerApplication.status == ApplicationStatus.WAITING,
        )
        .values(region_id=chosen.id if chosen is not None else None),
        _("Somebody has ruled on this application already."),
    )
    db.session.refresh(application)
    facts = {"region": chosen.name if chosen is not None else None}
    record(actor, "application.passed_on", application, facts=facts)


def _get_region(name: str) -> Region | None:
    return db.session.scalars(select(Region).where(Region.name == name)).one_or_none()
