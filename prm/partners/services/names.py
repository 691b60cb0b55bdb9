"""Verbs on the other names of a partner: what sources call it."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra.names import fold_name
from prm.journal.services import record
from prm.partners.models import Partnership, PartnershipAlias


def add_alias(actor: Actor, partnership: Partnership, value: str) -> PartnershipAlias:
    """Let another name stand for a partner in every later import. Whoever calls has checked the reach.

    Raises DomainError (field `value`) for no name or one that a partner goes by; Conflict where the name
    stands for one already.
    """
    value = " ".join(value.split())
    if not value or len(value) > 200:
        message = _("Enter the name that the source uses.")
        raise DomainError(message, {"value": message})
    folded = fold_name(value)
    if folded == partnership.name_folded:
        message = _("“%(name)s” is the partner's own name.", name=partnership.name)
        raise DomainError(message, {"value": message})
    taken = db.session.scalars(
        select(Partnership.name)
        .join(PartnershipAlias, PartnershipAlias.partnership_id == Partnership.id)
        .where(PartnershipAlias.value_folded == folded)
    ).one_or_none()
    if taken is not None:
        raise Conflict(_("“%(value)s” stands for %(name)s already.", value=value, name=taken))
    alias = PartnershipAlias(
        vendor_id=actor.vendor_id, partnership_id=partnership.id, value=value, value_folded=folded
    )
    db.session.add(alias)
    db.session.flush()
    facts = {"value": value, "partnership": str(partnership.public_id)}
    record(actor, "partnership.alias_added", alias, facts=facts)
    return alias


def remove_alias(actor: Actor, alias: PartnershipAlias) -> None:
    """Let a name stand for the partner no more: later imports do not know it."""
    record(actor, "partnership.alias_removed", alias, facts={"value": alias.value})
    db.session.delete(alias)
    db.session.flush()
