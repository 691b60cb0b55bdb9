"""Inviting people, and accepting: who may invite whom, and what a link is good for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from prm.access import system_actor
from prm.accounts.models import Invitation, Membership, Partner, User
from prm.accounts.services import close_account
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.partners.models import Partnership, PartnershipStatus
from prm.permissions import Role
from tests.accounts.inviting import NEW, accept, count, find_user, places, send
from tests.factories import PartnershipRef, UserRef, VendorRef, World
from tests.factories.accounts import at_once, invite, is_signed_in, link_of, membership_of, sign_in
from tests.factories.world import PASSWORD
from tests.servers import SmtpSink


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme", name="Acme Robotics")


# -- a new person ------------------------------------------------------------------------------


def test_a_new_person_joins_the_vendor(world: World, mail: SmtpSink, admin: UserRef) -> None:
    answer = send(world, admin, role="executive", company="")
    assert (answer.status_code, answer.location) == (303, "/acme/accounts/invitations")
    link = link_of(mail, NEW)
    client = world.client()
    page = client.get(link).text
    for text in ("Join Acme Robotics", "Ada Admin invites you", "Executive", NEW):
        assert text in page
    answer = client.post(link, data={"name": "Nora New", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/acme/")
    assert is_signed_in(client)
    assert places(world, NEW) == [("acme", None, "executive")]
    assert sign_in(world.client(), NEW).status_code == 303


def test_the_mail_says_who_invites_to_what(world: World, mail: SmtpSink, admin: UserRef, north: Any) -> None:
    send(world, admin)
    sent = mail.mails_to(NEW)[-1]
    assert sent.message["Subject"] == "Join Northwind in the partner portal of Acme Robotics"
    assert "Acme Robotics" in str(sent.message["From"])
    assert "Ada Admin invites you to join Northwind" in sent.text
    assert "14 days" in sent.text


def test_the_first_person_of_a_partner_opens_its_account(
    world: World, mail: SmtpSink, admin: UserRef, north: PartnershipRef
) -> None:
    send(world, admin, role="partner_admin", job_functions=["sales", "marketing"])
    assert accept(world, link_of(mail, NEW)).status_code == 303
    assert places(world, NEW) == [("acme", "Northwind", "partner_admin")]
    with world.acting(north.vendor):
        row = db.session.scalars(select(Partnership).where(Partnership.id == north.id)).one()
        assert row.partner_id is not None
        membership = db.session.scalars(
            select(Membership).where(Membership.partner_id == row.partner_id)
        ).one()
    assert membership.job_functions == ["sales", "marketing"]
    # The company's own administrator from the first day.
    assert membership.at_vendor_id is None


def test_a_name_may_be_corrected_and_an_address_not(
    world: World, mail: SmtpSink, admin: UserRef, north: Any
) -> None:
    send(world, admin)
    world.client().post(
        link_of(mail, NEW),
        data={"name": "Nora Newman", "password": PASSWORD, "email": "evil@evil.example",
              "role": "vendor_admin", "locale": "xx", "is_active": "", "username": "evil@evil.example"},
    )  # fmt: skip
    with world.app.app_context():
        user = db.session.scalars(select(User).where(User.email == NEW)).one()
        assert user.name == "Nora Newman"
        assert db.session.scalars(select(Membership.role).where(Membership.user_id == user.id)).one() == (
            "partner_member"
        )


@pytest.mark.parametrize(
    ("name", "password"), [("", PASSWORD), ("Nora", "short"), ("Nora", "passwordpassword")]
)
def test_what_is_refused_does_not_use_the_link_up(
    world: World, mail: SmtpSink, admin: UserRef, north: Any, name: str, password: str
) -> None:
    send(world, admin)
    link = link_of(mail, NEW)
    assert accept(world, link, name, password).status_code == 422
    assert count(world, User, User.email == NEW) == 0
    assert accept(world, link).status_code == 303


# -- links -------------------------------------------------------------------------------------


def test_a_link_works_once(world: World, mail: SmtpSink, admin: UserRef, north: Any) -> None:
    send(world, admin)
    link = link_of(mail, NEW)
    assert accept(world, link).status_code == 303
    again = accept(world, link)
    assert again.status_code == 404
    assert "does not work any more" in again.text


def test_of_fifty_who_accept_at_once_one_succeeds(
    world: World, mail: SmtpSink, admin: UserRef, north: Any
) -> None:
    send(world, admin)
    link = link_of(mail, NEW)
    clients = [world.client() for _ in range(50)]

    def act(number: int) -> int:
        data = {"name": f"Nora {number}", "password": PASSWORD}
        return clients[number].post(link, data=data).status_code

    answers = at_once(50, act)
    assert answers.count(303) == 1
    assert set(answers) <= {303, 404, 409, 422}
    assert count(world, User, User.email == NEW) == 1
    assert count(world, Membership, Membership.role == "partner_member") == 1


def test_a_link_expires(world: World, mail: SmtpSink, admin: UserRef, north: Any) -> None:
    send(world, admin)
    link = link_of(mail, NEW)
    with clock.freeze(clock.now() + timedelta(days=world.app.config["INVITATION_DAYS"], seconds=1)):
        assert accept(world, link).status_code == 404
    assert count(world, User, User.email == NEW) == 0


def test_a_withdrawn_invitation_is_good_for_nothing(
    world: World, mail: SmtpSink, admin: UserRef, north: Any
) -> None:
    send(world, admin)
    with world.app.app_context():
        public_id = db.session.scalars(select(Invitation.public_id)).one()
    client = world.client(admin)
    assert "Nora New" in client.get("/acme/accounts/invitations").text
    path = f"/acme/accounts/invitations/{public_id}/withdraw"
    assert "Withdraw the invitation of Nora New?" in client.get(path).text
    assert client.post(path).status_code == 303
    assert client.post(path).status_code == 404
    assert accept(world, link_of(mail, NEW)).status_code == 404


def test_inviting_again_replaces_the_first_invitation(
    world: World, mail: SmtpSink, admin: UserRef, north: Any
) -> None:
    send(world, admin)
    first = link_of(mail, NEW)
    send(world, admin, role="partner_admin")
    assert accept(world, first).status_code == 404
    assert accept(world, link_of(mail, NEW)).status_code == 303
    assert places(world, NEW) == [("acme", "Northwind", "partner_admin")]


def test_who_loses_their_place_leaves_no_door_open(
    world: World, mail: SmtpSink, acme: VendorRef, admin: UserRef, north: PartnershipRef
) -> None:
    """An administrator who invites a second address of theirs, and is then let go."""
    leaving = world.user(Role.VENDOR_ADMIN, vendor=acme)
    send(world, leaving, role="vendor_admin", company="")
    by_others = "other@new.example"
    send(world, admin, email=by_others)
    path = f"/acme/accounts/people/{membership_of(world, leaving).public_id}/end"
    assert world.client(admin).post(path).status_code == 303
    assert accept(world, link_of(mail, NEW)).status_code == 404
    assert accept(world, link_of(mail, by_others)).status_code == 303


def test_a_closed_account_leaves_no_door_open(
    world: World, mail: SmtpSink, acme: VendorRef, north: PartnershipRef
) -> None:
    leaving = world.user(Role.VENDOR_ADMIN, vendor=acme)
    send(world, leaving)
    with world.app.app_context(), transaction():
        close_account(system_actor(None), db.session.get_one(User, leaving.id))
    assert accept(world, link_of(mail, NEW)).status_code == 404


@pytest.mark.parametrize("token", ["x" * 43, "x" * 42, "x" * 44, "../../etc/passwd"])
def test_made_up_links_lead_nowhere(world: World, admin: UserRef, token: str) -> None:
    assert world.client().get(f"/accounts/invitations/{token}").status_code == 404


def test_the_database_holds_no_link(world: World, mail: SmtpSink, admin: UserRef, north: Any) -> None:
    send(world, admin)
    token = link_of(mail, NEW).rsplit("/", 1)[1]
    with world.app.app_context():
        row = db.session.scalars(select(Invitation)).one()
        assert token not in str(vars(row))


def test_a_partnership_that_ended_takes_nobody_in(
    world: World, mail: SmtpSink, admin: UserRef, north: PartnershipRef
) -> None:
    send(world, admin)
    with world.acting(north.vendor), transaction():
        row = db.session.scalars(select(Partnership).where(Partnership.id == north.id)).one()
        row.status = PartnershipStatus.ENDED
    answer = accept(world, link_of(mail, NEW))
    assert answer.status_code == 422
    assert "This partnership has ended" in answer.text
    assert "The partnership with Northwind has ended." in send(world, admin).text
    assert count(world, User, User.email == NEW) == 0


# -- people who are here already ---------------------------------------------------------------


def test_a_known_person_signs_in_to_accept(
    world: World, mail: SmtpSink, admin: UserRef, north: PartnershipRef
) -> None:
    known = world.user(
        Role.EXECUTIVE, vendor=world.vendor("globex"), email="kim@known.example", password=PASSWORD
    )
    send(world, admin, email=known.email)
    link = link_of(mail, known.email)
    client = world.client()
    assert "There is an account with this address already" in client.get(link).text
    # Nobody takes the account over with the link alone.
    assert client.post(link, data={"name": "X", "password": "another long passphrase"}).status_code == 422
    answer = sign_in(client, known.email, next=link)
    assert answer.location == link
    assert client.post(link).status_code == 303
    assert places(world, known.email) == [
        ("acme", "Northwind", "partner_member"), ("globex", None, "executive"),
    ]  # fmt: skip


def test_an_invitation_is_for_its_address_alone(
    world: World, mail: SmtpSink, admin: UserRef, north: PartnershipRef
) -> None:
    other = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(world.vendor("globex"), "East"))
    send(world, admin)
    client = world.client(other)
    link = link_of(mail, NEW)
    assert "This invitation is for somebody else" in client.get(link).text
    assert client.post(link).status_code == 422
    assert [slug for slug, _, _ in places(world, other.email)] == ["globex"]


def link_northwind(world: World, mail: SmtpSink, by: UserRef, role: Role = Role.PARTNER_ADMIN):
    """Globex invites Northwind's administrator to its own partnership; the client is signed in."""
    globex = world.vendor("globex", name="Globex")
    east = world.partnership(globex, "Northwind East")
    inviter = world.user(Role.VENDOR_ADMIN, vendor=globex)
    invite(world, globex, inviter, email=by.email, role=role, partnership=east)
    return world.client(by), link_of(mail, by.email)


