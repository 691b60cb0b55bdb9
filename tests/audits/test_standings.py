"""Standings that were judged beforehand are those of this instant, whatever happened in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors
from sqlalchemy.sql.schema import Column

from prm.accounts.models import Membership
from prm.audits import services as audits
from prm.audits import tasks
from prm.audits.models import PartnershipStanding
from prm.audits.policy import TrainingCurrent
from prm.audits.queries import compliance
from prm.audits.queries.judging import Subject, judge
from prm.audits.queries.standings import read_judged
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.changes import watched_columns
from prm.infra.db import transaction
from prm.partners.models import Partnership
from prm.permissions import P, Role
from tests.audits.walking import Walk
from tests.factories import VendorRef, World
from tests.factories.training import assign, complete

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
STEPS = 120

#: Read by judging and not watched, each for its reason.
KNOWN = {
    # Keys, and whose a row is: they never change.
    *((table, "vendor_id") for table in (
        "agreement_acceptance", "agreement_version", "certificate", "certification", "completion", "course",
        "course_version", "enrolment",
    )),
    ("agreement_version", "id"), ("certification", "id"), ("certification", "public_id"),
    ("vendor", "id"), ("course", "id"), ("course_version", "id"), ("enrolment", "id"), ("membership", "id"),
    ("course_version", "number"), ("completed_version", "id"), ("completed_version", "number"),
    # By value, in what all are judged by: basis_of().
    ("vendor", "time_zone"), ("agreement_version", "effective_on"), ("agreement_version", "number"),
    ("agreement_version", "body"), ("agreement_version", "title"), ("agreement_version", "created_at"),
    ("agreement_version", "created_by_id"), ("agreement_version", "public_id"),
    # Names: they are looked up when a standing is shown. A version has a title, whichever it is.
    ("course_version", "title"),
}  # fmt: skip


@pytest.fixture
def now() -> Iterator[clock.SetClock]:
    with clock.freeze(START) as frozen:
        yield frozen


def check(world: World, vendor: VendorRef) -> int:
    """What is read agrees with what is judged anew; how many the table knew."""
    with world.acting(vendor) as actor:
        today = compliance.today_of(actor)
        judged = read_judged(actor, today)
        table = judged.table.c
        rows = db.session.execute(
            judged.select(compliance.select_named(actor, P.COMPLIANCE_VIEW))
            .add_columns(table.is_compliant, table.missed, table.missed_rules)
            .order_by(Partnership.name_folded, Partnership.id)
        ).all()
        anew = compliance.list_standings(actor, today)
        assert judged.standings(rows) == anew
        for row, standing in zip(rows, anew, strict=True):
            missed = [n for n, cell in enumerate(standing.cells) if not cell.is_met]
            assert tuple(row[3:]) == (standing.is_compliant, len(missed), sum(1 << n for n in missed))
        counts = judged.count(actor)
        assert counts.compliant == sum(s.is_compliant is True for s in anew)
        assert counts.judged == sum(s.is_compliant is not None for s in anew)
        return len(anew) - len(judged.judged_now)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.deep)])
def test_after_any_change_what_is_read_is_what_is_true(world: World, now: clock.SetClock, seed: int) -> None:
    """A long walk through real services; after each step both vendors' standings are judged anew."""
    walk = Walk(world, now, seed)
    done: Counter[str] = Counter()
    known = 0
    for number in range(STEPS):
        step, vendor = walk.rng.choice(walk.steps()), walk.rng.choice(walk.vendors)
        if number % 3 == 0:
            for each in walk.vendors:
                walk.judge(each)
        try:
            step(vendor)
            done[step.__name__] += 1
        except DomainError:
            pass  # what cannot be now changes nothing
        for each in walk.vendors:
            known += check(world, each)
    assert len(done) >= 20, f"too few kinds of changes: {done}"
    assert known > STEPS * 3, "the table was hardly ever asked"


