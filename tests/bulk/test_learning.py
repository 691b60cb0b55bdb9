"""Many people at once: paths assigned, dates extended, people excused, courses begun anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.permissions import Role
from prm.training import services
from prm.training.models import Attempt, Enrolment, LessonProgress
from prm.training.models.paths import PathEnrolment, PathStatus
from prm.training.queries.paths import path_completed_on
from tests.bulk.test_bulk import member_ids, run_one
from tests.factories import World
from tests.factories.paths import assign_path, make_path
from tests.factories.training import assign, complete, do_lessons, make_course, submit


def test_people_get_more_time_are_excused_and_begin_anew_with_a_reason_on_record(world: World) -> None:
    acme = world.vendor("acme")
    north = world.partnership(acme, "Northwind")
    boss = world.client(world.user(Role.PARTNER_ADMIN, partnership=north, name="Bob"))
    ana, leo = (world.user(Role.PARTNER_MEMBER, partnership=north, name=name) for name in ("Ana", "Leo"))
    course = make_course(world, acme, "Basics", max_attempts=1)
    path = make_path(world, acme, [course])
    today = clock.today("UTC")
    assign(world, north, course, due_on=today + timedelta(days=5))
    both, asked = member_ids(world, ana, leo), {"course": str(course.public_id), "reason": "Parental leave"}
    later = (today + timedelta(days=50)).isoformat()
    done = run_one(boss, "people.extend", both, **asked, due_on=later)
    assert done == {"Ana": "Done,", "Leo": "Done,"}
    done = run_one(boss, "people.assign_path", both, path=str(path.public_id), due_on="")
    assert done == {"Ana": "Done,", "Leo": "Done,"}
    enrolment = do_lessons(world, acme, ana, course)
    submit(world, acme, ana, enrolment, course.wrong_answers)
    done = run_one(boss, "people.reset", both, **asked)
    assert done["Ana"] == "Done," and "not begun" in done["Leo"]
    done = run_one(boss, "people.excuse", member_ids(world, leo), **asked)
    assert done == {"Leo": "Done,"}
    with world.acting(acme):
        ana_row, leo_row = (
            db.session.scalars(select(Enrolment).where(Enrolment.user_id == each.id)).one()
            for each in (ana, leo)
        )
        assert (ana_row.status, ana_row.due_on.isoformat()) == ("assigned", later)
        assert ana_row.extra_attempts == 1 and db.session.scalars(select(Attempt)).all()
        assert db.session.scalars(select(LessonProgress)).all() == []
        assert (leo_row.status, leo_row.due_on) == ("excused", None)
        assert dict(db.session.execute(select(PathEnrolment.user_id, PathEnrolment.status)).all()) == {
            ana.id: PathStatus.OPEN,
            leo.id: PathStatus.EXCUSED,
        }
        assert path_completed_on([leo.id], path.id) == {}, "whoever excuses does not certify"
        acts = set(db.session.scalars(select(JournalEntry.action)))
    assert {"training.extended", "training.reset", "training.excused"} <= acts
    page = world.client(leo).get("/acme/training/").text
    assert "Excused" in page
    with world.acting(acme, leo) as actor, transaction():
        assert services.enrol(actor, course.public_id).status == "started", "who is excused may still learn"


def test_a_completion_stays_and_no_reason_is_none(world: World) -> None:
    acme = world.vendor("acme")
    north = world.partnership(acme, "Northwind")
    ana = world.user(Role.PARTNER_MEMBER, partnership=north)
    course = make_course(world, acme, has_quiz=False)
    complete(world, acme, ana, course)
    assign_path(world, make_path(world, acme, [course]), north)
    with world.acting(acme) as actor, transaction():
        for adjust in (services.reset_enrolment, services.excuse):
            with pytest.raises(Conflict, match="completed"):
                adjust(actor, ana.public_id, course.public_id, reason="Why not")
            with pytest.raises(DomainError, match="Say why"):
                adjust(actor, ana.public_id, course.public_id, reason="  ")
        with pytest.raises(DomainError, match="past"):
            services.extend_due_date(
                actor, ana.public_id, course.public_id, due_on=clock.today("UTC") - timedelta(1), reason="So"
            )


def test_a_path_goes_on_without_what_somebody_is_excused_from(world: World) -> None:
    acme = world.vendor("acme")
    north = world.partnership(acme, "Northwind")
    ana = world.user(Role.PARTNER_MEMBER, partnership=north)
    one, two = (make_course(world, acme, title, has_quiz=False) for title in ("One", "Two"))
    path = make_path(world, acme, [one, two])
    assign_path(world, path, north)
    with world.acting(acme) as actor, transaction():
        services.excuse(actor, ana.public_id, one.public_id, reason="Long in the trade")
    complete(world, acme, ana, two)
    with world.acting(acme):
        assert db.session.scalars(select(PathEnrolment.status)).one() is PathStatus.EXCUSED
    complete(world, acme, ana, one)  # by their own choice, after all
    with world.acting(acme):
        assert db.session.scalars(select(PathEnrolment.status)).one() is PathStatus.COMPLETED
        assert ana.id in path_completed_on([ana.id], path.id)
