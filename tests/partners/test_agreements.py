"""The partner agreement: published by the vendor, accepted by partners, asked again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from prm.audits import services as audits
from prm.audits.policy import AgreementCurrent
from prm.audits.queries.compliance import list_standings
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.partners.models import AgreementAcceptance, AgreementVersion, Partnership
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.partners import publish_agreement


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def north(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind")


@pytest.fixture
def boss(world: World, north: PartnershipRef) -> UserRef:
    return world.user(Role.PARTNER_ADMIN, partnership=north, name="Zoë Ångström")


def today() -> date:
    return clock.today("UTC")


def is_compliant(world: World, acme: VendorRef, on: date) -> bool | None:
    with world.acting(acme) as actor:
        return list_standings(actor, on)[0].is_compliant


def ask_for_agreement(world: World, acme: VendorRef) -> None:
    with world.acting(acme) as actor, transaction():
        audits.set_policy(actor, [AgreementCurrent(12)], effective_on=today() - timedelta(days=400))


def test_an_administrator_publishes_and_a_partner_accepts(
    world: World, acme: VendorRef, north: PartnershipRef, boss: UserRef
) -> None:
    staff = world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))
    partner = world.client(boss)
    assert "asks you to accept none" in partner.get("/acme/partners/agreement").text
    sent = {"version": str(north.public_id), "is_accepted": "y"}
    assert partner.post("/acme/partners/agreement", data=sent).status_code == 404, "there is none to accept"
    data = {"title": "Terms", "body": "# Be kind\n\n<script>x</script>", "effective_on": today().isoformat()}
    made = staff.post("/acme/partners/agreements/new", data=data)
    assert made.status_code == 303
    assert "An agreement waits for you" in partner.get("/acme/").text
    page = partner.get("/acme/partners/agreement").text
    assert "Be kind</h" in page and "<script>x" not in page
    with world.acting(acme):
        version_id = db.session.scalars(select(AgreementVersion.public_id)).one()
    refused = partner.post("/acme/partners/agreement", data={"version": version_id})
    assert refused.status_code == 422 and "Tick that you accept" in refused.text
    sent = {"version": version_id, "is_accepted": "y"}
    assert partner.post("/acme/partners/agreement", data=sent).status_code == 303
    assert partner.post("/acme/partners/agreement", data=sent).status_code == 303, "twice is once"
    assert "An agreement waits for you" not in partner.get("/acme/").text
    assert "Zoë Ångström" in staff.get(made.location).text
    assert "version 1, by Zoë" in staff.get(f"/acme/partners/{north.public_id}").text
    with world.acting(acme):
        assert len(db.session.scalars(select(AgreementAcceptance)).all()) == 1
        assert db.session.scalars(select(Partnership.agreement_accepted_on)).one() == today()
        entry = db.session.scalars(
            select(JournalEntry).where(JournalEntry.action == "agreement.accepted")
        ).one()
        assert entry.facts["version"] == 1 and len(entry.facts["sha256"]) == 64


def test_a_newer_version_asks_again(
    world: World, acme: VendorRef, north: PartnershipRef, boss: UserRef
) -> None:
    ask_for_agreement(world, acme)
    first = publish_agreement(world, acme)
    client = world.client(boss)
    client.post("/acme/partners/agreement", data={"version": first, "is_accepted": "y"})
    assert is_compliant(world, acme, today())
    later = today() + timedelta(days=10)
    second = publish_agreement(world, acme, effective_on=later)
    assert is_compliant(world, acme, today()), "until it takes effect the first one counts"
    assert not is_compliant(world, acme, later)
    with clock.travel(clock.now() + timedelta(days=11)):
        client = world.client(boss)
        assert "version 2" in client.get("/acme/").text
        stale = client.post("/acme/partners/agreement", data={"version": first, "is_accepted": "y"})
        assert stale.status_code == 409 and "took effect in the meantime" in stale.text
        client.post("/acme/partners/agreement", data={"version": second, "is_accepted": "y"})
        assert is_compliant(world, acme, today())
        assert is_compliant(world, acme, later - timedelta(days=1)), "as of then the first was accepted"
        assert not is_compliant(world, acme, later), "on that day the second was not yet"


def test_a_version_is_accepted_before_it_takes_effect(
    world: World, acme: VendorRef, north: PartnershipRef, boss: UserRef
) -> None:
    ask_for_agreement(world, acme)
    publish_agreement(world, acme)
    staff = world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))
    later = today() + timedelta(days=30)
    form = staff.get("/acme/partners/agreements/new").text
    assert f'value="{later}"' in form, "a version after the first leaves time to read it"
    assert "1 partner is asked to accept this version" in form
    second = publish_agreement(world, acme, effective_on=later)
    client = world.client(boss)
    assert "takes effect on" in client.get("/acme/partners/agreement").text
    ahead = client.get(f"/acme/partners/agreement?version={second}").text
    assert "Version 2, takes effect on" in ahead and "Version 1, in force from" in ahead
    sent = {"version": second, "is_accepted": "y"}
    assert client.post(f"/acme/partners/agreement?version={second}", data=sent).status_code == 303
    assert not is_compliant(world, acme, today()), "the version in force is still not accepted"
    assert is_compliant(world, acme, later)
    assert "version 1, counts from" in client.get("/acme/").text


def test_the_first_version_counts_at_once(world: World, acme: VendorRef) -> None:
    staff = world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))
    assert f'value="{today()}"' in staff.get("/acme/partners/agreements/new").text


def test_acceptance_that_ran_out_is_renewed(
    world: World, acme: VendorRef, north: PartnershipRef, boss: UserRef
) -> None:
    ask_for_agreement(world, acme)
    version = publish_agreement(world, acme)
    sent = {"version": version, "is_accepted": "y"}
    world.client(boss).post("/acme/partners/agreement", data=sent)
    with clock.travel(clock.now() + timedelta(days=380)):
        assert not is_compliant(world, acme, today())
        client = world.client(boss)
        assert "Accept once more" in client.get("/acme/partners/agreement").text
        client.post("/acme/partners/agreement", data=sent)
        assert is_compliant(world, acme, today())


def test_what_the_vendor_states_counts_unless_a_later_version_is_in_force(
    world: World, acme: VendorRef, north: PartnershipRef
) -> None:
    ask_for_agreement(world, acme)
    with world.acting(acme), transaction():
        db.session.scalars(select(Partnership)).one().agreement_accepted_on = today()
    assert is_compliant(world, acme, today())
    publish_agreement(world, acme, effective_on=today() + timedelta(days=1))
    assert is_compliant(world, acme, today())
    assert not is_compliant(world, acme, today() + timedelta(days=1))


def test_versions_do_not_take_effect_in_the_past(world: World, acme: VendorRef) -> None:
    staff = world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))
    data = {"title": "T", "body": "Text", "effective_on": (today() - timedelta(days=1)).isoformat()}
    answer = staff.post("/acme/partners/agreements/new", data=data)
    assert (
        answer.status_code == 422 and "takes effect today or later" in answer.text and "Text" in answer.text
    )
    publish_agreement(world, acme, effective_on=today() + timedelta(days=9))
    data["effective_on"] = today().isoformat()
    assert staff.post("/acme/partners/agreements/new", data=data).status_code == 422
