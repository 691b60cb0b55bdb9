"""Reading partnerships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select

from prm.access import Actor, visible
from prm.accounts.models import Membership, MembershipRole, User
from prm.errors import DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.partners.models import Partnership, PartnershipAlias, Region
from prm.permissions import P


@dataclass(frozen=True)
class Person:
    """Somebody of a partnership at an instant."""

    user_id: int
    public_id: UUID
    name: str
    role: str
    job_functions: tuple[str, ...]
    since: datetime


def get_partnership(actor: Actor, public_id: UUID, permission: P = P.PARTNER_VIEW) -> Partnership:
    """Raises NotFound, for a foreign one as for one that does not exist."""
    found = db.session.scalars(
        visible(select(Partnership).where(Partnership.public_id == public_id), actor, permission)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def select_partnerships(actor: Actor) -> Select[Any]:
    """(Partnership, region name, manager's name) of every partnership within reach."""
    return visible(
        select(Partnership, Region.name.label("region_name"), User.name.label("manager_user_name"))
        .outerjoin(Region, Region.id == Partnership.region_id)
        .outerjoin(User, User.id == Partnership.manager_user_id),
        actor,
        P.PARTNER_VIEW,
        Partnership,
    ).where(Partnership.merged_into_id.is_(None))


def list_of_partnerships(actor: Actor) -> Select[Any]:
    """Which partnerships are within reach, without what a page shows beside them: counting ten thousand
    need not look their regions and managers up."""
    return visible(select(Partnership), actor, P.PARTNER_VIEW).where(Partnership.merged_into_id.is_(None))


def region_of() -> Any:
    """A partnership's region as a value to sort by."""
    return select(Region.name).where(Region.id == Partnership.region_id).scalar_subquery()


def manager_of() -> Any:
    """The name of who looks after a partnership, as a value to sort by."""
    user = select(User.name).where(User.id == Partnership.manager_user_id).scalar_subquery()
    return func.coalesce(user, Partnership.manager_name)


def looked_after_by(manager_id: UUID) -> Any:
    return Partnership.manager_user_id.in_(select(User.id).where(User.public_id == manager_id))


def in_region(name: str) -> Any:
    return Partnership.region_id.in_(select(Region.id).where(Region.name == name))


def count_people(partner_ids: Sequence[int]) -> dict[int, int]:
    """People with a current membership, by partner company."""
    now = clock.now()
    rows = db.session.execute(
        select(Membership.partner_id, func.count(Membership.id))
        .where(
            Membership.partner_id.in_(partner_ids),
            or_(Membership.ended_at.is_(None), Membership.ended_at > now),
        )
        .group_by(Membership.partner_id)
    )
    return {partner_id: count for partner_id, count in rows if partner_id is not None}


def list_people(partner_id: int | None, at: datetime) -> list[Person]:
    """Who belonged to a partner company at an instant, by name."""
    if partner_id is None:
        return []
    rows = db.session.execute(
        select(
            User.id,
            User.public_id,
            User.name,
            Membership.role,
            Membership.job_functions,
            Membership.started_at,
        )
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.partner_id == partner_id,
            Membership.started_at < at,
            or_(Membership.ended_at.is_(None), Membership.ended_at >= at),
        )
        .order_by(User.name, User.id)
    )
    return [Person(i, p, n, r.value, tuple(f), s) for i, p, n, r, f, s in rows]


def has_partners() -> Any:
    """Regions that a partnership is in: a filter offers no others, which would find nothing."""
    return Region.id.in_(select(Partnership.region_id))


def list_regions_in_use(actor: Actor) -> list[str]:
    """Names of the regions to filter by; list_region_names() has those to choose for something new."""
    return list(db.session.scalars(select(Region.name).where(has_partners()).order_by(Region.name)))


def list_region_names(actor: Actor) -> list[str]:
    return list(db.session.scalars(select(Region.name).order_by(Region.name)))


def list_managers(actor: Actor) -> list[tuple[UUID, str]]:
    """The vendor's channel managers and administrators: who can look after a partnership."""
    rows = db.session.execute(_managers(actor).with_only_columns(User.public_id, User.name))
    return [(public_id, name) for public_id, name in rows]


def list_manager_accounts(actor: Actor) -> list[tuple[int, str, str]]:
    """(key, name, address) of the same people."""
    rows = db.session.execute(_managers(actor).with_only_columns(User.id, User.name, User.email))
    return [(key, name, email) for key, name, email in rows]


def _managers(actor: Actor) -> Select[Any]:
    return (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.vendor_id == actor.vendor_id,
            Membership.role.in_([MembershipRole.CHANNEL_MANAGER, MembershipRole.VENDOR_ADMIN]),
            or_(Membership.ended_at.is_(None), Membership.ended_at > clock.now()),
        )
        .order_by(User.name)
    )


def find_manager(actor: Actor, public_id: UUID | None) -> User | None:
    """The channel manager of a public id; None for none. Raises DomainError for anybody else."""
    if public_id is None:
        return None
    if public_id not in {manager_id for manager_id, _name in list_managers(actor)}:
        message = _("Choose one of your channel managers.")
        raise DomainError(message, {"manager": message})
    return db.session.scalars(select(User).where(User.public_id == public_id)).one()


def list_aliases(partnership: Partnership) -> list[str]:
    """What else a partnership is called."""
    return list(
        db.session.scalars(
            select(PartnershipAlias.value)
            .where(PartnershipAlias.partnership_id == partnership.id)
            .order_by(PartnershipAlias.value)
        )
    )


def list_names(actor: Actor, permission: P, partnership: Partnership | None = None) -> list[Any]:
    """(PartnershipAlias, partnership's name and public id) within reach, of one or all, by value."""
    statement = visible(
        select(PartnershipAlias, Partnership.name, Partnership.public_id).join(
            Partnership, Partnership.id == PartnershipAlias.partnership_id
        ),
        actor,
        permission,
        PartnershipAlias,
    )
    if partnership is not None:
        statement = statement.where(PartnershipAlias.partnership_id == partnership.id)
    return list(db.session.execute(statement.order_by(PartnershipAlias.value_folded)))


def list_companies(actor: Actor, permission: P, limit: int) -> list[str]:
    """Names of the first partnerships within reach: what a form proposes."""
    statement = visible(select(Partnership.name), actor, permission, Partnership)
    statement = statement.where(Partnership.merged_into_id.is_(None))
    return list(db.session.scalars(statement.order_by(Partnership.name_folded).limit(limit)))


def list_named(actor: Actor, name: str, permission: P) -> list[Partnership]:
    """The partnerships within reach that go by a name, whatever its case and spacing."""
    folded = " ".join(name.split()).casefold()[:200]
    statement = visible(select(Partnership), actor, permission).where(
        Partnership.name_folded == folded, Partnership.merged_into_id.is_(None)
    )
    return list(db.session.scalars(statement.limit(50)))


def has_account(public_id: UUID) -> bool:
    """Whether the company behind a partnership of the vendor served is on the portal already."""
    return (
        db.session.scalar(select(Partnership.partner_id).where(Partnership.public_id == public_id))
        is not None
    )