def test_a_companys_administrator_links_it_to_a_further_vendor(
    world: World, mail: SmtpSink, north: PartnershipRef
) -> None:
    nina = world.user(Role.PARTNER_ADMIN, partnership=north, name="Nina")
    world.user(Role.PARTNER_MEMBER, partnership=north, email="noah@north.example")
    client, link = link_northwind(world, mail, nina)
    page = client.get(link).text
    assert "Linking it lets its people work with Globex too." in page
    company = str(_partner(world, "Northwind").public_id)
    assert company in page
    assert client.post(link, data={"company": company}).status_code == 303
    assert places(world, nina.email) == [
        ("acme", "Northwind", "partner_admin"), ("globex", "Northwind", "partner_admin"),
    ]  # fmt: skip
    assert len(places(world, "noah@north.example")) == 2


def test_a_companys_administrator_may_open_a_separate_account(
    world: World, mail: SmtpSink, north: PartnershipRef
) -> None:
    nina = world.user(Role.PARTNER_ADMIN, partnership=north, name="Nina")
    client, link = link_northwind(world, mail, nina)
    assert client.post(link, data={"company": "separate"}).status_code == 303
    assert [name for _, name, _ in places(world, nina.email)] == ["Northwind", "Northwind East"]


def test_members_cannot_link_their_company(world: World, mail: SmtpSink, north: PartnershipRef) -> None:
    world.user(Role.PARTNER_ADMIN, partnership=north)
    noah = world.user(Role.PARTNER_MEMBER, partnership=north)
    client, link = link_northwind(world, mail, noah)
    company = str(_partner(world, "Northwind").public_id)
    assert company not in client.get(link).text
    assert client.post(link, data={"company": company}).status_code == 422
    assert client.post(link).status_code == 303
    assert [name for _, name, _ in places(world, noah.email)] == ["Northwind", "Northwind East"]


