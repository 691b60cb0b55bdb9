"""Verbs on partnerships."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor
from prm.accounts import services as accounts
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.names import fold_name
from prm.infra.revisions import check_revision, revision_of
from prm.infra.similar import most_similar
from prm.journal.services import record
from prm.partners.models import Partnership, PartnershipStatus, PartnershipType, Region
from prm.partners.queries import partnerships as queries

MANUAL = "portal"  # source system of what was entered here


def get_or_create_region(actor: Actor, name: str) -> Region:
    """The vendor's region of that name, created on first mention."""
    name = " ".join(name.split())[:100]
    region = db.session.scalars(select(Region).where(Region.name == name)).one_or_none()
    if region is None:
        region = Region(name=name, vendor_id=actor.vendor_id)
        db.session.add(region)
        db.session.flush()
    return region


def find_region(actor: Actor, name: str, *, is_new: bool) -> Region:
    """The vendor's region of that name, whatever its case and spacing.

    Where there is none it is made if `is_new` says so. Otherwise raises DomainError (field `region`): a
    typing error would be a region for everybody, for good.
    """
    regions = list(db.session.scalars(select(Region).order_by(Region.name)))
    exact = " ".join(name.split())
    alike = [region for region in regions if fold_name(region.name) == fold_name(name)]
    if alike:
        return next((region for region in alike if region.name == exact), alike[0])
    if is_new:
        return get_or_create_region(actor, name)
    closest = most_similar(name, [region.name for region in regions])
    if actor.region_ids is not None:
        message = _("Choose one of the regions you look after.")
    elif closest is not None:
        message = _(
            "There is no region “%(name)s”. Did you mean “%(closest)s”? If not, tick “Make it a new region”.",
            name=exact,
            closest=closest,
        )
    else:
        message = _(
            "There is no region “%(name)s” yet. Choose another, or tick “Make it a new region”.", name=exact
        )
    raise DomainError(message, {"region": message})


def create_partnership(
    actor: Actor,
    *,
    name: str,
    type: PartnershipType = PartnershipType.VAR,
    status: PartnershipStatus = PartnershipStatus.ACTIVE,
    region: str | None = None,
    manager_name: str | None = None,
    manager_user_id: int | None = None,
    external_id: str | None = None,
    source_system: str | None = None,
    web_domain: str | None = None,
    country: str | None = None,
) -> Partnership:
    """Enter a reseller company as this vendor knows it.

    Raises DomainError without a name, or where the external id is taken in that source system.
    """
    name = " ".join(name.split())
    if not name:
        raise DomainError(_("A partnership needs a name."), {"name": _("Enter a name.")})
    source = (source_system or MANUAL) if external_id else source_system
    if external_id and db.session.scalar(
        select(Partnership.id).where(
            Partnership.source_system == source, Partnership.external_id == external_id
        )
    ):
        message = _("The external id %(id)s is taken.", id=external_id)
        raise DomainError(message, {"external_id": message})
    partnership = Partnership(
        vendor_id=actor.vendor_id,
        name=name[:200],
        name_folded=fold_name(name),
        type=type,
        status=status,
        region_id=get_or_create_region(actor, region).id if region else None,
        manager_name=manager_name,
        manager_user_id=manager_user_id,
        source_system=source,
        external_id=external_id,
        web_domain=web_domain,
        country=country,
        created_at=clock.now(),
    )
    db.session.add(partnership)
    db.session.flush()
    record(actor, "partnership.created", partnership, facts={"name": partnership.name})
    return partnership


def revision_of_partnership(partnership: Partnership) -> str:
    """Another text for every state of what change_partnership() writes, whoever changed it."""
    return revision_of(
        partnership.name,
        partnership.type.value,
        partnership.region_id,
        partnership.manager_user_id,
        partnership.manager_name,
        partnership.external_id,
        partnership.agreement_accepted_on,
    )


