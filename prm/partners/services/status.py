"""Verbs on the status of a partnership: each of them journaled, each of them once."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import update

from prm.access import Actor, require
from prm.accounts import services as accounts
from prm.errors import DomainError
from prm.extensions import db
from prm.infra.db import claim
from prm.journal.services import record
from prm.partners.models import Partnership, PartnershipStatus
from prm.partners.models.past import past_of
from prm.permissions import P


def activate_partnership(actor: Actor, partnership: Partnership, *, by: str, reason: str = "") -> None:
    """End onboarding: the partnership is active. `by` says how: "plan" or "decision" (with its reason).

    Raises Conflict where it is not in onboarding any more.
    """
    before = [PartnershipStatus.APPLIED, PartnershipStatus.ONBOARDING]
    _change(partnership, before, PartnershipStatus.ACTIVE)
    personal = {"reason": reason} if reason else None
    record(actor, "partnership.activated", partnership, facts={"by": by}, personal=personal)


def _change(partnership: Partnership, before: Sequence[PartnershipStatus], after: PartnershipStatus) -> None:
    db.session.refresh(partnership, with_for_update=True)
    past = past_of(partnership)
    claim(
        update(Partnership)
        .where(
            Partnership.id == partnership.id,
            Partnership.status.in_(before),
            Partnership.merged_into_id.is_(None),
        )
        .values(status=after),
        _("Somebody has changed the status of %(name)s meanwhile.", name=partnership.name),
    )
    db.session.add(past)
    db.session.flush()
    db.session.refresh(partnership)


def suspend_partnership(actor: Actor, partnership: Partnership, *, reason: str) -> None:
    """Suspend an active partnership; its people still sign in, and see that it is so.

    Raises DomainError without a reason, Conflict where it is not active.
    """
    _act(actor, partnership, [PartnershipStatus.ACTIVE], PartnershipStatus.SUSPENDED, "suspended", reason)


def resume_partnership(actor: Actor, partnership: Partnership, *, reason: str) -> None:
    """Make a suspended or ended partnership active again; its people reach the vendor once more.

    Raises DomainError without a reason, Conflict where it is neither, or was merged into another.
    """
    before = [PartnershipStatus.SUSPENDED, PartnershipStatus.ENDED]
    _act(actor, partnership, before, PartnershipStatus.ACTIVE, "resumed", reason)
    if partnership.partner_id is not None:
        accounts.link_partner(partnership.partner_id, partnership.vendor_id)


def end_partnership(actor: Actor, partnership: Partnership, *, reason: str) -> None:
    """End a partnership: its people no longer reach the vendor; certificates and history stay.

    Raises DomainError without a reason, Conflict where it has ended already.
    """
    before = [status for status in PartnershipStatus if status is not PartnershipStatus.ENDED]
    _act(actor, partnership, before, PartnershipStatus.ENDED, "ended", reason)
    if partnership.partner_id is not None:
        accounts.unlink_partner(partnership.partner_id, partnership.vendor_id)


def _act(
    actor: Actor,
    partnership: Partnership,
    before: Sequence[PartnershipStatus],
    after: PartnershipStatus,
    act: str,
    reason: str,
) -> None:
    require(actor, P.PARTNER_EDIT)
    reason = reason.strip()[:500]
    if not reason:
        message = _("Say why, for those who ask later.")
        raise DomainError(message, {"reason": message})
    was = partnership.status
    _change(partnership, before, after)
    facts = {"status": [was.value, after.value]}
    record(actor, f"partnership.{act}", partnership, facts=facts, personal={"reason": reason})
