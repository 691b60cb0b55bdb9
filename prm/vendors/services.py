"""Verbs on vendors."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from prm.access import Actor, require
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.brand_css import WHITE, contrast, parse_colour
from prm.infra.money import MoneyError, exponent_of
from prm.infra.time_zones import is_time_zone
from prm.journal.chain import INSTALLATION
from prm.journal.services import record
from prm.permissions import P
from prm.vendors.models import FormerSlug, Paper, SecondFactorRule, Vendor
from prm.vendors.slugs import RESERVED, SLUG

MIN_CONTRAST = 4.5  # WCAG 2.2, text on white: what certificates and reports print


def create_vendor(
    actor: Actor,
    *,
    slug: str,
    name: str,
    currency: str = "USD",
    time_zone: str = "UTC",
    paper: Paper = Paper.A4,
) -> Vendor:
    """Create a tenant. Raises DomainError naming the field that cannot be."""
    _check_slug(slug)
    name = _checked_name(name)
    _check_place(currency, time_zone)
    vendor = Vendor(
        slug=slug, name=name, currency=currency, time_zone=time_zone, paper=paper, created_at=clock.now()
    )
    db.session.add(vendor)
    _flush_slug(slug)
    record(actor, "vendor.created", vendor, facts={"slug": slug}, chain=INSTALLATION)
    return vendor


def change_settings(
    actor: Actor,
    vendor: Vendor,
    *,
    revision: int,
    name: str,
    slug: str,
    currency: str,
    time_zone: str,
    fiscal_year_start_month: int,
    brand_primary: str,
    brand_ink: str,
    second_factor: str,
    paper: str,
) -> None:
    """Change what a vendor states of itself. After a new slug, addresses with the old one redirect.

    `revision` is of the settings that were looked at: raises Conflict where somebody changed them
    since. Raises DomainError naming the field that cannot be.
    """
    require(actor, P.VENDOR_SETTINGS)
    if revision != vendor.revision:
        raise Conflict(
            _("Somebody else changed the settings in the meantime. Compare with what they are now.")
        )
    name = _checked_name(name)
    _check_place(currency, time_zone)
    if fiscal_year_start_month not in range(1, 13):
        message = _("Choose a month.")
        raise DomainError(message, {"fiscal_year_start_month": message})
    if second_factor not in set(SecondFactorRule):
        message = _("Choose whom you ask for a second factor.")
        raise DomainError(message, {"second_factor": message})
    if paper not in set(Paper):
        message = _("Choose a paper size.")
        raise DomainError(message, {"paper": message})
    for field, colour in (("brand_primary", brand_primary), ("brand_ink", brand_ink)):
        _check_colour(field, colour)
    if slug != vendor.slug:
        _rename(actor, vendor, slug)
    wanted: dict[str, Any] = {
        "name": name,
        "currency": currency,
        "time_zone": time_zone,
        "fiscal_year_start_month": fiscal_year_start_month,
        "brand_primary": brand_primary.lower(),
        "brand_ink": brand_ink.lower(),
        "second_factor": SecondFactorRule(second_factor),
        "paper": Paper(paper),
    }
    changed = {key: [getattr(vendor, key), value] for key, value in wanted.items()
               if getattr(vendor, key) != value}  # fmt: skip
    for key, value in wanted.items():
        setattr(vendor, key, value)
    if changed:
        record(actor, "vendor.changed", vendor, facts=changed)


def _rename(actor: Actor, vendor: Vendor, slug: str) -> None:
    """Take another slug; one the vendor had before may be taken back."""
    own_former = db.session.get(FormerSlug, slug)
    if own_former is not None and own_former.vendor_id == vendor.id:
        db.session.delete(own_former)
        db.session.flush()
    else:
        _check_slug(slug)
    db.session.add(FormerSlug(slug=vendor.slug, vendor_id=vendor.id))
    former, vendor.slug = vendor.slug, slug
    _flush_slug(slug)
    record(actor, "vendor.renamed", vendor, facts={"slug": [former, slug]})


def contrast_of(colour: str) -> float:
    """The contrast of a colour `#rrggbb` against white, 1 to 21. Raises ValueError for anything else."""
    return contrast(parse_colour(colour), WHITE)


def _check_colour(field: str, colour: str) -> None:
    try:
        ratio = contrast_of(colour)
    except ValueError:
        message = _("Write a colour as # and six hexadecimal digits, such as #1f4e8c.")
        raise DomainError(message, {field: message}) from None
    if ratio < MIN_CONTRAST:
        message = _(
            "This colour is too light: its contrast against white is %(ratio)s : 1, and text needs "
            "at least %(least)s : 1. Choose a darker one.",
            ratio=format_decimal(ratio, "0.0"),
            least=format_decimal(MIN_CONTRAST, "0.0"),
        )
        raise DomainError(message, {field: message})


def _flush_slug(slug: str) -> None:
    """Write; somebody who takes the same slug at the same moment gets the sentence, not a failure."""
    try:
        db.session.flush()
    except IntegrityError as error:
        message = _("The slug %(slug)s is taken.", slug=slug)
        raise Conflict(message, {"slug": message}) from error


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise DomainError(_("A vendor needs a name."), {"name": _("Enter a name.")})
    if len(name) > 200:
        message = _("Use at most %(count)s characters.", count=200)
        raise DomainError(message, {"name": message})
    return name


def _check_place(currency: str, time_zone: str) -> None:
    try:
        exponent_of(currency)
    except MoneyError:
        raise DomainError(
            _("%(currency)s is not an ISO 4217 currency code.", currency=currency),
            {"currency": _("Use a code such as USD or EUR.")},
        ) from None
    if not is_time_zone(time_zone):
        raise DomainError(
            _("%(zone)s is not a time zone.", zone=time_zone),
            {"time_zone": _("Use a name such as Europe/Berlin.")},
        )


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
