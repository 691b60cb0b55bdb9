"""Verbs on branches and parents of a partnership."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor, require
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.names import fold_name
from prm.journal.services import lock_chain, record
from prm.partners.models import Partnership, PartnershipBranch, PartnershipParent
from prm.partners.queries import structure as queries
from prm.partners.queries.partnerships import list_named
from prm.partners.services.partnerships import get_or_create_region
from prm.permissions import P


def add_branch(
    actor: Actor, partnership: Partnership, *, name: str, address: str, region: str | None
) -> PartnershipBranch:
    """Note a further place of a partner. Raises DomainError without a name."""
    require(actor, P.PARTNER_EDIT)
    name = " ".join(name.split())[:120]
    if not name:
        raise DomainError(_("Enter a name."), {"name": _("Enter a name.")})
    branch = PartnershipBranch(
        partnership_id=partnership.id,
        name=name,
        address=address.strip()[:500],
        region_id=get_or_create_region(actor, region).id if region else None,
        created_at=clock.now(),
    )
    db.session.add(branch)
    db.session.flush()
    record(actor, "branch.added", branch, facts={"partnership": partnership.public_id, "name": name})
    return branch


def remove_branch(actor: Actor, branch: PartnershipBranch) -> None:
    """Note that the place is none of the partner's any more."""
    require(actor, P.PARTNER_EDIT)
    record(actor, "branch.removed", branch, facts={"name": branch.name})
    db.session.delete(branch)
    db.session.flush()


def set_parent(actor: Actor, partnership: Partnership, name: str) -> None:
    """Say through which partner this one buys; an empty name: through none.

    Raises DomainError where no or several partners within reach go by the name, or where the
    parent buys through this one itself, over whichever others.
    """
    require(actor, P.PARTNER_EDIT)
    lock_chain()  # two people who make each of two partners the other's parent: the second sees the first
    known = db.session.scalars(
        select(PartnershipParent).where(PartnershipParent.partnership_id == partnership.id)
    ).one_or_none()
    if not fold_name(name):
        if known is not None:
            db.session.delete(known)
            db.session.flush()
            record(actor, "partnership.parent_removed", partnership)
        return
    found = list_named(actor, name, P.PARTNER_EDIT)
    if len(found) != 1:
        message = _("Several partners go by this name.") if found else _("You have no partner of this name.")
        raise DomainError(message, {"parent": message})
    parent = found[0]
    if parent.id == partnership.id or partnership.id in queries.list_ancestors(parent.id):
        message = _("%(name)s buys through this partner itself.", name=parent.name)
        raise DomainError(message, {"parent": message})
    if known is None:
        known = PartnershipParent(partnership_id=partnership.id, created_at=clock.now())
        db.session.add(known)
    known.parent_id = parent.id
    db.session.flush()
    record(actor, "partnership.parent_set", partnership, facts={"parent": parent.public_id})