def columns_read(world: World, vendor: VendorRef) -> set[tuple[str, str]]:
    """Every (table, column) that judging a vendor's partnerships mentions."""
    found: set[tuple[str, str]] = set()

    def note(state: Any) -> None:
        for element in visitors.iterate(state.statement):
            if isinstance(element, Column):
                found.add((str(element.table.name), element.name))

    with world.acting(vendor) as actor:
        today = compliance.today_of(actor)
        policy = compliance.find_policy(actor, today)
        assert policy is not None
        rows = db.session.execute(
            select(Partnership.id, Partnership.partner_id, Partnership.agreement_accepted_on)
        )
        subjects = [Subject(*row) for row in rows]
        event.listen(Session, "do_orm_execute", note)
        try:
            judge(subjects, policy, today, "UTC")
        finally:
            event.remove(Session, "do_orm_execute", note)
    return found


def test_whatever_judging_reads_is_watched_or_cannot_change(world: World, now: clock.SetClock) -> None:
    walk = Walk(world, now, 3)
    walk.publish_agreement(walk.vendors[0])
    now.advance(days=2)
    read = columns_read(world, walk.vendors[0])
    assert {("certificate", "expires_on"), ("membership", "job_functions")} <= read
    forgotten = read - watched_columns() - KNOWN
    assert not forgotten, (
        "Judging reads columns whose changes make no standing old: watch them in "
        f"prm/audits/services/standings.py, or say here why not: {sorted(forgotten)}"
    )


def test_what_one_vendor_changes_at_a_shared_company_shows_at_the_other(
    world: World, now: clock.SetClock
) -> None:
    walk = Walk(world, now, 4)
    acme, globex = walk.vendors
    with world.app.app_context():
        tasks.judge_changed_partnerships()
    assert check(world, globex) == 3
    world.user(Role.PARTNER_MEMBER, partnership=walk.partnerships[acme.id][0])
    assert check(world, globex) == 2, "the shared company is judged anew, the others are not"


def test_the_next_day_is_judged_in_the_evening_before(world: World, now: clock.SetClock) -> None:
    walk = Walk(world, now, 5)
    acme = walk.vendors[0]
    now.advance(hours=11)
    walk.judge(acme)
    now.advance(hours=5)
    with world.acting(acme):
        days = set(db.session.scalars(select(PartnershipStanding.day)))
    assert days == {START.date(), START.date() + timedelta(days=1)}
    assert check(world, acme) == 3


def test_a_page_judges_what_is_missing_and_writes_nothing(world: World, now: clock.SetClock) -> None:
    walk = Walk(world, now, 6)
    acme = walk.vendors[0]
    now.advance(days=3)
    with world.acting(acme), transaction():
        before = len(db.session.scalars(select(PartnershipStanding)).all())
    assert check(world, acme) == 0
    with world.acting(acme):
        assert len(db.session.scalars(select(PartnershipStanding)).all()) == before


def test_amid_a_change_everything_is_judged_anew(world: World, now: clock.SetClock) -> None:
    walk = Walk(world, now, 7)
    acme = walk.vendors[0]
    walk.judge(acme)
    with world.acting(acme) as actor, transaction():
        today = compliance.today_of(actor)
        assert not read_judged(actor, today).judged_now
        db.session.scalars(select(Membership)).first().ended_at = clock.now()  # type: ignore[union-attr]
        assert len(read_judged(actor, today).judged_now) == 3


def test_who_completes_what_was_overdue_is_compliant_at_once(world: World, now: clock.SetClock) -> None:
    walk = Walk(world, now, 8)
    acme = walk.vendors[0]
    firm, course = world.partnership(acme, "Alone"), walk.courses[acme.id][2]
    person = world.user(Role.PARTNER_MEMBER, partnership=firm)
    with world.acting(acme) as actor, transaction():
        audits.set_policy(actor, [TrainingCurrent()], effective_on=compliance.today_of(actor))
    assign(world, firm, course, due_on=START.date() + timedelta(days=1))
    now.advance(days=3)
    walk.judge(acme)
    assert check(world, acme) == 4
    assert not is_compliant(world, acme, "Alone")
    complete(world, acme, person, course)
    check(world, acme)
    assert is_compliant(world, acme, "Alone")


def is_compliant(world: World, vendor: VendorRef, name: str) -> bool:
    with world.acting(vendor) as actor:
        judged = read_judged(actor, compliance.today_of(actor))
        found = judged.select(select(judged.table.c.is_compliant).select_from(Partnership))
        return bool(db.session.scalar(found.where(Partnership.name == name)))
