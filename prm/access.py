"""Who acts, and how the permission table is enforced: one gate, one row filter.

`@requires(P.X)` only marks a view; `gate` (a before_request) enforces the mark, and a view without
a mark stops the application from starting. `visible()` narrows a select to the rows that the
actor's reach covers; the tenant filter (infra/db.py) has already narrowed it to the vendor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, g, has_request_context
from sqlalchemy import Select, false, or_, select

from prm.errors import Forbidden
from prm.extensions import db
from prm.permissions import P, Reach, Role, reach_of

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Actor:
    """Who acts, for which vendor, in which role: the first argument of every query and service.

    `vendor_id` is None on pages across vendors and for operators. `partnership_id` is set for
    partner people. `region_ids` None: the whole vendor; a set: only partnerships of those regions.
    """

    role: Role | None = None
    name: str = ""
    user_id: int | None = None
    user_public_id: UUID | None = None
    vendor_id: int | None = None
    membership_id: int | None = None
    partner_id: int | None = None
    partnership_id: int | None = None
    region_ids: frozenset[int] | None = None
    granted: tuple[tuple[P, Reach], ...] = ()  # beyond the role, for this person
    locale: str = "en"
    time_zone: str = "UTC"
    viewed_by: UUID | None = None  # somebody of the vendor who sees what this person sees

    def reach(self, permission: P) -> Reach:
        beyond = (reach for p, reach in self.granted if p is permission)
        return max(reach_of(self.role, permission), *beyond, Reach.NO)

    def can(self, permission: P) -> bool:
        return self.reach(permission) is not Reach.NO

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_partner_side(self) -> bool:
        return self.role is not None and self.role.is_partner_side

    @property
    def is_system(self) -> bool:
        return self.role is Role.SYSTEM

    @property
    def ref(self) -> str:
        """How journal and log name who acts: no personal data."""
        if self.viewed_by is not None:
            return f"user:{self.viewed_by}"
        if self.user_public_id is not None:
            return f"user:{self.user_public_id}"
        return "system" if self.is_system else "anonymous"


ANONYMOUS = Actor()


def system_actor(vendor_id: int | None, name: str = "system") -> Actor:
    """Jobs and commands act as the system for one vendor: a column, not a bypass."""
    return Actor(role=Role.SYSTEM, name=name, vendor_id=vendor_id)


def current_actor() -> Actor:
    """Who the gate found for this request; for views, context processors and logs only."""
    if not has_request_context():
        return ANONYMOUS
    actor: Actor = g.get("actor", ANONYMOUS)
    return actor


# -- marks -------------------------------------------------------------------------------------

_MARK = "_prm_access"
PUBLIC = "public"
SIGNED_IN = "signed in"


def requires(permission: P) -> Callable[[View], View]:
    """Mark a view: the actor's role must have `permission` for the vendor in the URL."""

    def mark(view: View) -> View:
        setattr(view, _MARK, permission)
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everybody."""
    setattr(view, _MARK, PUBLIC)
    return view


def signed_in(view: View) -> View:
    """Mark a view across vendors: any person who has signed in."""
    setattr(view, _MARK, SIGNED_IN)
    return view


def mark_of(view: Callable[..., Any] | None) -> P | str | None:
    return getattr(view, _MARK, None)


def refuse_unmarked(app: Flask) -> None:
    """Raises RuntimeError where a URL rule leads to a view without a mark."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions.get(rule.endpoint)
        mark = mark_of(view)
        if mark is None:
            raise RuntimeError(
                f"{rule.endpoint} has no access mark: put @requires(P.…), @signed_in or @public on it."
            )
        has_vendor = "vendor" in rule.arguments
        if isinstance(mark, P) is not has_vendor:
            raise RuntimeError(
                f"{rule.endpoint} ({rule.rule}): @requires goes with /<vendor>/… and only with it."
            )


def enforce(mark: P | str | None, actor: Actor) -> None:
    """Raises Forbidden unless `actor` satisfies a view's mark. The gate's decision, in one place."""
    if mark == PUBLIC or (mark == SIGNED_IN and actor.is_signed_in):
        return
    if isinstance(mark, P) and actor.can(mark):
        return
    raise Forbidden


def require(actor: Actor, permission: P) -> None:
    """The same check inside a service, for what one view cannot decide alone. Raises Forbidden."""
    if not actor.can(permission):
        raise Forbidden


# -- rows --------------------------------------------------------------------------------------


def visible(statement: Select[Any], actor: Actor, permission: P, model: Any = None) -> Select[Any]:
    """Narrow `statement` to the rows of `model` (its first entity by default) within reach.

    A model says how it is reached: `reach_own` names its column holding a partnership's key,
    `reach_self` the column holding a user's, `reach_region` that of a region, where no partnership is known
    yet. A reach the model has no column for yields no row.
    """
    entity = model if model is not None else statement.column_descriptions[0]["entity"]
    return statement.where(within_reach(entity, actor, permission))


def within_reach(entity: Any, actor: Actor, permission: P) -> Any:
    """The criterion that visible() adds: for statements that need it elsewhere than in WHERE."""
    reach = actor.reach(permission)
    own = getattr(entity, "reach_own", None)
    self_ = getattr(entity, "reach_self", None)
    if reach is Reach.ALL:
        return entity.vendor_id == actor.vendor_id
    if reach is Reach.SCOPE and actor.region_ids is None:
        return entity.vendor_id == actor.vendor_id
    if reach is Reach.SCOPE and own:
        return getattr(entity, own).in_(_partnerships_in_scope(actor))
    if reach is Reach.SCOPE and (region := getattr(entity, "reach_region", None)):
        return getattr(entity, region).in_(actor.region_ids or ())
    if reach is Reach.OWN and own and actor.partnership_id is not None:
        return getattr(entity, own) == actor.partnership_id
    if reach is Reach.SELF and self_ and actor.user_id is not None:
        return getattr(entity, self_) == actor.user_id
    return false()


def _partnerships_in_scope(actor: Actor) -> Select[Any]:
    partnership = db.metadata.tables["partnership"].c
    return select(partnership.id).where(
        partnership.vendor_id == actor.vendor_id, partnership.region_id.in_(actor.region_ids or ())
    )


def or_mine(entity: Any, actor: Actor, permission: P) -> Any:
    """Rows within reach, or the person's own: everybody sees what is theirs."""
    own = getattr(entity, entity.reach_self) == actor.user_id
    return or_(within_reach(entity, actor, permission), own)
