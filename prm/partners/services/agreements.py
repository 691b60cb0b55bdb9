"""Verbs on the partner agreement."""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from prm.access import Actor, require
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.markdown import MAX_TEXT
from prm.journal.services import record
from prm.partners.models import AgreementAcceptance, AgreementVersion, Partnership
from prm.partners.queries import agreements as queries
from prm.permissions import P
from prm.vendors.models import Vendor


def publish_agreement(actor: Actor, *, title: str, body: str, effective_on: date) -> AgreementVersion:
    """Write a new version of the agreement, in force from a date on. Earlier ones stay as they were.

    Raises DomainError without a text, or for a date before today or before that of the version before.
    """
    require(actor, P.VENDOR_SETTINGS)
    title, body = " ".join(title.split())[:200], body.strip()
    if not title:
        raise DomainError(_("Enter a title."), {"title": _("Enter a title.")})
    if not body or len(body) > MAX_TEXT:
        message = _("Enter the text, at most %(count)s characters.", count=MAX_TEXT)
        raise DomainError(message, {"body": message})
    newest = db.session.scalars(
        select(AgreementVersion).order_by(AgreementVersion.number.desc()).limit(1)
    ).one_or_none()
    earliest = _today(actor)
    if newest is not None:
        earliest = max(earliest, newest.effective_on)
    if effective_on < earliest:
        message = _("A version takes effect today or later, and not before the one it follows.")
        raise DomainError(message, {"effective_on": message})
    version = AgreementVersion(
        number=(db.session.scalar(select(func.max(AgreementVersion.number))) or 0) + 1,
        title=title,
        body=body,
        effective_on=effective_on,
        created_by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()
    record(
        actor,
        "agreement.published",
        version,
        facts={"number": version.number, "effective_on": effective_on, "sha256": _digest(version)},
    )
    return version


def accept_agreement(actor: Actor, version_id: UUID) -> AgreementAcceptance:
    """Accept a version for the actor's company: that in force (or renew that on a later day) or a coming one.

    Raises Conflict where the version that was read has been replaced.
    """
    require(actor, P.AGREEMENT_ACCEPT)
    today = _today(actor)
    versions = queries.list_open_agreements(today)
    if not versions or actor.partnership_id is None or actor.user_id is None:
        raise NotFound
    version = next((each for each in versions if each.public_id == version_id), None)
    if version is None:
        raise Conflict(_("Another version took effect in the meantime. Read it, then accept."))
    partnership = db.session.scalars(
        select(Partnership).where(Partnership.id == actor.partnership_id).with_for_update()
    ).one()
    known = queries.find_acceptance(partnership.id, version, today)
    if known is not None and known[0].accepted_on == today:
        return known[0]
    acceptance = AgreementAcceptance(
        partnership_id=partnership.id,
        version_id=version.id,
        accepted_by_id=actor.user_id,
        accepted_on=today,
        accepted_at=clock.now(),
    )
    db.session.add(acceptance)
    if version.effective_on <= today:  # what is accepted ahead says nothing of what is in force
        partnership.agreement_accepted_on = today
    db.session.flush()
    record(
        actor,
        "agreement.accepted",
        acceptance,
        facts={
            "version": version.number,
            "sha256": _digest(version),
            "partnership": partnership.public_id,
            "accepted_on": today,
        },
    )
    return acceptance


def _digest(version: AgreementVersion) -> str:
    """What was agreed on, word for word: SHA-256 of title and text."""
    return hashlib.sha256(f"{version.title}\n\n{version.body}".encode()).hexdigest()


def _today(actor: Actor) -> date:
    zone = db.session.scalars(select(Vendor.time_zone).where(Vendor.id == actor.vendor_id)).one()
    return clock.today(zone)
