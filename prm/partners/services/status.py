"""Verbs on the status of a partnership: each of them journaled, each of them once."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import update

from prm.access import Actor
from prm.extensions import db
from prm.infra.db import claim
from prm.journal.services import record
from prm.partners.models import Partnership, PartnershipStatus


def activate_partnership(actor: Actor, partnership: Partnership, *, by: str, reason: str = "") -> None:
    """End onboarding: the partnership is active. `by` says how: "plan" or "decision" (with its reason).

    Raises Conflict where it is not in onboarding any more.
    """
    before = [PartnershipStatus.APPLIED, PartnershipStatus.ONBOARDING]
    _change(partnership, before, PartnershipStatus.ACTIVE)
    personal = {"reason": reason} if reason else None
    record(actor, "partnership.activated", partnership, facts={"by": by}, personal=personal)


def _change(partnership: Partnership, before: Sequence[PartnershipStatus], after: PartnershipStatus) -> None:
    claim(
        update(Partnership)
        .where(Partnership.id == partnership.id, Partnership.status.in_(before))
        .values(status=after),
        _("Somebody has changed the status of %(name)s meanwhile.", name=partnership.name),
    )
    db.session.refresh(partnership)
