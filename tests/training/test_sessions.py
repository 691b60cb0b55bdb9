"""Sessions with an instructor: dates, places taken once each, the waiting list, attendance."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from threading import Barrier

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from prm.accounts.models import Membership
from prm.accounts.services.memberships import retire_person
from prm.errors import Conflict, DomainError, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.notifications.models import Kind, Notification
from prm.permissions import Role
from prm.training import queries, services
from prm.training.models import Completion
from prm.training.models.sessions import SeatStatus, SessionSeat, TrainingSession
from prm.training.queries import sessions as found
from prm.training.services import seats, sessions
from tests.factories import World
from tests.factories import sessions as make
from tests.factories.training import make_new_version


@pytest.fixture
def scene(world: World):
    """A vendor with a workshop, three of a partner's people, and who holds it."""
    vendor = world.vendor("acme")
    partnership = world.partnership(vendor)
    people = [world.user(Role.PARTNER_MEMBER, partnership=partnership, name=f"Person {n}") for n in range(3)]
    return vendor, make.make_workshop(world, vendor), people, world.user(Role.CONTENT_AUTHOR, vendor=vendor)


def told(user) -> list[str]:
    rows = db.session.scalars(
        select(Notification)
        .where(Notification.user_id == user.id, Notification.kind == Kind.SESSION_NEWS)
        .order_by(Notification.id)
    )
    return [row.facts["what"] for row in rows]


def statuses() -> list[SeatStatus]:
    return list(db.session.scalars(select(SessionSeat.status).order_by(SessionSeat.id)))


def test_the_list_moves_up_by_itself_and_tells_who_got_the_place(world: World, scene) -> None:
    vendor, course, (first, second, third), author = scene
    session = make.plan(world, vendor, course, by=author, places=1)
    for person in (first, second, third):
        make.sign_up(world, vendor, person, course, session)
    with world.acting(vendor):
        assert statuses() == [SeatStatus.PLACE, SeatStatus.WAITING, SeatStatus.WAITING]
    with world.acting(vendor, third) as actor:
        date = found.list_dates(queries.list_my_learning(actor)[0])[0]
        assert (date.queue, date.places_left, date.link) == (2, 0, "")
        with transaction():
            assert seats.sign_up(actor, session.public_id).status is SeatStatus.WAITING, "twice is once"
    with world.acting(vendor, first) as actor, transaction():
        seats.give_up(actor, session.public_id)
        seats.give_up(actor, session.public_id)
    with world.acting(vendor):
        assert statuses() == [SeatStatus.GIVEN_UP, SeatStatus.PLACE, SeatStatus.WAITING]
        assert (told(first), told(second), told(third)) == ([], ["place"], [])
    make.sign_up(world, vendor, first, course, session)
    with world.acting(vendor, author) as actor, transaction():
        sessions.edit_session(actor, session.public_id, make.plan_of(places=2), revision=1)
    with world.acting(vendor, third) as actor:
        assert statuses() == [SeatStatus.WAITING, SeatStatus.PLACE, SeatStatus.PLACE]
        assert (told(first), told(third)) == ([], ["place"]), "more places, the same time: no other news"
        assert found.list_dates(queries.list_my_learning(actor)[0])[0].link == "https://meet.example.com/room"
    with (
        world.acting(vendor, author) as actor,
        pytest.raises(DomainError, match="2 places are taken"),
        transaction(),
    ):
        sessions.edit_session(actor, session.public_id, make.plan_of(places=1), revision=2)


