"""The spine at work: sign-in, tenant filter, gate."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from prm.extensions import db
from prm.infra.db import TenantError, serve_vendor
from prm.partners.models import Partnership
from prm.permissions import Role
from tests.factories import World


def without_tokens(page: str, slug: str) -> str:
    """The page without what differs from one answer to the next: CSRF token, request id, own path."""
    page = re.sub(r'("X-CSRFToken": "|name="csrf_token" value=")[^"]*', r"\1", page)
    page = re.sub(r"[0-9a-f]{16}", "", page)
    return page.replace(f'value="/{slug}/"', "")


def test_a_session_sees_only_the_vendor_it_serves(world: World) -> None:
    acme, globex = world.vendor("acme"), world.vendor("globex")
    world.partnership(acme, "Northwind")
    foreign = world.partnership(globex, "Southwind")
    with world.acting(acme):
        assert db.session.scalars(select(Partnership.name)).all() == ["Northwind"]
        assert db.session.scalar(select(func.count()).select_from(Partnership)) == 1
        assert db.session.get(Partnership, foreign.id) is None


def test_tenant_rows_are_refused_without_a_vendor(world: World) -> None:
    with world.app.app_context(), serve_vendor(None), pytest.raises(TenantError):
        db.session.scalars(select(Partnership)).all()


def test_people_reach_their_vendor_and_no_other(world: World) -> None:
    acme, globex = world.vendor("acme"), world.vendor("globex")
    member = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(acme))
    client = world.client(member)
    assert client.get("/acme/").status_code == 200
    assert client.get(f"/{globex.slug}/").status_code == 404
    assert client.get("/nowhere/").status_code == 404
    foreign, missing = client.get(f"/{globex.slug}/"), client.get("/nowhere/")
    assert without_tokens(foreign.text, globex.slug) == without_tokens(missing.text, "nowhere")


def test_strangers_are_asked_to_sign_in(world: World) -> None:
    world.vendor("acme")
    answer = world.client().get("/acme/")
    assert answer.status_code == 302
    assert answer.location.startswith("/accounts/sign-in?next=")