def test_nobody_links_a_company_of_others(world: World, mail: SmtpSink, north: PartnershipRef) -> None:
    nina = world.user(Role.PARTNER_ADMIN, partnership=north)
    world.user(Role.PARTNER_ADMIN, partnership=world.partnership(world.vendor("initech"), "Foreign Co"))
    client, link = link_northwind(world, mail, nina)
    foreign = str(_partner(world, "Foreign Co").public_id)
    assert client.post(link, data={"company": foreign}).status_code == 422
    assert [slug for slug, _, _ in places(world, nina.email)] == ["acme"]


def test_a_vendors_invitee_cannot_read_what_the_company_does_with_others(
    world: World, mail: SmtpSink, admin: UserRef, north: PartnershipRef
) -> None:
    nina = world.user(Role.PARTNER_ADMIN, partnership=north, name="Nina")
    client, link = link_northwind(world, mail, nina)
    client.post(link, data={"company": str(_partner(world, "Northwind").public_id)})
    send(world, admin, role="partner_admin")  # Acme's, into Northwind's account
    accept(world, link_of(mail, NEW))
    assert places(world, NEW) == [("acme", "Northwind", "partner_admin")]
    # Nor can they bring others in everywhere, nor link the company.
    nora = find_user(world, NEW)
    send(world, nora, email="stooge@new.example", role="partner_admin", company="")
    accept(world, link_of(mail, "stooge@new.example"))
    assert [slug for slug, _, _ in places(world, "stooge@new.example")] == ["acme"]
    # Whom the company's own administrator brings in acts for it everywhere.
    send(world, nina, email="nick@north.example", company="")
    accept(world, link_of(mail, "nick@north.example"))
    assert [slug for slug, _, _ in places(world, "nick@north.example")] == ["acme", "globex"]


def _partner(world: World, name: str) -> Partner:
    with world.app.app_context():
        found = db.session.scalars(select(Partner).where(Partner.name == name)).one()
        db.session.expunge(found)
        return found
