"""What an audit tells whom, from plan to report, and what is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from prm.audits import services
from prm.audits.models import Audit, AuditFinding
from prm.audits.queries import auditing
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.notifications.models import Kind
from prm.notifications.tasks import remind_of_dates
from prm.permissions import P, Role
from tests.audits.conftest import Cast
from tests.factories import UserRef, World
from tests.factories import audits as making
from tests.notifications.reading import told


def audit_news(world: World, cast: Cast, user: UserRef) -> list[Kind]:
    return [row.kind for row in told(world, cast.vendor, user) if row.kind.name.startswith("AUDIT_")]


def texts(world: World, cast: Cast, user: UserRef, kind: Kind) -> list[str]:
    return [row.text for row in told(world, cast.vendor, user) if row.kind is kind]


def test_each_is_told_what_is_theirs_from_plan_to_report(
    world: World, cast: Cast, now: clock.SetClock
) -> None:
    west = world.user(Role.CHANNEL_MANAGER, vendor=cast.vendor, region_names=("West",), name="Wes")
    world.partnership(cast.vendor, "Far", region="East")
    east = world.user(Role.CHANNEL_MANAGER, vendor=cast.vendor, region_names=("East",), name="Eve")
    with world.acting(cast.vendor, cast.signer) as actor:
        assert actor.can(P.AUDIT_SIGN_OFF)
    checklist = making.make_checklist(world, cast.vendor)
    audit = making.plan(world, cast.partnership, cast.auditor, checklist)
    assert audit_news(world, cast, cast.auditor) == [], "who takes an audit is not told of it"
    making.open_(world, audit)
    assert audit_news(world, cast, cast.partner) == [Kind.AUDIT_ASKED]
    partner = world.client(cast.partner)
    hand_in = f"/acme/audits/{audit.public_id}/hand-in"
    assert "Answer at least one criterion" in partner.post(hand_in).text
    making.answer_all(world, audit, cast.partner)
    assert "Our answers are complete" in partner.get(f"/acme/audits/{audit.public_id}").text
    assert partner.post(hand_in).status_code == 302
    assert "Handed in on" in partner.get(f"/acme/audits/{audit.public_id}").text
    assert texts(world, cast, cast.auditor, Kind.AUDIT_ANSWERED) == [
        "Northwind handed in its answers to the audit “Annual review”."
    ]
    making.judge_all(world, audit, fails=(3,))
    making.find(world, audit, 3)
    making.report(world, audit)
    assert texts(world, cast, cast.partner, Kind.AUDIT_REPORTED) == [
        "The audit “Annual review” of Northwind is reported, with 1 finding."
    ]
    making.correct_all(world, audit, cast.partner)
    assert audit_news(world, cast, cast.auditor) == [Kind.AUDIT_ANSWERED, Kind.AUDIT_PROVED]
    making.submit(world, audit)
    assert audit_news(world, cast, cast.signer) == [Kind.AUDIT_SIGN_OFF]
    assert audit_news(world, cast, west) == [Kind.AUDIT_SIGN_OFF]
    assert audit_news(world, cast, east) == [], "the partner is out of reach"
    assert Kind.AUDIT_SIGN_OFF not in audit_news(world, cast, cast.auditor), "who took part does not sign"
    making.sign(world, audit, cast.signer)
    assert audit_news(world, cast, cast.auditor)[-1] is Kind.AUDIT_CLOSED
    assert audit_news(world, cast, cast.partner)[-1] is Kind.AUDIT_CLOSED
    assert audit_news(world, cast, cast.learner) == [], "members have no business with audits"
    client = world.client(cast.partner)
    page = client.get("/acme/notifications/").text
    assert "The report of the audit “Annual review” of Northwind is ready." in page


def test_who_is_handed_an_audit_is_told_and_who_gets_it_back(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    with world.acting(cast.vendor, cast.auditor) as actor, transaction():
        found = auditing.get_audit(actor, audit.public_id)
        services.change_plan(actor, found, due_on=found.due_on, auditor_id=cast.signer.public_id)
    assert audit_news(world, cast, cast.signer) == [Kind.AUDIT_ASSIGNED]
    with world.acting(cast.vendor, cast.auditor) as actor, transaction():
        found = auditing.get_audit(actor, audit.public_id)
        services.change_plan(actor, found, due_on=found.due_on, auditor_id=cast.auditor.public_id)
    making.open_(world, audit)
    making.judge_all(world, audit)
    making.report(world, audit)
    making.submit(world, audit)
    with world.acting(cast.vendor, cast.signer) as actor, transaction():
        services.return_audit(actor, auditing.get_audit(actor, audit.public_id), reason="Look again.")
    assert audit_news(world, cast, cast.auditor)[-1] is Kind.AUDIT_RETURNED


def test_what_is_due_is_told_ahead_and_once_it_is_over(
    world: World, cast: Cast, now: clock.SetClock, audit: making.AuditRef
) -> None:
    making.open_(world, audit)
    making.judge_all(world, audit, fails=(3,))
    making.find(world, audit, 3)
    making.report(world, audit)
    with world.acting(cast.vendor, cast.partner) as actor, transaction():
        found = auditing.get_audit(actor, audit.public_id, P.AUDIT_ANSWER)
        finding = db.session.scalars(select(AuditFinding)).one()
        services.agree_action(
            actor, found, finding, text="Write it.", owner_id=cast.partner.public_id,
            due_on=clock.today("UTC") + timedelta(days=20),
        )  # fmt: skip
    for _ in range(36):
        now.advance(days=1)
        with world.app.app_context():
            remind_of_dates()
    auditor = texts(world, cast, cast.auditor, Kind.AUDIT_DUE)
    partner = texts(world, cast, cast.partner, Kind.AUDIT_DUE)
    assert len(auditor) == len(partner) == 3, "a week ahead, a day ahead, once it is over"
    assert "of Northwind is due on" in auditor[0] and "was due on" in auditor[2]
    assert "What Petra Partner does" in partner[0] and "was due on" in partner[2]


def test_who_took_part_cannot_sign_whatever_the_page_says(
    world: World, cast: Cast, audit: making.AuditRef
) -> None:
    making.open_(world, audit)
    making.judge_all(world, audit)
    making.report(world, audit)
    making.submit(world, audit)
    with (
        world.acting(cast.vendor, cast.auditor) as actor,
        pytest.raises(DomainError, match="took part"),
        transaction(),
    ):
        services.sign_off(actor, auditing.get_audit(actor, audit.public_id))
    with (
        world.acting(cast.vendor) as system,
        pytest.raises(DomainError, match="signed by a person"),
        transaction(),
    ):
        services.sign_off(system, db.session.get_one(Audit, audit.id))