def test_who_is_taken_off_is_told_and_the_next_moves_up(world: World, scene) -> None:
    vendor, course, (first, second, _third), author = scene
    session = make.plan(world, vendor, course, by=author, places=1)
    for person in (first, second):
        make.sign_up(world, vendor, person, course, session)
    with world.acting(vendor):
        seat = db.session.scalars(select(SessionSeat).order_by(SessionSeat.id)).first()
    client = world.client(author)
    address = f"/acme/training/sessions/{session.public_id}"
    assert "Take off" in client.get(address).text
    assert client.post(f"{address}/seats/{seat.public_id}/release").status_code == 303
    assert client.post(f"{address}/seats/{seat.public_id}/release").status_code == 303, "twice is once"
    with world.acting(vendor):
        assert statuses() == [SeatStatus.GIVEN_UP, SeatStatus.PLACE]
        assert (told(first), told(second)) == (["released"], ["place"])
        actions = list(db.session.scalars(select(JournalEntry.action)))
        assert actions.count("training_session.released") == 1
    with clock.freeze(clock.now() + timedelta(days=400)):
        client = world.client(author)
        page = client.get(address)
        assert page.status_code == 200 and "Take off" not in page.text
        assert client.post(f"{address}/seats/{seat.public_id}/release").status_code == 409


def test_a_regional_manager_takes_off_people_of_their_region_alone(world: World) -> None:
    vendor = world.vendor("acme")
    manager = world.user(Role.CHANNEL_MANAGER, vendor=vendor, region_names=("West",))
    course = make.make_workshop(world, vendor)
    session = make.plan(world, vendor, course, by=manager)
    for region in ("West", "East"):
        place = world.partnership(vendor, f"{region} Ltd", region=region)
        make.sign_up(world, vendor, world.user(Role.PARTNER_MEMBER, partnership=place), course, session)
    with world.acting(vendor):
        near, far = db.session.scalars(select(SessionSeat.public_id).order_by(SessionSeat.id))
    client, address = world.client(manager), f"/acme/training/sessions/{session.public_id}"
    assert "West Ltd" in (page := client.get(address).text) and "East Ltd" not in page
    assert client.post(f"{address}/seats/{far}/release").status_code == 404
    assert client.post(f"{address}/seats/{near}/release").status_code == 303
    with world.acting(vendor):
        assert statuses() == [SeatStatus.GIVEN_UP, SeatStatus.PLACE]


def test_who_left_does_not_move_up(world: World, scene) -> None:
    vendor, course, (first, second, _third), _author = scene
    third = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor, "Elsewhere"))
    session = make.plan(world, vendor, course, places=1)
    for person in (first, second, third):
        make.sign_up(world, vendor, person, course, session)
    with world.acting(vendor) as actor, transaction():
        retire_person(
            actor, db.session.scalars(select(Membership).where(Membership.user_id == second.id)).one()
        )
    with world.acting(vendor, first) as actor, transaction():
        seats.give_up(actor, session.public_id)
    with world.acting(vendor):
        assert statuses() == [SeatStatus.GIVEN_UP, SeatStatus.WAITING, SeatStatus.PLACE]


def test_twenty_at_once_for_the_last_place_leave_one(world: World, scene) -> None:
    vendor, course, _people, author = scene
    partnership = world.partnership(vendor, "Crowd")
    crowd = [world.user(Role.PARTNER_MEMBER, partnership=partnership, name=f"Crowd {n}") for n in range(20)]
    session = make.plan(world, vendor, course, by=author, places=1)
    for person in crowd:
        with world.acting(vendor, person) as actor, transaction():
            services.enrol(actor, course.public_id)
    together = Barrier(20)

    def race(person) -> SeatStatus:
        with world.acting(vendor, person) as actor:
            db.session.rollback()  # give the connection back before waiting
            together.wait(60)
            try:
                with transaction():
                    return seats.sign_up(actor, session.public_id).status
            finally:
                db.session.remove()

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(race, crowd))
    assert sorted(outcomes) == [SeatStatus.PLACE, *[SeatStatus.WAITING] * 19]
    with world.acting(vendor):
        assert db.session.scalar(select(TrainingSession.places_taken)) == 1
        held = select(func.count()).select_from(SessionSeat).where(SessionSeat.status == SeatStatus.PLACE)
        assert db.session.scalar(held) == 1


