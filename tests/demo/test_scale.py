"""The large channel: as many of everything as it says, skewed, the same for the same seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from prm.accounts.models import Membership, User
from prm.certification.models import Certificate, CertificateFile
from prm.demo.people import SIGN_INS
from prm.demo.scale import seed_scale
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import serve_vendor
from prm.journal.queries import get_heads, verify_chain
from prm.marketing.models import UsageEvent
from prm.partners.models import Partnership
from prm.revenue.models import Order
from prm.training.models import Completion
from tests.factories import UserRef, World
from tests.operations.installation import installation

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
PARTNERS = 60


@pytest.fixture
def channel(app: Flask) -> Flask:
    with app.app_context(), clock.freeze(NOW):
        seed_scale(PARTNERS, 7)
    return app


def figures(app: Flask) -> list[Any]:
    """Sums over what was drawn."""
    with app.app_context(), serve_vendor(1):
        return [
            tuple(db.session.execute(statement).one())
            for statement in (
                select(func.count(Order.id), func.sum(Order.amount_minor), func.max(Order.ordered_on)),
                select(func.count(UsageEvent.id), func.sum(UsageEvent.window)),
                select(
                    func.count(Completion.id),
                    func.sum(Completion.score_percent),
                    func.max(Completion.completed_at),
                ),
                select(func.count(Partnership.id), func.min(Partnership.name), func.max(Partnership.name)),
                select(func.count(Certificate.id), func.max(Certificate.number)),
            )
        ]


def signed_in(world: World, email: str) -> Any:
    with world.app.app_context():
        user = db.session.scalars(select(User).where(User.email_folded == email)).one()
    return world.client(UserRef(user.id, user.public_id, user.email, user.name))


def test_there_is_as_much_as_was_asked_for(channel: Flask) -> None:
    with channel.app_context():
        people = db.session.scalar(select(func.count(User.id))) or 0
        assert people - 5 * PARTNERS == 6  # staff and the operator
        without = select(func.count(User.id)).where(User.password_hash.is_(None))
        assert db.session.scalar(without) == people - len([p for p in SIGN_INS if p.at != "fjord"])
    told = figures(channel)
    assert [row[0] for row in told][:4] == [20 * PARTNERS, 30 * PARTNERS, 12 * PARTNERS, PARTNERS]
    with channel.app_context():
        assert all(verify_chain(chain, head).is_valid for chain, head in get_heads().items())


def test_few_partners_bring_most_and_some_sleep(channel: Flask) -> None:
    with channel.app_context(), serve_vendor(1):
        by_partner = db.session.execute(
            select(func.sum(Order.amount_minor), func.max(Order.ordered_on)).group_by(Order.partnership_id)
        ).all()
    sums = sorted((int(total) for total, _last in by_partner), reverse=True)
    assert sum(sums[: PARTNERS // 5]) > 0.5 * sum(sums)
    quiet = [last for _total, last in by_partner if last < (NOW - timedelta(days=120)).date()]
    assert len(quiet) + PARTNERS - len(by_partner) >= PARTNERS // 10


def test_the_same_seed_makes_the_same_channel(channel: Flask, tmp_path: Path, database_kind: str) -> None:
    with installation(tmp_path, database_kind) as other:
        with other.app_context(), clock.freeze(NOW):
            seed_scale(PARTNERS, 7)
        assert figures(other) == figures(channel)


def test_its_pages_answer_and_a_certificate_is_printed_when_asked_for(channel: Flask) -> None:
    world = World(channel)
    admin = signed_in(world, "admin@lumen.example")
    for path in (
        "",
        "partners/",
        "deals/",
        "revenue/orders",
        "certification/",
        "marketing/usage",
        "accounts/people",
    ):
        assert admin.get(f"/lumen/{path}").status_code == 200, path
    with channel.app_context(), serve_vendor(1):
        assert db.session.scalar(select(func.count(CertificateFile.id))) == 0
        newest = db.session.scalars(select(Certificate).order_by(Certificate.id.desc())).first()
    assert newest is not None
    answer = admin.post(
        f"/lumen/certification/{newest.public_id}/files", data={"paper": "a4"}, follow_redirects=True
    )
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF-")


def test_what_is_added_later_gets_keys_of_its_own(channel: Flask) -> None:
    """PostgreSQL counts keys by itself, and must know of those that were chosen."""
    world = World(channel)
    with channel.app_context():
        vendor_public = db.session.scalars(select(Membership.public_id)).first()
    assert vendor_public is not None
    admin = signed_in(world, "admin@lumen.example")
    made = admin.post(
        "/lumen/partners/new",
        data={"name": "One More", "type": "var", "status": "active", "region": "", "manager": ""},
    )
    assert made.status_code == 302
