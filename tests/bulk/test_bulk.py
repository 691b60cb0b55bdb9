"""One action on many rows of a list."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from prm.accounts.models import Invitation
from prm.bulk import services
from prm.bulk.models import BulkItem, BulkRun, ItemOutcome
from prm.bulk.tasks import advance_due_runs
from prm.certification.models import Certificate
from prm.extensions import db
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.partners.models import Partnership, Region
from prm.permissions import Role
from prm.training.models import Assignment
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.accounts import invite, join, link_of, membership_of
from tests.factories.certification import make_scheme
from tests.factories.marketing import make_asset, make_campaign
from tests.factories.training import complete, make_course
from tests.servers import SmtpSink


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    for number in range(5):
        world.partnership(vendor, f"Partner {number}", region="West" if number < 3 else "East")
    return vendor


def regions(world: World, vendor: VendorRef) -> list[str]:
    with world.acting(vendor):
        rows = select(Region.name).join(Partnership, Partnership.region_id == Region.id)
        return list(db.session.scalars(rows.order_by(Partnership.name_folded)))


def ids(world: World, vendor: VendorRef) -> list[str]:
    with world.acting(vendor):
        return [
            str(i)
            for i in db.session.scalars(select(Partnership.public_id).order_by(Partnership.name_folded))
        ]


def start(client, **form):
    return client.post("/acme/bulk/start", data={"action": "partners.region", "region": "East", **form})


def results(client, location: str) -> dict[str, str]:
    lines = client.get(location + "?format=csv").text.lstrip("\ufeff").splitlines()[1:]
    return {line.split(",")[0]: line.split(",", 1)[1] for line in lines}


def test_the_ticked_rows_are_changed_and_each_has_its_result(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    chosen = ids(world, vendor)[:2]
    page = client.post(
        "/acme/bulk/choose", data={"action": "partners.region", "which": "ticked", "ids": chosen}
    )
    assert page.status_code == 200 and "Do it for 2 rows" in page.text
    assert "Partner 0, Partner 1" in page.text and "Partner 2" not in page.text
    answer = start(client, which="ticked", ids=chosen)
    assert answer.status_code == 303
    assert regions(world, vendor) == ["East", "East", "West", "East", "East"]
    assert results(client, answer.location) == {"Partner 0": "Done,", "Partner 1": "Done,"}
    assert "Finished on" in client.get(answer.location).text


def test_all_that_match_are_those_of_the_lists_address(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    answer = start(client, which="all", query="region=West&page=7", region="East")
    assert regions(world, vendor) == ["East"] * 5
    assert sorted(results(client, answer.location)) == ["Partner 0", "Partner 1", "Partner 2"]
    with world.acting(vendor):
        actions = list(db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.id)))
    assert actions[-4:] == ["bulk.started", *["partnership.changed"] * 3]


def test_a_course_is_assigned_to_many_partners(world: World, vendor: VendorRef) -> None:
    course = make_course(world, vendor, "Foundation")
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    answer = start(
        client, action="training.assign", which="all", course=str(course.public_id), due_on="2099-01-31"
    )
    assert set(results(client, answer.location).values()) == {"Done,"}
    with world.acting(vendor):
        assert db.session.scalar(select(func.count(Assignment.id))) == 5


def test_a_row_that_cannot_be_done_says_why_and_stops_no_other(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor, region_names=("West",)))
    answer = start(client, which="all", query="", region="East")
    # Their three are within reach, but may not be moved out of it.
    assert set(results(client, answer.location).values()) == {
        "Refused,Choose one of the regions you look after."
    }
    assert regions(world, vendor) == ["West"] * 3 + ["East"] * 2
    page = client.get(answer.location).text
    assert re.search(r"Refused.*?<[^>]*stat-value[^>]*>\s*(?:<[^>]+>)?\s*3", page, re.DOTALL)


def test_rows_of_others_are_not_chosen(world: World, vendor: VendorRef) -> None:
    globex = world.vendor("globex")
    foreign = world.partnership(globex, "Foreign")
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor, region_names=("West",)))
    answer = start(client, which="ticked", ids=[str(foreign.public_id), ids(world, vendor)[4], "nonsense"])
    assert answer.status_code == 422 and "No row is chosen." in answer.text


@pytest.mark.parametrize("form", [{"action": ""}, {"action": "nothing"}])
def test_an_unknown_action_is_not_there(world: World, vendor: VendorRef, form: dict[str, str]) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    assert start(client, which="all", **form).status_code == 404


def test_without_the_actions_permission_it_is_refused(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    assert start(client, which="all").status_code == 403
    assert "With many" not in client.get("/acme/partners/").text


def test_what_is_missing_is_asked_for_and_the_choice_kept(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    chosen = ids(world, vendor)[0]
    answer = start(client, which="ticked", ids=[chosen], region="")
    assert answer.status_code == 422 and "Choose a region." in answer.text
    assert f'name="ids" value="{chosen}"' in answer.text


def test_another_persons_run_is_not_there(world: World, vendor: VendorRef) -> None:
    first, second = (world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor)) for _ in range(2))
    location = start(first, which="all").location
    assert second.get(location).status_code == 404
    assert first.get(f"/acme/bulk/{uuid4()}").status_code == 404


def test_ones_own_run_at_one_vendor_is_not_there_at_another(world: World, vendor: VendorRef) -> None:
    """A person may work for several vendors under one login; what they did at one stays with it."""
    user, other = world.user(Role.VENDOR_ADMIN, vendor=vendor), world.vendor("other")
    join(world, user, other)
    client = world.client(user)
    location = start(client, which="all").location
    assert client.get(location).status_code == 200
    assert client.get("/other/").status_code == 200
    assert client.get(location.replace("/acme/", "/other/")).status_code == 404


def made_run(world: World, vendor: VendorRef, user_id: int, rows: list[str]) -> int:
    with world.acting(vendor), transaction():
        run = BulkRun(user_id=user_id, action="partners.region", asked={"region": "East"}, total=len(rows),
                      created_at=services.clock.now())  # fmt: skip
        db.session.add(run)
        db.session.flush()
        for number, row in enumerate(rows):
            db.session.add(BulkItem(run_id=run.id, subject=UUID(row), label=f"Row {number}"))
        return run.id


def outcomes(world: World, vendor: VendorRef, run_id: int) -> list[tuple[str, str]]:
    with world.acting(vendor):
        items = select(BulkItem).where(BulkItem.run_id == run_id).order_by(BulkItem.id)
        return [(item.outcome.value, item.reason) for item in db.session.scalars(items)]


def test_a_run_whose_job_was_lost_is_taken_up_by_the_sweeper(world: World, vendor: VendorRef) -> None:
    person = world.user(Role.VENDOR_ADMIN, vendor=vendor)
    run_id = made_run(world, vendor, person.id, [*ids(world, vendor)[:2], str(uuid4())])
    with world.app.app_context():
        advance_due_runs()
    assert outcomes(world, vendor, run_id) == [
        ("done", ""), ("done", ""), ("refused", "It is not there any more."),
    ]  # fmt: skip
    with world.acting(vendor):
        assert db.session.get_one(BulkRun, run_id).finished_at is not None
    before = regions(world, vendor)
    with world.app.app_context():
        advance_due_runs()
    assert regions(world, vendor) == before


def test_who_lost_the_right_is_refused_from_then_on(world: World, vendor: VendorRef) -> None:
    person = world.user(Role.EXECUTIVE, vendor=vendor)
    run_id = made_run(world, vendor, person.id, ids(world, vendor)[:1])
    with world.app.app_context():
        advance_due_runs()
    assert outcomes(world, vendor, run_id) == [
        (ItemOutcome.REFUSED.value, "Who asked for this may not do it any more.")
    ]
    assert regions(world, vendor)[0] == "West"


# -- people, certificates, assets --------------------------------------------------------------


def run_one(client, action: str, ids: list[str], **form: object) -> dict[str, str]:
    """Confirm an action for ticked rows, do it, and read what became of each."""
    chosen = {"action": action, "which": "ticked", "ids": ids}
    assert client.post("/acme/bulk/choose", data=chosen).status_code == 200
    answer = client.post("/acme/bulk/start", data={**chosen, **form})
    assert answer.status_code == 303, answer.text
    return results(client, answer.location)


@pytest.fixture
def north(world: World, vendor: VendorRef) -> PartnershipRef:
    return world.partnership(vendor, "Northwind", region="West")


def ticks(page: str) -> list[str]:
    return re.findall(r'name="ids" value="([^"]+)"', page)


def member_ids(world: World, *people: UserRef) -> list[str]:
    return [str(membership_of(world, person).public_id) for person in people]


def test_people_are_assigned_a_course_given_functions_and_retired(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    admin = world.user(Role.VENDOR_ADMIN, vendor=vendor, name="Ada")
    boss = world.user(Role.PARTNER_ADMIN, partnership=north, name="Bob")
    ana, leo = (world.user(Role.PARTNER_MEMBER, partnership=north, name=name) for name in ("Ana", "Leo"))
    course = make_course(world, vendor, "Basics")
    staff, partner = world.client(admin), world.client(boss)
    done = run_one(
        staff, "people.assign", member_ids(world, ana, leo, admin), course=str(course.public_id), due_on=""
    )
    assert done["Ana"] == done["Leo"] == "Done,"
    assert "partners" in done["Ada"] and done["Ada"].startswith("Refused")
    with world.acting(vendor):
        assert db.session.scalar(select(func.count(Assignment.id))) == 2
    refused = run_one(staff, "people.functions", member_ids(world, ana), functions=["sales"])
    assert "own administrator" in refused["Ana"]
    done = run_one(partner, "people.functions", member_ids(world, ana, leo), functions=["sales", "technical"])
    assert done == {"Ana": "Done,", "Leo": "Done,"}
    assert membership_of(world, ana).job_functions == ["sales", "technical"]
    done = run_one(partner, "people.retire", member_ids(world, leo, boss))
    assert done["Leo"] == "Done," and "your own membership" in done["Bob"]
    page = partner.get("/acme/accounts/people").text
    assert set(ticks(page)) == set(member_ids(world, ana, boss)), "what is ticked is the person"
    assert "Leo" not in page.split("<tbody>")[1] and "With many" in page


def test_all_that_match_are_people_within_reach_alone(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    south = world.partnership(vendor, "Southwind", region="East")
    for ref, name in ((north, "Ana"), (south, "Sue")):
        world.user(Role.PARTNER_MEMBER, partnership=ref, name=name)
    world.user(Role.PARTNER_ADMIN, partnership=south, name="Sam")
    course = make_course(world, vendor, "Basics")
    west = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor, region_names=("West",)))
    form = {"action": "people.assign", "which": "all", "query": "role=partner_member", "due_on": ""}
    answer = west.post("/acme/bulk/start", data={**form, "course": str(course.public_id)})
    assert results(west, answer.location) == {"Ana": "Done,"}
    assert west.post("/acme/bulk/choose", data={"action": "people.retire", "which": "all"}).status_code == 403


def test_invitations_are_sent_again_and_the_old_link_ends(
    world: World, vendor: VendorRef, north: PartnershipRef, mail: SmtpSink
) -> None:
    admin = world.user(Role.VENDOR_ADMIN, vendor=vendor)
    invite(world, vendor, admin, email="new@north.example", role=Role.PARTNER_MEMBER, partnership=north)
    first = link_of(mail, "new@north.example")
    with world.acting(vendor):
        before = db.session.scalars(select(Invitation.public_id)).one()
    client = world.client(admin)
    page = client.get("/acme/accounts/invitations").text
    assert "With many" in page and ticks(page) == [str(before)]
    assert run_one(client, "invitations.again", [str(before)]) == {"new@north.example": "Done,"}
    second = link_of(mail, "new@north.example")
    assert first != second
    assert "no longer" in world.client().get(first).text or world.client().get(first).status_code != 200
    assert world.client().get(second).status_code == 200


def test_certificates_are_revoked_with_a_reason_and_holders_reminded(
    world: World, vendor: VendorRef, north: PartnershipRef
) -> None:
    admin = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))
    ana, leo = (world.user(Role.PARTNER_MEMBER, partnership=north, name=name) for name in ("Ana", "Leo"))
    course = make_course(world, vendor, "Basics")
    make_scheme(world, vendor, course)
    for person in (ana, leo):
        complete(world, vendor, person, course)
    with world.acting(vendor):
        rows = db.session.execute(select(Certificate.public_id, Certificate.user_id)).all()
        by_user = {user: str(public_id) for public_id, user in rows}
    assert set(ticks(admin.get("/acme/certification/").text)) == set(by_user.values())
    reminded = run_one(admin, "certificates.remind", list(by_user.values()))
    assert all("does not run out soon" in line for line in reminded.values())
    chosen = {"action": "certificates.revoke", "which": "ticked", "ids": [by_user[ana.id]]}
    assert admin.post("/acme/bulk/start", data=chosen).status_code == 422, "without a reason"
    done = run_one(admin, "certificates.revoke", [by_user[ana.id]], reason="Issued in error")
    assert list(done.values()) == ["Done,"]
    with world.acting(vendor):
        revoked = db.session.scalars(select(Certificate).where(Certificate.revoked_at.is_not(None))).all()
        assert [(each.user_id, each.revoke_reason) for each in revoked] == [(ana.id, "Issued in error")]
    again = run_one(admin, "certificates.revoke", [by_user[ana.id]], reason="Twice")
    assert "revoked already" in next(iter(again.values()))


def test_assets_are_filed_withdrawn_and_published_again(world: World, vendor: VendorRef) -> None:
    author = world.client(world.user(Role.CONTENT_AUTHOR, vendor=vendor))
    first, second = (make_asset(world, vendor, title=title) for title in ("Leaflet A4", "Slides"))
    campaign = str(make_campaign(world, vendor, "Spring"))
    assets = [str(first.public_id), str(second.public_id)]
    page = author.get("/acme/marketing/list").text
    assert "With many" in page and "Leaflet A4" in page and set(ticks(page)) == set(assets)
    assert set(run_one(author, "assets.campaign", assets, campaign=campaign).values()) == {"Done,"}
    assert "Spring" in author.get("/acme/marketing/list").text.split("<tbody>")[1]
    done = run_one(author, "assets.withdraw", assets)
    assert set(done.values()) == {"Done,"}
    partner = world.client(
        world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor, "Northwind"))
    )
    assert "Leaflet A4" not in partner.get("/acme/marketing/").text
    refused = run_one(author, "assets.withdraw", assets[:1])
    assert "not published" in refused["Leaflet A4"]
    assert set(run_one(author, "assets.publish", assets).values()) == {"Done,"}
    assert "Leaflet A4" in partner.get("/acme/marketing/").text
    lines = author.get("/acme/marketing/list?format=csv").text.splitlines()
    assert lines[1].startswith("Leaflet A4,") and "Published" in lines[1]
