"""Who is behind a request: sign-in sessions, memberships, and the actor they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from flask_login import UserMixin
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import aliased

from prm.access import Actor
from prm.accounts.models import Membership, SecondFactor, User, UserSession, Viewing
from prm.extensions import db
from prm.infra import clock
from prm.infra.ids import new_token, token_hash
from prm.permissions import Role
from prm.vendors.models import FormerSlug, Vendor

CONFIRMED_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class ViewingAs:
    """As whom this session sees the portal of one vendor: a person of a partner."""

    id: int
    vendor_id: int
    viewed_id: int
    viewed_name: str


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """What Flask-Login holds: the person and the token of this very session."""

    user_id: int
    public_id: UUID
    name: str
    email: str
    locale: str
    time_zone: str
    token: str
    confirmed_at: datetime | None = None
    has_second_factor: bool = False
    viewing: ViewingAs | None = None

    def get_id(self) -> str:
        return self.token

    @property
    def is_recently_confirmed(self) -> bool:
        """Whether they have just proven, in this session, who they are: what sensitive acts need."""
        return self.confirmed_at is not None and self.confirmed_at > clock.now() - CONFIRMED_FOR


def open_session(user: User, client_name: str = "") -> SignedIn:
    """Start a sign-in session for `user`; the token exists only in the returned object's cookie."""
    token, now = new_token(), clock.now()
    db.session.add(
        UserSession(
            token_hash=token_hash(token),
            user_id=user.id,
            client_name=client_name[:60],
            created_at=now,
            expires_at=now + timedelta(hours=current_app.config["SESSION_HOURS"]),
        )
    )
    return _signed_in(user, token)


def find_session(token: str) -> SignedIn | None:
    """The person behind a session token, or None: ended, expired, unknown, or a closed account."""
    viewed = aliased(User)
    row = db.session.execute(
        select(
            User,
            UserSession.confirmed_at,
            SecondFactor.confirmed_at,
            Viewing.id,
            Viewing.vendor_id,
            viewed.id,
            viewed.name,
        )
        .join(UserSession, UserSession.user_id == User.id)
        .outerjoin(SecondFactor, SecondFactor.user_id == User.id)
        .outerjoin(
            Viewing,
            and_(
                Viewing.user_session_id == UserSession.id,
                Viewing.ended_at.is_(None),
                Viewing.expires_at > clock.now(),
            ),
        )
        .outerjoin(viewed, viewed.id == Viewing.viewed_id)
        .where(
            UserSession.token_hash == token_hash(token),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > clock.now(),
            User.is_active,
        )
    ).one_or_none()
    if row is None:
        return None
    return _signed_in(
        row[0],
        token,
        confirmed_at=row[1],
        has_second_factor=row[2] is not None,
        viewing=ViewingAs(*row[3:]) if row[3] is not None else None,
    )


def find_person(user_id: int) -> SignedIn | None:
    """Somebody with an open account, as if they had signed in; without a token, so nobody becomes them."""
    user = db.session.get(User, user_id)
    return _signed_in(user, "") if user is not None and user.is_active else None


def confirm_session(token: str) -> None:
    """Note that the person behind a session has just proven again who they are."""
    db.session.execute(
        update(UserSession)
        .where(UserSession.token_hash == token_hash(token))
        .values(confirmed_at=clock.now())
    )


def end_session(token: str) -> None:
    db.session.execute(
        update(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def end_all_sessions(user_id: int, *, but: str | None = None) -> None:
    """End every session of a person: after a password change, or when the account closes.

    `but` is the token of one that goes on.
    """
    db.session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.token_hash != (token_hash(but) if but is not None else ""),
        )
        .values(ended_at=clock.now())
    )


def _signed_in(user: User, token: str, **more: Any) -> SignedIn:
    return SignedIn(
        user.id, user.public_id, user.name, user.email, user.locale, user.time_zone, token, **more
    )


# -- vendors and actors ------------------------------------------------------------------------


def find_vendor(slug: str) -> Vendor | None:
    return db.session.scalars(select(Vendor).where(Vendor.slug == slug)).one_or_none()


def find_renamed(slug: str) -> Vendor | None:
    """The vendor that had this slug before, so that old addresses redirect."""
    return db.session.scalars(
        select(Vendor).join(FormerSlug, FormerSlug.vendor_id == Vendor.id).where(FormerSlug.slug == slug)
    ).one_or_none()


def list_memberships(user_id: int, at: datetime | None = None) -> list[Membership]:
    """Memberships of a person in force at an instant (now by default), oldest first."""
    at = at or clock.now()
    return list(
        db.session.scalars(
            select(Membership)
            .where(
                Membership.user_id == user_id,
                Membership.started_at <= at,
                or_(Membership.ended_at.is_(None), Membership.ended_at > at),
            )
            .order_by(Membership.id)
        )
    )


def person(signed_in: SignedIn) -> Actor:
    """The actor of pages across vendors; an operator carries that role."""
    memberships = list_memberships(signed_in.user_id)
    is_operator = any(m.role.value == Role.OPERATOR.value for m in memberships)
    return Actor(
        role=Role.OPERATOR if is_operator else None,
        name=signed_in.name,
        user_id=signed_in.user_id,
        user_public_id=signed_in.public_id,
        locale=signed_in.locale,
        time_zone=signed_in.time_zone,
    )
