"""Compliance: the policy, who meets it, and the person and date behind a red cell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.access import system_actor
from prm.accounts import services as accounts
from prm.accounts import sessions
from prm.accounts.models import JobFunction
from prm.audits import services
from prm.audits.policy import AgreementCurrent, CertifiedPeople, Rule, TrainingCurrent, add_months
from prm.audits.queries import compliance
from prm.certification import services as certification
from prm.certification.models import Certificate
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.permissions import Role
from tests.factories import PartnershipRef, VendorRef, World
from tests.factories.certification import make_scheme, new_version
from tests.factories.training import CourseRef, assign, complete, make_course

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
FIRST_DAY = START.date()


@pytest.fixture
def now() -> Iterator[clock.SetClock]:
    with clock.freeze(START) as frozen:
        yield frozen


@pytest.fixture
def acme(now: clock.SetClock, world: World) -> VendorRef:
    return world.vendor("acme", time_zone="Europe/Berlin")


@pytest.fixture
def course(world: World, acme: VendorRef) -> CourseRef:
    return make_course(world, acme, "Installing")


@pytest.fixture
def northwind(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind", region="West")


def set_policy(world: World, acme: VendorRef, *rules: Rule, on: date = FIRST_DAY) -> None:
    with world.acting(acme) as actor, transaction():
        services.set_policy(actor, rules, effective_on=on)


def standing(world: World, acme: VendorRef, as_of: date) -> compliance.Standing:
    with world.acting(acme) as actor:
        return compliance.list_standings(actor, as_of)[0]


def test_a_red_cell_names_the_rule_the_person_and_the_date(
    world: World, acme: VendorRef, northwind: PartnershipRef, course: CourseRef, now: clock.SetClock
) -> None:
    scheme = make_scheme(world, acme, course, validity_months=6)
    set_policy(world, acme, CertifiedPeople(scheme.public_id, 1, "technical"))
    ana = world.user(
        Role.PARTNER_MEMBER, partnership=northwind, name="Ana Silva", job_functions=(JobFunction.TECHNICAL,)
    )
    before = standing(world, acme, START.date())
    assert before.is_compliant is False
    assert [(r.code, r.person) for r in before.cells[0].reasons] == [("never_certified", "Ana Silva")]
    now.advance(days=1)
    complete(world, acme, ana, course)
    certified_on = now.now().date()
    assert standing(world, acme, certified_on).is_compliant is True
    last_day = add_months(certified_on, 6)
    gone = standing(world, acme, last_day + timedelta(days=1)).cells[0]
    assert not gone.is_met
    assert (gone.reasons[0].code, gone.reasons[0].person) == ("expired", "Ana Silva")
    assert gone.reasons[0].on is not None and gone.reasons[0].on <= last_day
    # As of a date: what is true later does not change what was true before.
    assert standing(world, acme, START.date()).is_compliant is False


def test_who_leaves_counts_until_that_day(
    world: World, acme: VendorRef, northwind: PartnershipRef, course: CourseRef, now: clock.SetClock
) -> None:
    scheme = make_scheme(world, acme, course)
    set_policy(world, acme, CertifiedPeople(scheme.public_id, 1))
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind)
    complete(world, acme, ana, course)
    now.advance(days=10)
    with world.acting(acme), transaction():
        accounts.end_membership(system_actor(acme.id), sessions.list_memberships(ana.id)[0])
    left_on = now.now().date()
    assert standing(world, acme, left_on - timedelta(days=1)).is_compliant is True
    assert standing(world, acme, left_on).is_compliant is False


def test_a_revoked_certificate_counts_until_that_day(
    world: World, acme: VendorRef, northwind: PartnershipRef, course: CourseRef, now: clock.SetClock
) -> None:
    scheme = make_scheme(world, acme, course)
    set_policy(world, acme, CertifiedPeople(scheme.public_id, 1))
    complete(world, acme, world.user(Role.PARTNER_MEMBER, partnership=northwind), course)
    now.advance(days=3)
    with world.acting(acme) as actor:
        found = db.session.scalars(select(Certificate)).one()
        with transaction():
            certification.revoke_certificate(actor, found, reason="Shared answers")
    assert standing(world, acme, now.now().date() - timedelta(days=1)).is_compliant is True
    today = standing(world, acme, now.now().date())
    assert today.cells[0].reasons[0].code == "revoked"
    assert today.cells[0].reasons[0].on == now.now().date()


def test_overdue_training_names_the_course_and_the_date(
    world: World, acme: VendorRef, northwind: PartnershipRef, course: CourseRef
) -> None:
    set_policy(world, acme, TrainingCurrent())
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind, name="Ana Silva")
    due = START.date() + timedelta(days=14)
    assign(world, northwind, course, due_on=due)
    assert standing(world, acme, due).is_compliant is True
    cell = standing(world, acme, due + timedelta(days=1)).cells[0]
    assert [(r.code, r.person, r.subject, r.on) for r in cell.reasons] == [
        ("overdue", "Ana Silva", "Installing", due)
    ]
    complete(world, acme, ana, course)
    assert standing(world, acme, due + timedelta(days=1)).is_compliant is True


def test_who_redoes_what_has_changed_too_late_is_overdue(
    world: World, acme: VendorRef, northwind: PartnershipRef
) -> None:
    set_policy(world, acme, TrainingCurrent())
    course = make_course(world, acme, "Installing", has_quiz=False)
    ana = world.user(Role.PARTNER_MEMBER, partnership=northwind, name="Ana Silva")
    complete(world, acme, ana, course)
    newer = new_version(world, acme, course, is_material=True)
    due = START.date() + timedelta(days=14)
    assign(world, northwind, newer, due_on=due)
    assert standing(world, acme, due).is_compliant is True
    assert [(r.code, r.on) for r in standing(world, acme, due + timedelta(days=1)).cells[0].reasons] == [
        ("overdue", due)
    ]
    complete(world, acme, ana, newer)
    assert standing(world, acme, due + timedelta(days=1)).is_compliant is True


def test_an_agreement_runs_out(world: World, acme: VendorRef, northwind: PartnershipRef) -> None:
    set_policy(world, acme, AgreementCurrent(12))
    missing = standing(world, acme, START.date()).cells[0]
    assert missing.reasons[0].code == "agreement_missing"
    with world.acting(acme), transaction():
        db.session.get_one(Partnership, northwind.id).agreement_accepted_on = date(2027, 1, 31)
    assert standing(world, acme, date(2028, 1, 31)).is_compliant is True
    ran_out = standing(world, acme, date(2028, 2, 1)).cells[0]
    assert (ran_out.reasons[0].code, ran_out.reasons[0].on) == ("agreement_ran_out", date(2028, 1, 31))
    assert standing(world, acme, date(2027, 1, 30)).is_compliant is False


def test_each_date_is_judged_by_the_version_then_in_force(
    world: World, acme: VendorRef, northwind: PartnershipRef
) -> None:
    set_policy(world, acme, TrainingCurrent())
    later = START.date() + timedelta(days=30)
    set_policy(world, acme, TrainingCurrent(), AgreementCurrent(12), on=later)
    assert standing(world, acme, START.date() - timedelta(days=1)).is_compliant is None
    assert standing(world, acme, START.date()).is_compliant is True
    assert standing(world, acme, later).is_compliant is False
    with world.acting(acme) as actor, pytest.raises(DomainError), transaction():
        services.set_policy(actor, [TrainingCurrent()], effective_on=START.date())


def test_months_end_with_the_month() -> None:
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert add_months(date(2027, 11, 30), 14) == date(2029, 1, 30)


# -- pages -------------------------------------------------------------------------------------


@pytest.fixture
def admin(world: World, acme: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))


def test_an_administrator_writes_the_policy_in_plain_words(
    world: World, acme: VendorRef, course: CourseRef, northwind: PartnershipRef, admin: FlaskClient
) -> None:
    scheme = make_scheme(world, acme, course, name="Certified Installer")
    typed = {
        "effective_on": "2027-01-04", "needs_certified": "y", "certification": str(scheme.public_id),
        "job_function": "technical", "minimum": "2",
        "needs_training": "y", "needs_agreement": "y", "months": "12",
    }  # fmt: skip
    assert admin.post("/acme/audits/policy", data=typed).status_code == 302
    page = admin.get("/acme/audits/policy").text
    assert "At least 2 people in Technical hold a valid “Certified Installer”." in page
    refused = admin.post("/acme/audits/policy", data={"effective_on": "2027-01-04"})
    assert refused.status_code == 422 and "at least one rule" in refused.text
    listed = admin.get("/acme/audits/compliance").text
    assert "Northwind" in listed and "Nobody in this company could hold it" in listed
    export = admin.get("/acme/audits/compliance?format=csv").get_data(as_text=True)
    assert "Northwind,West" in export and "0 of 2" in export
    assert "Northwind" not in admin.get("/acme/audits/compliance?state=met").text
    # How many miss a rule opens who they are: it misses the first, and no training is overdue.
    assert "missing=0" in listed and "missing=1" not in listed
    assert "Northwind" in admin.get("/acme/audits/compliance?missing=0").text
    assert "Northwind" not in admin.get("/acme/audits/compliance?missing=1").text
    assert admin.get("/acme/audits/compliance?missing=99").status_code == 200


def test_the_list_shows_any_date(
    world: World, acme: VendorRef, northwind: PartnershipRef, admin: FlaskClient
) -> None:
    set_policy(world, acme, AgreementCurrent(12))
    assert "No policy was in force" in admin.get("/acme/audits/compliance?as_of=2026-12-31").text
    assert "Agreement not accepted" in admin.get("/acme/audits/compliance?as_of=2027-02-01").text
    assert admin.get("/acme/audits/compliance?as_of=9999-12-31").status_code == 200
    assert admin.get("/acme/audits/compliance?as_of=nonsense").status_code == 200