def test_attending_completes_the_course_and_absence_is_kept(world: World, scene) -> None:
    vendor, course, (first, second, _third), author = scene
    session = make.plan(world, vendor, course)
    one, two = (make.sign_up(world, vendor, person, course, session) for person in (first, second))
    with (
        world.acting(vendor, first) as actor,
        pytest.raises(Conflict, match="attended a session"),
        transaction(),
    ):
        item = queries.list_my_learning(actor)[0]
        services.complete_lesson(actor, item.enrolment_id, course.lessons[0])
    marks = {"attended": [one.public_id], "absent": [two.public_id]}
    with world.acting(vendor, author) as actor, pytest.raises(Conflict, match="not begun"), transaction():
        seats.mark_attendance(actor, session.public_id, **marks)
    make_new_version(world, vendor, course)  # the date stays what it was for who is at the version before
    with clock.travel(session.starts_at + timedelta(minutes=5)):
        with world.acting(vendor, second) as actor, pytest.raises(Conflict, match="has begun"), transaction():
            seats.give_up(actor, session.public_id)
        for newly in (1, 0):
            with world.acting(vendor, author) as actor, transaction():
                assert seats.mark_attendance(actor, session.public_id, **marks) == newly
        with world.acting(vendor, author) as actor, transaction():
            # What was attended stays; who was taken for absent may have been there.
            seats.mark_attendance(actor, session.public_id, attended=[two.public_id], absent=[one.public_id])
            assert statuses() == [SeatStatus.ATTENDED, SeatStatus.ATTENDED]
    with world.acting(vendor):
        assert set(db.session.scalars(select(Completion.user_id))) == {first.id, second.id}
        actions = list(db.session.scalars(select(JournalEntry.action)))
        assert actions.count("training_session.attended") == 2
        assert actions.count("training_session.missed") == 1


def test_a_cancelled_or_moved_session_tells_those_on_it(world: World, scene) -> None:
    vendor, course, (first, second, third), author = scene
    session = make.plan(world, vendor, course, places=1)
    for person in (first, second):
        make.sign_up(world, vendor, person, course, session)
    with world.acting(vendor, author) as actor, transaction():
        sessions.edit_session(actor, session.public_id, make.plan_of(places=1, days=4), revision=1)
    with world.acting(vendor, author) as actor, transaction():
        sessions.cancel_session(actor, session.public_id, reason="The trainer is ill.")
    with world.acting(vendor, second) as actor:
        assert [told(each) for each in (first, second, third)] == [["moved", "cancelled"]] * 2 + [[]]
        date = found.list_dates(queries.list_my_learning(actor)[0])[0]
        assert (date.is_cancelled, date.cancel_reason) == (True, "The trainer is ill.")
        assert not found.list_my_sessions(actor)
    other = make.plan(world, vendor, course)
    assert make.sign_up(world, vendor, first, course, other).status is SeatStatus.PLACE
    with pytest.raises(Conflict, match="cancelled"):
        make.sign_up(world, vendor, third, course, session)


def test_one_date_of_a_session_at_a_time_and_only_of_a_course_one_takes(world: World, scene) -> None:
    vendor, course, (first, second, _third), _author = scene
    one, two = make.plan(world, vendor, course), make.plan(world, vendor, course, days=5)
    make.sign_up(world, vendor, first, course, one)
    with pytest.raises(Conflict, match="another date"):
        make.sign_up(world, vendor, first, course, two)
    with world.acting(vendor, second) as actor, pytest.raises(NotFound), transaction():
        seats.sign_up(actor, one.public_id)


def test_a_plan_that_cannot_be_says_which_field(world: World, scene) -> None:
    vendor, course, _people, author = scene
    spring = datetime.combine(date(2031, 3, 30), time(2, 30))  # skipped by the clocks in Berlin
    wrong = [
        ("starts", {"days": -1}),
        ("starts", {"starts": spring, "ends": spring + timedelta(hours=3)}),
        ("ends", {"ends": datetime.combine(date(2020, 1, 1), time())}),
        ("time_zone", {"time_zone": "Nowhere/Town"}),
        ("places", {"places": 0}),
        ("link", {"link": "javascript:alert(1)"}),
        ("place", {"place": "", "link": ""}),
        ("starts", {"starts": datetime.combine(date.min, time()), "time_zone": "Asia/Tokyo"}),
    ]
    for field, details in wrong:
        with pytest.raises(DomainError) as error:
            make.plan(world, vendor, course, by=author, **details)
        assert field in error.value.fields, details


