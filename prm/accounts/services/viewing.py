"""Looking at the portal as a partner's person sees it: read-only, for an hour, on record.

The gate (prm/gate.py) makes it so for every request of the session; here it begins and ends.
"""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from prm.access import Actor, require, system_actor
from prm.accounts import sessions
from prm.accounts.models import Membership, User, UserSession, Viewing
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.infra.ids import token_hash
from prm.journal.services import chain_of, record
from prm.permissions import P

LONGEST = timedelta(hours=1)


def start_viewing(actor: Actor, session_token: str, membership: Membership, user: User) -> Viewing:
    """Let the actor's session see what a partner's person within reach sees, for an hour.

    Raises DomainError for oneself, for a closed account and for somebody who is of the vendor's staff
    too: they would be seen as such.
    """
    require(actor, P.PARTNER_VIEW_AS)
    message = ""
    if user.id == actor.user_id:
        message = _("You see the portal as yourself already.")
    elif not user.is_active:
        message = _("The account of %(name)s is closed: they see nothing.", name=user.name)
    elif membership.partner_id is None or any(
        each.vendor_id == actor.vendor_id for each in sessions.list_memberships(user.id)
    ):
        message = _("%(name)s works for you, not for a partner.", name=user.name)
    if message:
        raise DomainError(message)
    now = clock.now()
    session_id = db.session.scalars(
        select(UserSession.id).where(UserSession.token_hash == token_hash(session_token))
    ).one()
    for earlier in db.session.scalars(
        select(Viewing).where(Viewing.user_session_id == session_id, Viewing.ended_at.is_(None))
    ).all():
        _end(actor, earlier)
    viewing = Viewing(
        user_session_id=session_id,
        vendor_id=actor.vendor_id,
        viewer_id=actor.user_id,
        viewed_id=user.id,
        started_at=now,
        expires_at=now + LONGEST,
    )
    db.session.add(viewing)
    try:
        db.session.flush()
    except IntegrityError as error:  # begun twice at the same moment
        raise Conflict(_("You are looking as somebody else already.")) from error
    _record(actor, "viewing.started", viewing)
    return viewing


def end_viewing(actor: Actor, viewing_id: int | None) -> Viewing:
    """See the portal as oneself again, in the actor's session, whose viewing it is. Raises Conflict where
    that is so already."""
    gone = _("You see the portal as yourself already.")
    viewing = db.session.get(Viewing, viewing_id) if viewing_id is not None else None
    if viewing is None:
        raise Conflict(gone)
    claim(
        update(Viewing)
        .where(Viewing.id == viewing.id, Viewing.ended_at.is_(None))
        .values(ended_at=clock.now()),
        gone,
    )
    _record(actor, "viewing.ended", viewing)
    return viewing


def end_lapsed() -> None:
    """End what its hour or its session has ended: the journal says so."""
    now = clock.now()
    statement = (
        select(Viewing)
        .join(UserSession, UserSession.id == Viewing.user_session_id)
        .where(
            Viewing.ended_at.is_(None),
            or_(Viewing.expires_at <= now, UserSession.ended_at.is_not(None), UserSession.expires_at <= now),
        )
        .order_by(Viewing.vendor_id, Viewing.id)
    )
    for viewing in db.session.scalars(statement).all():
        _end(system_actor(viewing.vendor_id), viewing)


def _end(actor: Actor, viewing: Viewing) -> None:
    viewing.ended_at = clock.now()
    _record(actor, "viewing.ended", viewing)


def _record(actor: Actor, action: str, viewing: Viewing) -> None:
    """In the vendor's journal, with both people."""
    people = {
        user.id: user
        for user in db.session.scalars(
            select(User).where(User.id.in_((viewing.viewer_id, viewing.viewed_id)))
        )
    }
    viewer, viewed = people[viewing.viewer_id], people[viewing.viewed_id]
    record(
        actor,
        action,
        viewing,
        facts={"viewer": f"user:{viewer.public_id}", "viewed": f"user:{viewed.public_id}"},
        personal={"viewer": viewer.name, "viewed": viewed.name},
        chain=chain_of(viewing.vendor_id),
    )
