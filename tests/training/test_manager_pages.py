"""Assigning and progress, page by page."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from prm.accounts.models import JobFunction, Membership
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from prm.training.models import Enrolment
from tests.counting import counted
from tests.factories import World
from tests.factories import training as make
from tests.factories.world import PartnershipRef, VendorRef


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def northwind(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind", region="North")


@pytest.fixture
def southwind(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Southwind", region="South")


@pytest.fixture
def manager(world: World, acme: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme))


def test_a_manager_checks_and_assigns_through_pages(world: World, acme, northwind, manager) -> None:
    zoe = world.user(
        Role.PARTNER_MEMBER, partnership=northwind, name="Zoë Å", job_functions=(JobFunction.SALES,)
    )
    ben = world.user(Role.PARTNER_MEMBER, partnership=northwind, name="Ben B")
    course, done = make.make_course(world, acme), make.make_course(world, acme, "Done already")
    make.complete(world, acme, ben, done)
    start = manager.get(f"/acme/training/assign?course={course.public_id}").text
    assert "Choose the company first" in start and '<option value="Northwind">' in start
    page = manager.get(f"/acme/training/assign?company=nORTHwind&course={course.public_id}")
    assert "Everybody: 2 people, and whoever joins later" in page.text and "Zoë Å" in page.text
    path = re.search(r'action="(/acme/training/assign\?company_id=[^"]+)"', page.text).group(1)
    due_on = (clock.now() + timedelta(days=20)).date().isoformat()
    form = {"courses": [str(course.public_id), str(done.public_id)], "whom": "everybody", "due_on": due_on}
    check = manager.post(path, data={**form, "step": "preview"})
    assert check.status_code == 200
    assert "Has completed it" in check.text and "3 × Will be enrolled" in check.text
    assert enrolled(world, acme) == 1
    made = manager.post(path, data={**form, "step": "assign"}, follow_redirects=True)
    assert "Assigned. 3 enrolments are new" in made.text
    assert enrolled(world, acme) == 4
    assert "Not started" in world.client(zoe).get("/acme/training/").text
    only = manager.post(path, data={**form, "whom": str(zoe.public_id), "step": "preview"}).text
    assert "1 person" in only and "only the due date changes" in only


def enrolled(world: World, vendor: VendorRef) -> int:
    with world.acting(vendor):
        return db.session.scalar(select(func.count()).select_from(Enrolment)) or 0


@pytest.mark.parametrize(
    "changes",
    [
        {"due_on": "yesterday"},
        {"due_on": "2001-01-01"},
        {"courses": []},
        {"courses": ["01900000-0000-7000-8000-000000000000"]},
        {"courses": ["nonsense"]},
        {"whom": "01900000-0000-7000-8000-000000000000"},
        {"whom": ""},
    ],
)
@pytest.mark.parametrize("step", ["preview", "assign"])
def test_a_wrong_assignment_answers_422_and_assigns_nothing(
    world: World, acme, northwind, manager, changes: dict, step: str
) -> None:
    world.user(Role.PARTNER_MEMBER, partnership=northwind)
    course = make.make_course(world, acme)
    form = {"courses": [str(course.public_id)], "whom": "everybody", "due_on": "", "step": step, **changes}
    answer = manager.post(f"/acme/training/assign?company_id={northwind.public_id}", data=form)
    assert answer.status_code == 422
    assert "Please correct the following" in answer.text
    assert enrolled(world, acme) == 0


def test_companies_of_one_name_are_told_apart(world: World, acme, manager) -> None:
    make.make_course(world, acme)
    first, second = world.partnership(acme, "Twin"), world.partnership(acme, "Twin")
    page = manager.get("/acme/training/assign?company=twin").text
    assert str(first.public_id) in page and str(second.public_id) in page
    assert "You have no partner of this name." in manager.get("/acme/training/assign?company=None").text


def test_a_foreign_company_is_no_company(world: World, acme, northwind, southwind) -> None:
    make.make_course(world, acme)
    northern = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("North",)))
    path = "/acme/training/assign?company_id="
    assert northern.get(path + str(northwind.public_id)).status_code == 200
    assert northern.get(path + str(southwind.public_id)).status_code == 404
    assert northern.get(path + "nonsense").status_code == 404
    assert "You have no partner" in northern.get("/acme/training/assign?company=Southwind").text
    padmin = world.client(world.user(Role.PARTNER_ADMIN, partnership=northwind, name="Pia P"))
    page = padmin.get(path + str(southwind.public_id)).text
    assert "Pia P" in page and "Southwind" not in page


# -- progress ----------------------------------------------------------------------------------


@pytest.fixture
def lived(world: World, acme, northwind, southwind) -> dict:
    """Two courses; in Northwind one completed, one at it, one overdue; in Southwind one assigned."""
    one, two = make.make_course(world, acme, "Installing"), make.make_course(world, acme, "Selling")
    people = {
        name: world.user(Role.PARTNER_MEMBER, partnership=company, name=name, job_functions=functions)
        for name, company, functions in (
            ("Carla Completed", northwind, (JobFunction.SALES,)),
            ("Stan Started", northwind, (JobFunction.TECHNICAL,)),
            ("Olga Overdue", northwind, (JobFunction.SALES, JobFunction.SUPPORT)),
            ("Ned Nothing", northwind, ()),
            ("Asta Assigned", southwind, ()),
        )
    }
    make.complete(world, acme, people["Carla Completed"], one)
    make.do_lessons(world, acme, people["Stan Started"], one)
    make.assign(world, northwind, one, user=people["Olga Overdue"])
    make.assign(world, southwind, one)
    with world.acting(acme), transaction():
        late = update(Enrolment).where(Enrolment.user_id == people["Olga Overdue"].id)
        db.session.execute(late.values(due_on=(clock.now() - timedelta(days=30)).date()))
    return {"one": one, "two": two, "people": people}


EVERYBODY = {"Carla Completed", "Stan Started", "Olga Overdue", "Ned Nothing", "Asta Assigned"}


def names_on(page: str) -> set[str]:
    return set(re.findall(r"(Carla Completed|Stan Started|Olga Overdue|Ned Nothing|Asta Assigned)</a>", page))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", EVERYBODY),
        ("standing=completed", {"Carla Completed"}),
        ("standing=started", {"Stan Started"}),
        ("standing=overdue", {"Olga Overdue"}),
        ("standing=assigned", {"Asta Assigned"}),
        ("standing=failed", set()),
        ("standing=none", EVERYBODY),
        ("standing=none&course={one}", {"Ned Nothing"}),
        ("standing=completed&course={two}", set()),
        ("function=sales", {"Carla Completed", "Olga Overdue"}),
        ("company=Southwind", {"Asta Assigned"}),
        ("company=Globex", set()),
        ("search=olga", {"Olga Overdue"}),
        ("search=southwind", {"Asta Assigned"}),
    ],
)  # fmt: skip
def test_people_are_found_by_standing_company_function_and_name(
    world: World, acme, lived, manager, query: str, names: set[str]
) -> None:
    query = query.format(one=lived["one"].public_id, two=lived["two"].public_id)
    assert names_on(manager.get(f"/acme/training/progress?{query}").text) == names


def test_the_matrix_says_where_everybody_stands(world: World, acme, lived, manager) -> None:
    page = manager.get("/acme/training/progress").text
    row = next(part for part in page.split("<tr>") if "Carla Completed" in part)
    assert "Completed" in row and "100%" in row and "Not assigned" in row
    row = next(part for part in page.split("<tr>") if "Stan Started" in part)
    assert "In progress" in row and "66%" in row
    row = next(part for part in page.split("<tr>") if "Olga Overdue" in part)
    assert "Overdue" in row and "Due on" in row


def test_reach_ends_at_the_region_and_the_company(world: World, acme, northwind, lived) -> None:
    northern = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("North",)))
    padmin = world.client(world.user(Role.PARTNER_ADMIN, partnership=northwind))
    asta, stan = lived["people"]["Asta Assigned"], lived["people"]["Stan Started"]
    for client in (northern, padmin):
        page = client.get("/acme/training/progress").text
        assert "Stan Started" in page and "Asta" not in page and "Southwind" not in page
        assert client.get(f"/acme/training/progress/{stan.public_id}").status_code == 200
        assert client.get(f"/acme/training/progress/{asta.public_id}").status_code == 404
        assert "Asta" not in client.get("/acme/training/progress?format=csv").text
    member = world.client(stan)
    assert member.get("/acme/training/progress").status_code == 403
    assert member.get(f"/acme/training/progress/{stan.public_id}").status_code == 403


def test_own_staff_are_seen_by_the_vendors_administrator_alone(world: World, acme, lived, manager) -> None:
    author = world.user(Role.CONTENT_AUTHOR, vendor=acme, name="Ada Author")
    make.complete(world, acme, author, lived["one"])
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=acme))
    assert "Ada Author" in admin.get("/acme/training/progress").text
    assert "Ada Author" not in manager.get("/acme/training/progress").text


def test_who_left_is_no_longer_in_the_matrix(world: World, acme, lived, manager) -> None:
    stan = lived["people"]["Stan Started"]
    with world.acting(acme), transaction():
        ended = update(Membership).where(Membership.user_id == stan.id).values(ended_at=clock.now())
        db.session.execute(ended)
    assert "Stan Started" not in manager.get("/acme/training/progress").text
    assert manager.get(f"/acme/training/progress/{stan.public_id}").status_code == 404


def test_one_persons_record_holds_the_evidence(world: World, acme, lived, manager) -> None:
    carla = lived["people"]["Carla Completed"]
    page = manager.get(f"/acme/training/progress/{carla.public_id}").text
    for words in ("Installing", "by their own choice", "2 of 2", "1 of 3", "Attempt 1", "Passed", "100%"):
        assert words in page
    assert (
        "No course yet"
        in manager.get(f"/acme/training/progress/{lived['people']['Ned Nothing'].public_id}").text
    )


def test_the_export_holds_every_person_and_course_and_no_formula(
    world: World, acme, northwind, lived, manager
) -> None:
    world.user(Role.PARTNER_MEMBER, partnership=northwind, name="=cmd|' /C calc'!A0")
    answer = manager.get("/acme/training/progress?format=csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 12  # six people × two courses
    carla = next(r for r in rows if r["Name"] == "Carla Completed" and r["Course"] == "Installing")
    assert (carla["Standing"], carla["Score in percent"], carla["Company"]) == (
        "Completed",
        "100",
        "Northwind",
    )
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    narrowed = manager.get("/acme/training/progress?format=csv&standing=overdue")
    assert len(list(csv.DictReader(io.StringIO(narrowed.data.decode("utf-8-sig"))))) == 2


def test_a_company_sees_nothing_of_another_vendor(world: World, acme, northwind, lived) -> None:
    globex = world.vendor("globex")
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=globex))
    page = admin.get("/globex/training/progress").text
    assert "Stan" not in page and "Installing" not in page
    stan = lived["people"]["Stan Started"]
    assert admin.get(f"/globex/training/progress/{stan.public_id}").status_code == 404
    assert admin.get(f"/globex/training/courses/{lived['one'].public_id}").status_code == 404


# -- queries -----------------------------------------------------------------------------------


def test_pages_ask_as_often_for_many_rows_as_for_few(world: World, acme, northwind, manager) -> None:
    clients = {
        "manager": manager,
        "author": world.client(world.user(Role.CONTENT_AUTHOR, vendor=acme)),
        "learner": world.client(learner := world.user(Role.PARTNER_MEMBER, partnership=northwind)),
    }
    course = make.make_course(world, acme, "First")
    make.complete(world, acme, learner, course)

    def grow(number: int) -> None:
        more = make.make_course(world, acme, f"More {number}", lessons=3)
        make.assign(world, northwind, more)
        person = world.user(Role.PARTNER_MEMBER, partnership=northwind)
        make.complete(world, acme, person, more)

    pages = [
        ("manager", "/acme/training/progress"), ("manager", "/acme/training/progress?format=csv"),
        ("manager", f"/acme/training/progress/{learner.public_id}"),
        ("manager", f"/acme/training/assign?company_id={northwind.public_id}"),
        ("author", "/acme/training/authoring"),
        ("author", f"/acme/training/versions/{course.version_public_id}"),
        ("learner", "/acme/training/"), ("learner", f"/acme/training/courses/{course.public_id}"),
    ]  # fmt: skip

    def count() -> list[int]:
        found = []
        for who, path in pages:
            with counted(world.app) as statements:
                assert clients[who].get(path).status_code == 200
            found.append(len(statements))
        return found

    grow(0)
    before = count()
    for number in range(1, 6):
        grow(number)
    assert count() == before
