"""What accounts keep of people themselves: changes of address, second factors, grants."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from prm.accounts.models import EmailChange, Membership, MembershipGrant, UserSession, Viewing
from prm.infra import clock
from prm.infra.ids import token_hash

if TYPE_CHECKING:
    from tests.access.worlds import Tenant


def leave_traces(session: Any, tenant: Tenant, now: datetime, email_link: str) -> None:
    tenant.keep("email_link", SimpleNamespace(id=0, public_id=email_link))
    give_grant(tenant, session, now)
    session.add(
        EmailChange(
            token_hash=token_hash(email_link), user_id=tenant.people["mate"].id,
            email="mate.new@example.com", created_at=now, expires_at=now + timedelta(days=1),
        )
    )  # fmt: skip


def prove_all(session: Any) -> None:
    """Everybody has just proven who they are, for as long as the test takes."""
    session.execute(update(UserSession).values(confirmed_at=clock.now() + timedelta(days=1)))


def let_look(session: Any, tenant: Tenant, viewer: str, viewed: str) -> None:
    """Let the one session of a viewer show what another person sees, for as long as the test takes."""
    key = tenant.people[viewer].id
    signed_in = select(UserSession.id).where(UserSession.user_id == key)
    session.add(
        Viewing(
            user_session_id=session.scalars(signed_in).one(), vendor_id=tenant.vendor.id, viewer_id=key,
            viewed_id=tenant.people[viewed].id, started_at=clock.now(),
            expires_at=clock.now() + timedelta(days=1),
        )
    )  # fmt: skip


def give_grant(tenant: Tenant, session: Any, now: datetime) -> None:
    """What a member of partner A may beyond the role; it concerns a part of the portal that is empty."""
    mate = tenant.people["mate"]
    company = session.scalars(select(Membership.partner_id).where(Membership.user_id == mate.id)).one()
    row = MembershipGrant(
        user_id=mate.id, partner_id=company, permission="course.assign", starts_at=now,
        reason=tenant.token("MATE", "PA"), granted_by_id=tenant.people["admin"].id, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    tenant.keep("grant", row)