def change_partnership(
    actor: Actor,
    partnership: Partnership,
    *,
    name: str,
    type: PartnershipType,
    status: PartnershipStatus | None,
    region: str | None,
    manager_id: UUID | None,
    external_id: str | None,
    agreement_accepted_on: date | None,
    is_new_region: bool = False,
    revision: str | None = None,
) -> None:
    """Change what this vendor states of a partnership. Raises DomainError as create_partnership does.

    `status` None leaves it as it is. `manager_id` is the public id of one of the vendor's channel managers.
    A region that there is not yet is made where `is_new_region` says so, and refused otherwise.
    `revision` is of the partnership that was looked at, if one was: raises Conflict where it is another now.
    """
    if revision is not None:
        db.session.refresh(partnership, with_for_update=True)  # nobody saves between the check and the change
        check_revision(revision, revision_of_partnership(partnership))
    name = " ".join(name.split())
    if not name:
        raise DomainError(_("A partnership needs a name."), {"name": _("Enter a name.")})
    source = (partnership.source_system or MANUAL) if external_id else partnership.source_system
    taken = select(Partnership.id).where(
        Partnership.source_system == source,
        Partnership.external_id == external_id,
        Partnership.id != partnership.id,
    )
    if external_id and db.session.scalar(taken):
        message = _("The external id %(id)s is taken.", id=external_id)
        raise DomainError(message, {"external_id": message})
    manager = queries.find_manager(actor, manager_id)
    region_id = find_region(actor, region, is_new=is_new_region).id if region else None
    before = partnership.status
    status = status or before
    partnership.name, partnership.name_folded = name[:200], fold_name(name)
    partnership.type, partnership.status = type, status
    partnership.region_id = region_id
    if manager is not None:
        partnership.manager_user_id, partnership.manager_name = manager.id, manager.name
    elif partnership.manager_user_id is not None:
        partnership.manager_user_id = partnership.manager_name = None
    # A name that an import stated, of somebody without an account, stays until somebody is chosen.
    check_region(actor, partnership)
    partnership.external_id, partnership.source_system = external_id or None, source
    partnership.agreement_accepted_on = agreement_accepted_on
    if partnership.partner_id is not None and before is not status:
        # Who belongs to an ended partnership no longer reaches the vendor; their certificates stay.
        reach = accounts.unlink_partner if status is PartnershipStatus.ENDED else accounts.link_partner
        reach(partnership.partner_id, partnership.vendor_id)
    record(
        actor,
        "partnership.changed",
        partnership,
        facts={"name": partnership.name, "status": [before.value, status.value]},
    )


def check_region(actor: Actor, partnership: Partnership) -> None:
    """Raises DomainError where a partnership would lie outside the regions that the actor looks after."""
    if actor.region_ids is not None and partnership.region_id not in actor.region_ids:
        message = _("Choose one of the regions you look after.")
        raise DomainError(message, {"region": message})


def open_partner_account(actor: Actor, partnership: Partnership) -> int:
    """The key of the company's own account behind a partnership, opened with its first person."""
    if partnership.partner_id is None:
        partner = accounts.create_partner(actor, name=partnership.name)
        link_partnership(actor, partnership, partner.id)
    assert partnership.partner_id is not None
    return partnership.partner_id


def link_partnership(actor: Actor, partnership: Partnership, partner_id: int) -> None:
    """Let an existing company account answer for this partnership.

    Raises Conflict where it already has one, or the company already works with this vendor.
    """
    if partnership.partner_id is not None:
        raise Conflict(_("%(name)s already has an account.", name=partnership.name))
    if db.session.scalar(select(Partnership.id).where(Partnership.partner_id == partner_id)):
        raise Conflict(_("This company already works with this vendor."))
    partnership.partner_id = partner_id
    accounts.link_partner(partner_id, partnership.vendor_id)
    record(actor, "partnership.linked", partnership)
