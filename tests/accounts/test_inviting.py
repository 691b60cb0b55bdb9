"""Who may invite whom, to what."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from prm.accounts.models import Invitation
from prm.extensions import db
from prm.permissions import Role
from tests.accounts.inviting import NEW, accept, count, find_user, send
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.accounts import link_of, membership_of
from tests.servers import SmtpSink

MAY = {
    "vendor_admin": {"vendor_admin", "channel_manager", "content_author", "executive", "partner_admin",
                     "partner_member"},
    "channel_manager": {"partner_admin", "partner_member"},
    "partner_admin": {"partner_admin", "partner_member"},
}  # fmt: skip
ALL_ROLES = [*MAY["vendor_admin"], "operator", "system", "root", ""]


@pytest.mark.parametrize("inviter", sorted(MAY))
def test_nobody_gives_away_more_than_they_may(
    world: World, acme: VendorRef, north: PartnershipRef, inviter: str
) -> None:
    is_partner = inviter.startswith("partner")
    user = world.user(
        Role(inviter), vendor=None if is_partner else acme, partnership=north if is_partner else None
    )
    for number, role in enumerate(sorted(ALL_ROLES)):
        company = "Northwind" if role.startswith("partner") else ""
        answer = send(world, user, role=role, company=company, email=f"n{number}@new.example")
        expected = 303 if role in MAY[inviter] else 422
        assert answer.status_code == expected, (inviter, role)
    with world.app.app_context():
        assert {i.role.value for i in db.session.scalars(select(Invitation))} == MAY[inviter]


@pytest.mark.parametrize("role", [Role.CONTENT_AUTHOR, Role.EXECUTIVE, Role.PARTNER_MEMBER])
def test_others_invite_nobody(world: World, acme: VendorRef, north: PartnershipRef, role: Role) -> None:
    is_partner = role.is_partner_side
    user = world.user(role, vendor=None if is_partner else acme, partnership=north if is_partner else None)
    assert send(world, user).status_code == 403
    assert count(world, Invitation) == 0


def test_channel_managers_invite_within_their_scope(
    world: World, acme: VendorRef, north: PartnershipRef
) -> None:
    world.partnership(acme, "Southwind", region="APAC")
    manager = world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("EMEA",))
    assert send(world, manager).status_code == 303
    answer = send(world, manager, company="Southwind", email="other@new.example")
    assert answer.status_code == 422
    assert "You have no partner of this name." in answer.text
    assert "other@new.example" in answer.text  # what was typed is kept


def test_a_partners_administrator_invites_to_no_other_company(
    world: World, acme: VendorRef, north: PartnershipRef
) -> None:
    south = world.partnership(acme, "Southwind")
    nina = world.user(Role.PARTNER_ADMIN, partnership=north)
    answer = send(world, nina, company="Southwind", company_id=str(south.public_id))
    assert answer.status_code == 303
    with world.app.app_context():
        assert db.session.scalars(select(Invitation.company_name)).one() == "Northwind"


def test_a_partners_role_needs_a_partner_and_a_vendors_none(world: World, admin: UserRef, north: Any) -> None:
    assert send(world, admin, company="").status_code == 422
    assert send(world, admin, role="executive").status_code == 422
    assert count(world, Invitation) == 0


def test_of_partners_with_one_name_the_page_one_came_from_decides(
    world: World, acme: VendorRef, admin: UserRef, north: PartnershipRef
) -> None:
    twin = world.partnership(acme, "Northwind")
    page = world.client(admin).get(f"/acme/accounts/invite?company={twin.public_id}").text
    assert 'value="Northwind"' in page and str(twin.public_id) in page
    assert "Several partners go by this name" in send(world, admin).text
    assert send(world, admin, company_id=str(twin.public_id)).status_code == 303
    with world.app.app_context():
        assert db.session.scalars(select(Invitation.partnership_public_id)).one() == twin.public_id


def test_who_belongs_there_is_not_invited_again(world: World, admin: UserRef, north: PartnershipRef) -> None:
    noah = world.user(Role.PARTNER_MEMBER, partnership=north, name="Noah")
    answer = send(world, admin, email=noah.email.upper())
    assert answer.status_code == 422
    assert "Noah already belongs there." in answer.text


def test_whether_a_stranger_is_on_the_portal_is_not_told(
    world: World, mail: SmtpSink, admin: UserRef, north: Any
) -> None:
    known = world.user(Role.EXECUTIVE, vendor=world.vendor("globex"), email="kim@known.example")
    for email in (known.email, "stranger@new.example"):
        assert send(world, admin, email=email).status_code == 303


@pytest.mark.parametrize(
    "fields",
    [{"email": "no-address"}, {"email": ""}, {"name": ""}, {"email": "a@b.example\r\nBcc: c@d.example"},
     {"job_functions": ["juggling"]}, {"name": "x" * 121}],
)  # fmt: skip
def test_a_bad_form_is_told_and_kept(
    world: World, admin: UserRef, north: Any, fields: dict[str, Any]
) -> None:
    answer = send(world, admin, **fields)
    assert answer.status_code == 422
    assert "Northwind" in answer.text
    assert count(world, Invitation) == 0


def test_a_managers_regions_come_with_the_invitation(
    world: World, mail: SmtpSink, admin: UserRef, north: Any
) -> None:
    send(world, admin, role="channel_manager", company="", region_names=["EMEA"])
    accept(world, link_of(mail, NEW))
    assert membership_of(world, find_user(world, NEW)).region_names == ["EMEA"]


def test_a_form_without_its_token_does_nothing(world: World, admin: UserRef, north: Any) -> None:
    client = world.client(admin)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    data = {"name": "N", "email": NEW, "role": "partner_member", "company": "Northwind"}
    assert client.post("/acme/accounts/invite", data=data).status_code == 400
    assert count(world, Invitation) == 0
