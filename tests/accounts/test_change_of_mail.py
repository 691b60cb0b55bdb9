"""Changing the address one signs in with: proven, confirmed from there, told to the old one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.accounts.models import EmailChange, User
from prm.accounts.services.email_changes import MAILS_PER_HOUR
from prm.accounts.services.sign_in import LIMIT_PER_ADDRESS
from prm.extensions import db
from prm.infra import clock
from prm.journal.models import JournalEntry
from prm.permissions import Role
from tests.factories import UserRef, VendorRef, World
from tests.factories.accounts import at_once, confirm, is_signed_in, link_of, sign_in
from tests.factories.world import PASSWORD
from tests.servers import SmtpSink

NEW = "ada.new@acme.example"


@pytest.fixture
def client(world: World, ada: UserRef) -> FlaskClient:
    """Ada, who has just proven who she is."""
    client = world.client(ada)
    assert confirm(client).status_code == 303
    return client


def ask(client: FlaskClient, email: str = NEW):
    return client.post("/accounts/email", data={"email": email})


def address(world: World, user: UserRef) -> str:
    with world.app.app_context():
        return db.session.scalars(select(User.email).where(User.id == user.id)).one()


def actions(world: World, chain: str) -> list[str]:
    with world.app.app_context():
        statement = select(JournalEntry.action).where(
            JournalEntry.chain == chain, JournalEntry.action.startswith("user.email")
        )
        return list(db.session.scalars(statement.order_by(JournalEntry.sequence)))


# -- proving again -----------------------------------------------------------------------------


def test_a_session_alone_does_not_change_the_address(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    for answer in (client.get("/accounts/email"), ask(client)):
        assert answer.status_code == 303
        assert answer.location.startswith("/accounts/confirm?next=")
    with world.app.app_context():
        assert db.session.scalars(select(EmailChange)).all() == []


def test_what_was_typed_is_there_again_after_proving(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    asked = ask(client)
    assert "Is it you?" in client.get(asked.location).text
    answer = client.post(asked.location, data={"current": PASSWORD})
    assert answer.status_code == 303
    assert NEW in client.get(answer.location).text


def test_the_proof_holds_for_minutes_and_for_this_session_alone(
    world: World, ada: UserRef, client: FlaskClient
) -> None:
    assert client.get("/accounts/email").status_code == 200
    assert world.client(ada).get("/accounts/email").status_code == 303
    with clock.freeze(clock.now() + timedelta(minutes=11)):
        assert client.get("/accounts/email").status_code == 303


def test_a_wrong_password_proves_nothing_and_counts(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    for _ in range(LIMIT_PER_ADDRESS):
        assert confirm(client, "not the right passphrase").status_code == 422
    answer = confirm(client)
    assert answer.status_code == 422 and "Too many attempts" in answer.text
    assert sign_in(world.client(), ada.email).status_code == 429
    assert client.get("/accounts/email").status_code == 303


def test_the_way_on_stays_on_this_site(world: World, ada: UserRef) -> None:
    answer = world.client(ada).post(
        "/accounts/confirm?next=https://evil.example/", data={"current": PASSWORD}
    )
    assert answer.location == "/accounts/profile"


# -- the change --------------------------------------------------------------------------------


def test_the_address_changes_once_it_is_confirmed(
    world: World, mail: SmtpSink, ada: UserRef, client: FlaskClient
) -> None:
    other = world.client(ada)
    assert ask(client).status_code == 303
    assert address(world, ada) == ada.email
    assert NEW in mail.mails_to(ada.email)[-1].text
    link = link_of(mail, NEW)
    page = client.get(link)
    assert page.status_code == 200 and NEW in page.text
    assert address(world, ada) == ada.email  # a mail server that follows links confirms nothing
    assert client.post(link).status_code == 303
    assert address(world, ada) == NEW
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert sign_in(world.client(), ada.email).status_code == 422
    assert sign_in(world.client(), NEW).status_code == 303


def test_a_link_works_once_and_for_a_while(
    world: World, mail: SmtpSink, ada: UserRef, client: FlaskClient
) -> None:
    ask(client)
    link = link_of(mail, NEW)
    with clock.freeze(clock.now() + timedelta(minutes=61)):
        assert world.client().get(link).status_code == 404
    codes = at_once(4, lambda _n: world.client().post(link).status_code)
    assert sorted(codes)[0] == 303 and codes.count(303) == 1
    assert world.client().get(link).status_code == 404


def test_the_database_holds_no_token(world: World, mail: SmtpSink, ada: UserRef, client: FlaskClient) -> None:
    ask(client)
    token = link_of(mail, NEW).rpartition("/")[2]
    with world.app.app_context():
        assert token not in db.session.scalars(select(EmailChange.token_hash)).all()


def test_a_second_wish_ends_the_first(
    world: World, mail: SmtpSink, ada: UserRef, client: FlaskClient
) -> None:
    ask(client)
    first = link_of(mail, NEW)
    ask(client, "ada.newer@acme.example")
    assert world.client().get(first).status_code == 404
    assert "ada.newer@acme.example waits to be confirmed" in client.get("/accounts/profile").text


def test_a_wish_can_be_taken_back(world: World, mail: SmtpSink, client: FlaskClient) -> None:
    ask(client)
    assert client.post("/accounts/email/cancel").status_code == 303
    assert world.client().get(link_of(mail, NEW)).status_code == 404
    assert "waits to be confirmed" not in client.get("/accounts/profile").text
    assert client.post("/accounts/email/cancel").status_code == 409


def test_a_new_password_ends_a_change_that_waits(
    world: World, mail: SmtpSink, ada: UserRef, client: FlaskClient
) -> None:
    ask(client)
    changed = client.post("/accounts/password", data={"current": PASSWORD, "password": "another passphrase"})
    assert changed.status_code == 303
    assert world.client().post(link_of(mail, NEW)).status_code == 404
    assert address(world, ada) == ada.email


def test_links_sent_to_the_old_address_work_no_more(
    world: World, mail: SmtpSink, ada: UserRef, client: FlaskClient
) -> None:
    world.client().post("/accounts/reset", data={"email": ada.email})
    reset = link_of(mail, ada.email)
    ask(client)
    client.post(link_of(mail, NEW))
    assert world.client().get(reset).status_code == 404


def test_whether_somebody_has_an_address_is_not_told(
    world: World, mail: SmtpSink, acme: VendorRef, client: FlaskClient
) -> None:
    world.user(Role.EXECUTIVE, vendor=acme, email="taken@acme.example")
    taken, free = ask(client, "Taken@acme.example"), ask(client, "free@acme.example")
    assert (taken.status_code, taken.location) == (free.status_code, free.location)
    assert not mail.mails_to("Taken@acme.example")


def test_an_address_taken_in_the_meantime_is_not_taken_twice(
    world: World, mail: SmtpSink, ada: UserRef, acme: VendorRef, client: FlaskClient
) -> None:
    ask(client)
    world.user(Role.EXECUTIVE, vendor=acme, email=NEW.upper())
    assert client.post(link_of(mail, NEW)).status_code == 409
    assert address(world, ada) == ada.email


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "x" * 255, "ada@acme.example"])
def test_what_cannot_be_an_address_is_said_and_kept(world: World, client: FlaskClient, email: str) -> None:
    answer = ask(client, email)
    assert answer.status_code == 422
    assert f'value="{email}"' in answer.text


def test_case_alone_may_change(world: World, mail: SmtpSink, ada: UserRef, client: FlaskClient) -> None:
    ask(client, "Ada@acme.example")
    client.post(link_of(mail, "Ada@acme.example"))
    assert address(world, ada) == "Ada@acme.example"


def test_mails_are_few(client: FlaskClient) -> None:
    for number in range(MAILS_PER_HOUR):
        assert ask(client, f"ada{number}@acme.example").status_code == 303
    assert ask(client).status_code == 422


def test_it_is_journaled_at_the_vendor_and_for_the_installation(
    world: World, mail: SmtpSink, acme: VendorRef, client: FlaskClient
) -> None:
    ask(client)
    client.post(link_of(mail, NEW))
    for chain in ("installation", str(acme.public_id)):
        assert actions(world, chain) == ["user.email_change_requested", "user.email_changed"]
