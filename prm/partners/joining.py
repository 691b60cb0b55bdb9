"""How people join a partnership: what follows when one of them accepts an invitation."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor
from prm.accounts import queries
from prm.accounts import services as accounts
from prm.accounts.models import Invitation, JobFunction, User
from prm.errors import Conflict
from prm.extensions import db
from prm.partners.models import Partnership, PartnershipStatus
from prm.partners.services import link_partnership, open_partner_account
from prm.permissions import Role


def join_partnership(actor: Actor, invitation: Invitation) -> None:
    """Let who accepted an invitation of a partnership in; nothing for one of the vendor's own staff.

    The administrator of a company that is on the portal already links it; else the first to come
    opens the company's account. Raises Conflict where the partnership ended, or is linked otherwise.
    """
    if invitation.partnership_public_id is None:
        return
    partnership = db.session.scalars(
        select(Partnership)
        .where(Partnership.public_id == invitation.partnership_public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if partnership is None or partnership.status is PartnershipStatus.ENDED:
        raise Conflict(_("This partnership has ended. Ask who invited you."))
    if invitation.partner_id is not None:
        link_partnership(actor, partnership, invitation.partner_id)
        return
    partner_id = open_partner_account(actor, partnership)
    accounts.add_membership(
        actor,
        db.session.get_one(User, invitation.accepted_by_id),
        Role(invitation.role.value),
        partner_id=partner_id,
        at_vendor_id=None if _acts_everywhere(invitation, partner_id) else invitation.vendor_id,
        job_functions=[JobFunction(f) for f in invitation.job_functions],
    )


def _acts_everywhere(invitation: Invitation, partner_id: int) -> bool:
    """Whether who joins acts for the company with every vendor: its own decision, not a vendor's.

    The first administrator of a company that works with nobody else is its own.
    """
    if invitation.is_for_company:
        return True
    return (
        invitation.role.value == Role.PARTNER_ADMIN
        and not queries.has_own_admin(partner_id)
        and not queries.works_with_others(partner_id, invitation.vendor_id)
    )
