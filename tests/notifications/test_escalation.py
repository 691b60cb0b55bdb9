"""Overdue courses: the company's administrators hear of them, later its manager, each once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.notifications import services
from prm.notifications.models import Kind
from prm.partners.models import Partnership
from prm.permissions import Role
from prm.training.services import extend_due_date
from tests.factories.training import assign, complete, make_course
from tests.notifications.reading import told
from tests.notifications.test_reminders import START, at, every_day, run


def test_overdue_courses_are_told_to_administrators_then_to_the_manager_once_each(
    world, acme, northwind, ada
) -> None:
    boss = world.user(Role.PARTNER_ADMIN, partnership=northwind, name="Bo Boss")
    mia = world.user(Role.CHANNEL_MANAGER, vendor=acme, name="Mia Manager")
    ben = world.user(Role.PARTNER_MEMBER, partnership=northwind, name="Ben")
    with world.acting(acme) as actor, transaction():
        db.session.execute(
            update(Partnership).where(Partnership.id == northwind.id).values(manager_user_id=mia.id)
        )
        services.save_plan(
            actor, course_days=[], certificate_days=[], agreement_days=[], escalation_days=[3, 6]
        )
    due = START + timedelta(days=2)
    with clock.freeze(at(START)):
        one, two = (make_course(world, acme, title, has_quiz=False) for title in ("One", "Two"))
        for course in (one, two):
            assign(world, northwind, course, user=ada, due_on=due)
        assign(world, northwind, one, user=ben, due_on=due)
        complete(world, acme, ben, one)

    def heard(person) -> list[str]:
        return [row.text for row in told(world, acme, person) if row.kind is Kind.TRAINING_OVERDUE]

    run(world, *every_day(START, due + timedelta(days=5)))
    assert heard(boss) == ["Northwind: 1 person has courses overdue for 3 days or more."]
    assert heard(mia) == []
    with clock.freeze(at(due + timedelta(days=5))), world.acting(acme) as actor, transaction():
        extend_due_date(
            actor, ada.public_id, two.public_id, due_on=due + timedelta(days=9), reason="Was away"
        )
    run(world, *every_day(due + timedelta(days=6), due + timedelta(days=14)))
    assert heard(mia) == ["Northwind: 1 person has courses overdue for 6 days or more."]
    assert len(heard(boss)) == 2, "the new date passed as well"
    page = world.client(boss).get("/acme/notifications/").text
    assert "overdue for 3 days" in page
