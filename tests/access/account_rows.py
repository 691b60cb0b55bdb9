"""What accounts keep of people themselves: changes of address, second factors, grants."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from prm.accounts.models import EmailChange, UserSession
from prm.infra import clock
from prm.infra.ids import token_hash

if TYPE_CHECKING:
    from tests.access.worlds import Tenant


def leave_traces(session: Any, tenant: Tenant, now: datetime, email_link: str) -> None:
    tenant.keep("email_link", SimpleNamespace(id=0, public_id=email_link))
    session.add(
        EmailChange(
            token_hash=token_hash(email_link), user_id=tenant.people["mate"].id,
            email="mate.new@example.com", created_at=now, expires_at=now + timedelta(days=1),
        )
    )  # fmt: skip


def prove_all(session: Any) -> None:
    """Everybody has just proven who they are, for as long as the test takes."""
    session.execute(update(UserSession).values(confirmed_at=clock.now() + timedelta(days=1)))