def test_from_planning_to_attendance_on_the_pages(world: World, scene) -> None:
    _vendor, course, (first, second, _third), author = scene
    holder, learner = world.client(author), world.client(first)
    assert "Workshop: Workshop day" in holder.get("/acme/training/sessions/new").text
    plan = make.plan_of()
    form = {
        "lesson": str(course.lessons[0]), "starts": plan.starts.isoformat("T", "minutes"),
        "ends": plan.ends.isoformat("T", "minutes"), "time_zone": plan.time_zone, "place": plan.place,
        "link": plan.link, "trainer": plan.trainer, "places": "1",
    }  # fmt: skip
    bad = holder.post("/acme/training/sessions/new", data={**form, "places": "none", "ends": "soon"})
    assert bad.status_code == 422 and "Room 1" in bad.text
    page = holder.post("/acme/training/sessions/new", data=form).location
    assert "Nobody yet" in holder.get(page).text
    learner.post(f"/acme/training/courses/{course.public_id}/enrol")
    shown = learner.get(f"/acme/training/courses/{course.public_id}").text
    assert "1 place left" in shown and "meet.example.com" not in shown and "Tara Trainer" in shown
    answer = learner.post(f"{page}/sign-up", follow_redirects=True).text
    assert "You have a place." in answer and "meet.example.com" in answer
    lesson = learner.get(f"/acme/training/courses/{course.public_id}/lessons/{course.lessons[0]}").text
    assert "Give up my place" in lesson and "Mark as done" not in lesson
    for page_with_it in ("/acme/", "/acme/training/"):
        assert "Your session: " in learner.get(page_with_it).text
    waiting = world.client(second)
    waiting.post(f"/acme/training/courses/{course.public_id}/enrol")
    waiting.post(f"{page}/sign-up")
    assert "On the waiting list for " in waiting.get("/acme/training/").text
    waiting.post(f"{page}/give-up")
    assert "On the waiting list for " not in waiting.get("/acme/training/").text
    assert "Workshop day" in learner.get("/acme/training/calendar").text
    event = Calendar.from_ical(learner.get("/acme/training/calendar.ics").data).walk("VEVENT")[0]
    assert (str(event["summary"]), str(event["location"])) == (
        "Workshop day", "Room 1 · https://meet.example.com/room",
    )  # fmt: skip
    assert event["dtstart"].dt == clock.day_start(plan.starts.date(), "Europe/Berlin") + timedelta(hours=10)
    assert "Person 0" in holder.get(page).text
    assert "1 of 1" in holder.get("/acme/training/sessions").text
    edited = holder.get(f"{page}/edit").text
    assert f'value="{plan.starts.isoformat("T", "minutes")}' in edited
    assert "Tick who was there" not in holder.get(page).text
    plan_sent = {
        "starts": plan.starts.isoformat("T", "minutes"), "ends": plan.ends.isoformat("T", "minutes"),
        "time_zone": "Europe/Berlin", "places": "5",
    }  # fmt: skip
    first = holder.post(f"{page}/edit", data={**plan_sent, "place": "Room 2", "revision": "1"})
    assert first.status_code == 303
    late = holder.post(f"{page}/edit", data={**plan_sent, "place": "Room 3", "revision": "1"})
    assert late.status_code == 409 and "Somebody else saved this" in late.text
    assert "Room 2" in late.text and 'value="Room 3"' in late.text and "Save over it" in late.text
    over = holder.post(f"{page}/edit", data={**plan_sent, "place": "Room 3", "revision": "2"})
    assert over.status_code == 303 and "Room 3" in holder.get(page).text
