"""Verbs on vendors."""

from __future__ import annotations

import re

from babel.numbers import list_currencies
from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import INSTALLATION, record
from prm.vendors.models import FormerSlug, Vendor
from prm.vendors.slugs import RESERVED, SLUG


def create_vendor(
    actor: Actor, *, slug: str, name: str, currency: str = "USD", time_zone: str = "UTC"
) -> Vendor:
    """Create a tenant. Raises DomainError naming the field that cannot be."""
    _check_slug(slug)
    if not name.strip():
        raise DomainError(_("A vendor needs a name."), {"name": _("Enter a name.")})
    if currency not in list_currencies():
        raise DomainError(
            _("%(currency)s is not an ISO 4217 currency code.", currency=currency),
            {"currency": _("Use a code such as USD or EUR.")},
        )
    try:
        clock.zone(time_zone)
    except clock.UnknownTimeZone:
        raise DomainError(
            _("%(zone)s is not a time zone.", zone=time_zone),
            {"time_zone": _("Use a name such as Europe/Berlin.")},
        ) from None
    vendor = Vendor(
        slug=slug, name=name.strip(), currency=currency, time_zone=time_zone, created_at=clock.now()
    )
    db.session.add(vendor)
    db.session.flush()
    record(actor, "vendor.created", vendor, facts={"slug": slug}, chain=INSTALLATION)
    return vendor


def _check_slug(slug: str) -> None:
    if not re.fullmatch(SLUG, slug):
        raise DomainError(
            _("A slug has 1 to 40 small letters, digits and hyphens."),
            {"slug": _("For example: acme")},
        )
    taken = select(Vendor.id).where(Vendor.slug == slug)
    former = select(FormerSlug.vendor_id).where(FormerSlug.slug == slug)
    if slug in RESERVED or db.session.scalar(taken) or db.session.scalar(former):
        raise DomainError(_("The slug %(slug)s is taken.", slug=slug), {"slug": _("Choose another one.")})
