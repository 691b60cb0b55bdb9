"""What somebody is where they belong: changed from a day on, with what they may beyond it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from prm.accounts import services as accounts
from prm.accounts.models import Invitation, JobFunction, Membership, MembershipGrant, User
from prm.accounts.sessions import find_vendor
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from prm.partners.models import Partnership
from prm.partners.services import link_partnership
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.accounts import at_once, invite, membership_of


@pytest.fixture
def noah(world: World, north: PartnershipRef) -> UserRef:
    return world.user(Role.PARTNER_MEMBER, partnership=north, name="Noah", job_functions=(JobFunction.SALES,))


def path(world: World, user: UserRef, then: str = "") -> str:
    return f"/acme/accounts/people/{membership_of(world, user).public_id}{then}"


def edit(world: World, by: UserRef, whom: UserRef, **fields: object):
    return world.client(by).post(path(world, whom, "/edit"), data=fields)


def entries(world: World, action: str) -> list[JournalEntry]:
    with world.app.app_context():
        return list(db.session.scalars(select(JournalEntry).where(JournalEntry.action == action)))


# -- changing ----------------------------------------------------------------------------------


def test_a_changed_role_counts_with_the_next_request(world: World, boss: UserRef, noah: UserRef) -> None:
    client = world.client(noah)
    assert client.get("/acme/accounts/people").status_code == 403
    answer = edit(world, boss, noah, role="partner_admin", job_functions=["sales", "technical"])
    assert answer.status_code == 303
    assert client.get("/acme/accounts/people").status_code == 200
    page = world.client(boss).get(answer.location).text
    assert "Partner administrator" in page and "Sales, Technical" in page.replace(
        "Technical, Sales", "Sales, Technical"
    )
    assert "Before" in page and "Partner member" in page


def test_the_change_is_journaled_with_before_and_after(world: World, boss: UserRef, noah: UserRef) -> None:
    edit(world, boss, noah, role="partner_admin", job_functions=["sales"])
    (entry,) = entries(world, "membership.changed")
    assert entry.facts == {"role": ["partner_member", "partner_admin"]}
    assert entry.actor_ref == f"user:{boss.public_id}"


def test_what_was_true_before_stays_so(world: World, boss: UserRef, noah: UserRef) -> None:
    edit(world, boss, noah, role="partner_member", job_functions=["technical"])
    with world.app.app_context():
        rows = db.session.scalars(
            select(Membership).where(Membership.user_id == noah.id).order_by(Membership.id)
        ).all()
    assert [row.job_functions for row in rows] == [["sales"], ["technical"]]
    assert rows[0].ended_at == rows[1].started_at
    assert rows[1].joined_at == rows[0].started_at
    assert "Noah" not in world.client(boss).get("/acme/accounts/people/former?format=csv").text


def test_saving_without_a_change_changes_nothing(world: World, boss: UserRef, noah: UserRef) -> None:
    before = membership_of(world, noah).id
    assert edit(world, boss, noah, role="partner_member", job_functions=["sales"]).status_code == 303
    assert membership_of(world, noah).id == before
    assert entries(world, "membership.changed") == []


def test_a_vendor_changes_its_own_staff_and_leaves_companies_their_people(
    world: World, acme: VendorRef, admin: UserRef, noah: UserRef
) -> None:
    max_ = world.user(Role.CONTENT_AUTHOR, vendor=acme)
    world.partnership(acme, "Southwind", region="APAC")
    answer = edit(world, admin, max_, role="channel_manager", region_names=["APAC"])
    assert answer.status_code == 303
    assert "APAC" in world.client(admin).get(answer.location).text
    page = world.client(admin).get(path(world, noah))
    assert page.status_code == 200 and "/edit" not in page.text
    assert "Nobody looks after the people there" in page.text
    assert world.client(admin).get(path(world, noah, "/edit")).status_code == 404
    assert edit(world, admin, noah, role="partner_admin").status_code == 404
    assert membership_of(world, noah).role == "partner_member"


def test_a_vendor_is_told_whom_to_ask_and_what_it_can_end(
    world: World, admin: UserRef, boss: UserRef, noah: UserRef
) -> None:
    page = world.client(admin).get(path(world, noah)).text
    assert f"mailto:{boss.email}" in page and "with you alone" in page
    asked = world.client(admin).get(path(world, noah, "/end")).text
    assert "With their company they stay" in asked
    own = world.client(boss).get(path(world, noah)).text
    assert "Who changes this" not in own and "/edit" in own
    assert "With their company they stay" not in world.client(boss).get(path(world, noah, "/end")).text


def test_a_vendor_changes_whom_it_brought_into_a_company_itself(
    world: World, acme: VendorRef, admin: UserRef, boss: UserRef, noah: UserRef
) -> None:
    with world.app.app_context(), transaction():
        row = db.session.get_one(Membership, membership_of(world, noah).id)
        row.at_vendor_id = acme.id
    assert "/edit" in world.client(admin).get(path(world, noah)).text
    answer = edit(world, admin, noah, role="partner_member", job_functions=["technical"])
    assert answer.status_code == 303
    now = membership_of(world, noah)
    assert (now.job_functions, now.at_vendor_id) == (["technical"], acme.id)


@pytest.mark.parametrize("role", ["vendor_admin", "operator", "system", "", "king"])
def test_no_role_of_the_other_side_can_be_given(
    world: World, boss: UserRef, noah: UserRef, role: str
) -> None:
    assert edit(world, boss, noah, role=role).status_code == 422
    assert membership_of(world, noah).role.value == "partner_member"


def test_nobody_changes_their_own_role_and_the_last_administrator_stays(
    world: World, boss: UserRef, noah: UserRef
) -> None:
    answer = edit(world, boss, boss, role="partner_member")
    assert answer.status_code == 422 and "You cannot change your own role" in answer.text
    assert edit(world, boss, boss, role="partner_admin", job_functions=["support"]).status_code == 303


def test_administrators_who_demote_each_other_at_once_do_not_both_go(
    world: World, boss: UserRef, north: PartnershipRef
) -> None:
    other = world.user(Role.PARTNER_ADMIN, partnership=north)
    paths = [path(world, whom, "/edit") for whom in (other, boss)]
    clients = [world.client(by) for by in (boss, other)]
    answers = at_once(2, lambda n: clients[n].post(paths[n], data={"role": "partner_member"}).status_code)
    assert answers.count(303) == 1, answers


def test_whom_somebody_invited_in_a_former_role_does_not_come(
    world: World, acme: VendorRef, boss: UserRef, north: PartnershipRef
) -> None:
    other = world.user(Role.PARTNER_ADMIN, partnership=north)
    invite(world, acme, other, email="new@example.com", role=Role.PARTNER_ADMIN, partnership=north)
    edit(world, boss, other, role="partner_member")
    with world.app.app_context():
        assert db.session.scalars(select(Invitation.withdrawn_at)).one() is not None


def test_others_change_nothing(world: World, acme: VendorRef, noah: UserRef) -> None:
    for role in (Role.CHANNEL_MANAGER, Role.EXECUTIVE, Role.CONTENT_AUTHOR):
        assert edit(world, world.user(role, vendor=acme), noah, role="partner_admin").status_code == 403
    south = world.partnership(acme, "Southwind")
    stranger = world.user(Role.PARTNER_ADMIN, partnership=south)
    assert edit(world, stranger, noah, role="partner_admin").status_code == 404
    assert membership_of(world, noah).role.value == "partner_member"


# -- beyond the role ---------------------------------------------------------------------------


def give(world: World, by: UserRef, whom: UserRef, permission: str = "course.assign", **fields: str):
    data = {"permission": permission, "reason": "Stands in for Nina.", **fields}
    return world.client(by).post(path(world, whom, "/grants"), data=data)


def take_back(world: World, by: UserRef, whom: UserRef):
    with world.app.app_context():
        acme = find_vendor("acme")
    assert acme is not None
    with world.acting(VendorRef(acme.id, acme.public_id, acme.slug)):
        grant = db.session.scalars(select(MembershipGrant).order_by(MembershipGrant.id.desc()).limit(1)).one()
    return world.client(by).post(path(world, whom, f"/grants/{grant.public_id}/revoke"))


def test_a_permission_counts_with_the_next_request_until_it_is_taken_back(
    world: World, admin: UserRef, noah: UserRef
) -> None:
    client = world.client(noah)
    assert client.get("/acme/training/assign").status_code == 403
    assert give(world, admin, noah).status_code == 303
    assert client.get("/acme/training/assign").status_code == 200
    assert client.get("/acme/training/progress").status_code == 200
    page = world.client(admin).get(path(world, noah)).text
    assert "Assign courses and see progress" in page and "Stands in for Nina." in page
    assert take_back(world, admin, noah).status_code == 303
    assert client.get("/acme/training/assign").status_code == 403
    assert take_back(world, admin, noah).status_code == 409
    assert [e.facts.get("permission") for e in entries(world, "grant.given")] == ["course.assign"]
    assert len(entries(world, "grant.revoked")) == 1


def test_a_permission_holds_from_day_to_day(world: World, admin: UserRef, noah: UserRef) -> None:
    today = clock.today("UTC")
    given = give(
        world, admin, noah,
        starts_on=(today + timedelta(days=2)).isoformat(), ends_on=(today + timedelta(days=3)).isoformat(),
    )  # fmt: skip
    assert given.status_code == 303
    expected = {0: 403, 2: 200, 3: 200, 4: 403}
    for days, status in expected.items():
        # Late in the day: whoever joined today has joined by then.
        with clock.freeze(clock.day_start(today + timedelta(days=days), "UTC") + timedelta(hours=23.99)):
            assert world.client(noah).get("/acme/training/assign").status_code == status, days


def test_a_permission_reaches_no_further_than_the_person(
    world: World, acme: VendorRef, admin: UserRef, noah: UserRef
) -> None:
    south = world.partnership(acme, "Southwind")
    sara = world.user(Role.PARTNER_MEMBER, partnership=south, name="Sara Southwind")
    give(world, admin, noah)
    assert "Sara" not in world.client(noah).get("/acme/training/progress").text
    assert world.client(noah).get(f"/acme/training/assign?company_id={south.public_id}").status_code in (
        404,
        200,
    )
    assert "Southwind" not in world.client(noah).get("/acme/training/assign").text
    assert world.client(sara).get("/acme/training/assign").status_code == 403


def test_permissions_survive_a_change_but_not_a_farewell(
    world: World, acme: VendorRef, admin: UserRef, boss: UserRef, noah: UserRef, north: PartnershipRef
) -> None:
    give(world, admin, noah)
    edit(world, boss, noah, role="partner_member", job_functions=["support"])
    client = world.client(noah)
    assert client.get("/acme/training/assign").status_code == 200
    world.client(boss).post(path(world, noah, "/end"))
    assert client.get("/acme/training/assign").status_code == 404
    rejoin(world, noah, north)
    assert client.get("/acme/").status_code == 200
    assert client.get("/acme/training/assign").status_code == 403


def rejoin(world: World, user: UserRef, partnership: PartnershipRef) -> None:
    with world.acting(partnership.vendor) as actor, transaction():
        row = db.session.scalars(select(Partnership).where(Partnership.id == partnership.id)).one()
        accounts.add_membership(
            actor, db.session.get_one(User, user.id), Role.PARTNER_MEMBER, partner_id=row.partner_id
        )


@pytest.mark.parametrize(
    ("role", "permission", "page"),
    [
        (Role.CONTENT_AUTHOR, "certificate.issue", "/acme/certification/issue"),
        (Role.CHANNEL_MANAGER, "import.run", "/acme/imports/new"),
        (Role.EXECUTIVE, "import.run", "/acme/imports/new"),
        (Role.CONTENT_AUTHOR, "course.assign", "/acme/training/assign"),
    ],
)
def test_each_permission_opens_its_page(
    world: World, acme: VendorRef, admin: UserRef, role: Role, permission: str, page: str
) -> None:
    user = world.user(role, vendor=acme)
    assert world.client(user).get(page).status_code == 403
    assert give(world, admin, user, permission).status_code == 303
    assert world.client(user).get(page).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"permission": "vendor.settings"}, {"permission": "import.run"}, {"permission": ""}, {"reason": " "},
        {"starts_on": "2020-01-01"}, {"starts_on": "soon"}, {"ends_on": "2020-01-01"},
        {"ends_on": "9999-12-31"},
    ],
)  # fmt: skip
def test_what_cannot_be_given_is_said(
    world: World, admin: UserRef, noah: UserRef, fields: dict[str, str]
) -> None:
    data = {"permission": "course.assign", "reason": "Typed", **fields}
    assert world.client(admin).post(path(world, noah, "/grants"), data=data).status_code == 422
    assert entries(world, "grant.given") == []


def test_only_administrators_of_the_vendor_give(
    world: World, acme: VendorRef, boss: UserRef, noah: UserRef
) -> None:
    assert give(world, boss, noah).status_code == 403
    assert give(world, world.user(Role.CHANNEL_MANAGER, vendor=acme), noah).status_code == 403
    globex = world.vendor("globex")
    assert give(world, world.user(Role.VENDOR_ADMIN, vendor=globex), noah).status_code == 404


def test_one_vendors_permission_counts_with_it_alone(
    world: World, acme: VendorRef, admin: UserRef, noah: UserRef, north: PartnershipRef
) -> None:
    globex = world.vendor("globex")
    other = world.partnership(globex, "Northwind Ltd")
    partner_id = membership_of(world, noah).partner_id
    assert partner_id is not None
    with world.acting(globex) as actor, transaction():
        row = db.session.scalars(select(Partnership).where(Partnership.id == other.id)).one()
        link_partnership(actor, row, partner_id)
    give(world, admin, noah)
    assert world.client(noah).get("/acme/training/assign").status_code == 200
    assert world.client(noah).get("/globex/training/assign").status_code == 403
