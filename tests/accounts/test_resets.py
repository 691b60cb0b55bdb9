"""Setting a new password by a link in a mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from prm.accounts.models import PasswordReset, User
from prm.accounts.services import resets
from prm.accounts.services.sign_in import LIMIT_PER_ADDRESS
from prm.accounts.tasks import send_due_reset_links
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from tests.factories import UserRef, World
from tests.factories.accounts import at_once, is_signed_in, link_of, sign_in
from tests.factories.world import PASSWORD
from tests.servers import SmtpSink

NEW = "another long passphrase"


def ask(world: World, email: str, **headers: str) -> str:
    answer = world.client().post("/accounts/reset", data={"email": email}, headers=headers)
    assert (answer.status_code, answer.location) == (303, "/accounts/reset/sent")
    return world.client().get(answer.location).text


def ask_link(world: World, mail: SmtpSink, user: UserRef) -> str:
    ask(world, user.email)
    return link_of(mail, user.email)


def test_a_link_sets_a_new_password(world: World, mail: SmtpSink, ada: UserRef) -> None:
    link = ask_link(world, mail, ada)
    client = world.client()
    assert "At least 12 characters" in client.get(link).text
    answer = client.post(link, data={"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/accounts/sign-in")
    assert sign_in(world.client(), ada.email).status_code == 422
    assert sign_in(world.client(), ada.email, NEW).status_code == 303


def test_a_link_signs_nobody_in(world: World, mail: SmtpSink, ada: UserRef) -> None:
    client = world.client()
    client.post(ask_link(world, mail, ada), data={"password": NEW})
    assert not is_signed_in(client)


def test_a_new_password_ends_every_session(world: World, mail: SmtpSink, ada: UserRef) -> None:
    thief = world.client(ada)
    world.client().post(ask_link(world, mail, ada), data={"password": NEW})
    assert not is_signed_in(thief)


def test_the_person_is_told_of_the_change(world: World, mail: SmtpSink, ada: UserRef) -> None:
    world.client().post(ask_link(world, mail, ada), data={"password": NEW})
    assert mail.mails_to(ada.email)[-1].message["Subject"] == "Your password was changed"


def test_asking_answers_alike_for_every_address(world: World, mail: SmtpSink, ada: UserRef) -> None:
    closed = world.user(Role.EXECUTIVE, vendor=world.vendor("globex"), email="closed@acme.example")
    with world.app.app_context(), transaction():
        db.session.execute(update(User).where(User.id == closed.id).values(is_active=False))
    pages = {ask(world, email)[-3000:] for email in (ada.email, "nobody@acme.example", closed.email)}
    assert len({page.split("<main")[-1].split("</main")[0] for page in pages}) == 1
    assert [d.recipients for d in mail.deliveries] == [(ada.email,)]


def test_a_link_works_once(world: World, mail: SmtpSink, ada: UserRef) -> None:
    link = ask_link(world, mail, ada)
    assert world.client().post(link, data={"password": NEW}).status_code == 303
    again = world.client().post(link, data={"password": "a third long passphrase"})
    assert again.status_code == 404
    assert "does not work any more" in again.text
    assert sign_in(world.client(), ada.email, NEW).status_code == 303


def test_a_link_used_many_times_at_once_works_once(world: World, mail: SmtpSink, ada: UserRef) -> None:
    link = ask_link(world, mail, ada)
    clients = [world.client() for _ in range(10)]
    answers = at_once(10, lambda n: clients[n].post(link, data={"password": f"{NEW} {n}"}).status_code)
    assert sorted(answers)[0] == 303
    assert answers.count(303) == 1
    assert set(answers) <= {303, 404, 409}


def test_a_refused_password_does_not_use_the_link_up(world: World, mail: SmtpSink, ada: UserRef) -> None:
    link = ask_link(world, mail, ada)
    for refused in ("short", "passwordpassword", "aaaaaaaaaaaaaaaa", "x" * 300, ""):
        assert world.client().post(link, data={"password": refused}).status_code == 422
    assert world.client().post(link, data={"password": NEW}).status_code == 303


def test_a_link_expires(world: World, mail: SmtpSink, ada: UserRef) -> None:
    link = ask_link(world, mail, ada)
    with clock.freeze(clock.now() + timedelta(minutes=world.app.config["RESET_MINUTES"], seconds=1)):
        assert world.client().get(link).status_code == 404
        assert world.client().post(link, data={"password": NEW}).status_code == 404
    assert sign_in(world.client(), ada.email).status_code == 303


def test_using_one_link_ends_the_others(world: World, mail: SmtpSink, ada: UserRef) -> None:
    first, second = ask_link(world, mail, ada), ask_link(world, mail, ada)
    assert first != second
    assert world.client().post(second, data={"password": NEW}).status_code == 303
    assert world.client().get(first).status_code == 404


def test_a_closed_account_has_no_use_of_a_link(world: World, mail: SmtpSink, ada: UserRef) -> None:
    link = ask_link(world, mail, ada)
    with world.app.app_context(), transaction():
        db.session.execute(update(User).where(User.id == ada.id).values(is_active=False))
    assert world.client().post(link, data={"password": NEW}).status_code == 404


def test_mails_to_one_address_are_few(world: World, mail: SmtpSink, ada: UserRef) -> None:
    for _ in range(resets.MAILS_PER_HOUR + 3):
        ask(world, ada.email)
    assert len(mail.mails_to(ada.email)) == resets.MAILS_PER_HOUR


def test_a_new_password_ends_the_pause_of_an_address(world: World, mail: SmtpSink, ada: UserRef) -> None:
    for _ in range(LIMIT_PER_ADDRESS):
        sign_in(world.client(), ada.email, "not the right passphrase")
    world.client().post(ask_link(world, mail, ada), data={"password": NEW})
    assert sign_in(world.client(), ada.email, NEW).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"},
        {"Forwarded": "host=evil.example"},
        {"X-Original-Host": "evil.example", "X-Host": "evil.example", "X-Forwarded-Server": "evil.example"},
    ],
)
def test_the_link_names_the_configured_address(
    world: World, mail: SmtpSink, ada: UserRef, headers: dict[str, str]
) -> None:
    ask(world, ada.email, **headers)
    text = mail.mails_to(ada.email)[-1].text
    assert "evil.example" not in text
    assert link_of(mail, ada.email).startswith("/accounts/reset/")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example", "", "[::1]"],
)
def test_another_host_is_refused(world: World, mail: SmtpSink, ada: UserRef, host: str) -> None:
    answer = world.client().post("/accounts/reset", data={"email": ada.email}, headers={"Host": host})
    assert answer.status_code == 400
    assert mail.deliveries == []


def test_the_database_holds_no_link(world: World, mail: SmtpSink, ada: UserRef) -> None:
    token = ask_link(world, mail, ada).rsplit("/", 1)[1]
    with world.app.app_context():
        assert token not in (db.session.scalars(select(PasswordReset.token_hash)).all())
        assert len(token) == 43


def test_a_request_whose_job_was_lost_is_answered_later(world: World, mail: SmtpSink, ada: UserRef) -> None:
    ask(world, ada.email)
    with world.app.app_context(), transaction():
        db.session.execute(update(PasswordReset).values(mailed_at=None))
    mail.deliveries.clear()
    with world.app.app_context():
        send_due_reset_links()
        send_due_reset_links()
    assert len(mail.mails_to(ada.email)) == 1
    assert world.client().get(link_of(mail, ada.email)).status_code == 200


def test_mails_speak_the_persons_language(world: World, mail: SmtpSink) -> None:
    """Not that of whoever asked, and not the installation's."""
    hanna = world.user(
        Role.EXECUTIVE, vendor=world.vendor(), email="hanna@acme.example", password=PASSWORD, locale="de"
    )
    ask(world, hanna.email, **{"Accept-Language": "en"})
    sent = mail.mails_to(hanna.email)[-1]
    assert "Passwort" in sent.message["Subject"]
    assert f"Guten Tag {hanna.name}," in sent.text
