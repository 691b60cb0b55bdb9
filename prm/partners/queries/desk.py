"""Reading notes, tasks, contacts and documents of partnerships."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import joinedload

from prm.access import Actor, visible
from prm.accounts.models import Membership, MembershipRole, User
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.partners.models import (
    Partnership,
    PartnershipContact,
    PartnershipDocument,
    PartnershipNote,
    PartnershipTask,
)
from prm.permissions import P

SHOWN = 50


def list_notes(partnership: Partnership) -> list[PartnershipNote]:
    """Of a partnership that was fetched as the vendor's own to edit; newest first."""
    statement = select(PartnershipNote).where(PartnershipNote.partnership_id == partnership.id)
    newest = statement.options(joinedload(PartnershipNote.author)).order_by(PartnershipNote.id.desc())
    return list(db.session.scalars(newest.limit(SHOWN)))


def list_contacts(partnership: Partnership) -> list[PartnershipContact]:
    """Of a partnership that was fetched as the vendor's own to edit; by name."""
    statement = select(PartnershipContact).where(PartnershipContact.partnership_id == partnership.id)
    by_name = statement.order_by(PartnershipContact.name, PartnershipContact.id)
    return list(db.session.scalars(by_name))


def select_tasks(actor: Actor) -> Select[Any]:
    """(PartnershipTask, partnership's name, its public id, owner's name) of every task within reach."""
    return visible(
        select(
            PartnershipTask,
            Partnership.name.label("partnership_name"),
            Partnership.public_id.label("partnership_public_id"),
            User.name.label("owner_name"),
        )
        .join(Partnership, Partnership.id == PartnershipTask.partnership_id)
        .join(User, User.id == PartnershipTask.owner_id),
        actor,
        P.PARTNER_EDIT,
        PartnershipTask,
    )


def list_tasks(actor: Actor, partnership: Partnership) -> list[Any]:
    """Open ones first, each by due date."""
    statement = select_tasks(actor).where(PartnershipTask.partnership_id == partnership.id)
    order = (PartnershipTask.done_at.is_not(None), PartnershipTask.due_on, PartnershipTask.id)
    return list(db.session.execute(statement.order_by(*order).limit(SHOWN)))


def list_my_tasks(actor: Actor, limit: int) -> list[Any]:
    """What the person has to do, the longest due first."""
    statement = select_tasks(actor).where(
        PartnershipTask.owner_id == actor.user_id, PartnershipTask.done_at.is_(None)
    )
    return list(
        db.session.execute(statement.order_by(PartnershipTask.due_on, PartnershipTask.id).limit(limit))
    )


def list_task_owners(actor: Actor, partnership: Partnership) -> list[tuple[UUID, str]]:
    """The vendor's staff who can look after a partnership: those whose regions it lies in."""
    region = partnership.region.name if partnership.region else None
    rows = db.session.execute(
        select(User.public_id, User.name, Membership.region_names)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.vendor_id == actor.vendor_id,
            Membership.role.in_([MembershipRole.CHANNEL_MANAGER, MembershipRole.VENDOR_ADMIN]),
            or_(Membership.ended_at.is_(None), Membership.ended_at > clock.now()),
        )
        .order_by(User.name, User.id)
    )
    return [(public_id, name) for public_id, name, regions in rows if not regions or region in regions]


def list_documents(partnership: Partnership, end: datetime | None = None) -> list[PartnershipDocument]:
    """Of a partnership within reach of who may see documents; newest first, with `end` those alone that were
    added before."""
    statement = (
        select(PartnershipDocument)
        .options(joinedload(PartnershipDocument.file))
        .where(
            PartnershipDocument.partnership_id == partnership.id,
            true() if end is None else PartnershipDocument.created_at < end,
        )
        .order_by(PartnershipDocument.id.desc())
    )
    return list(db.session.scalars(statement))


def get_owned(actor: Actor, model: Any, public_id: UUID, permission: P) -> Any:
    """A note, task, contact or document within reach.

    Raises NotFound, for a foreign one as for one that does not exist.
    """
    statement = visible(select(model).where(model.public_id == public_id), actor, permission)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound
    return found
