"""The second factor: set up, asked for, used once, recovered."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.access import Actor
from prm.accounts.models import RecoveryCode, SecondFactor, User, UserSession
from prm.accounts.services import second_factor
from prm.accounts.services.sign_in import LIMIT_PER_ADDRESS
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.models import JournalEntry
from tests.accounts.devices import begin, code_at, enrol, step
from tests.factories import UserRef, VendorRef, World
from tests.factories.accounts import at_once, confirm, is_signed_in, sign_in
from tests.factories.world import PASSWORD
from tests.servers import SmtpSink


@pytest.fixture
def device(world: World, ada: UserRef) -> str:
    """Ada has a second factor; its secret. Its first code was accepted a while ago."""
    with clock.freeze(clock.now() - timedelta(minutes=5)):
        secret, _codes = enrol(world.client(ada))
    return secret


@pytest.fixture
def codes(world: World, ada: UserRef) -> list[str]:
    """Ada has a second factor; her recovery codes."""
    return enrol(world.client(ada))[1]


# -- setting up --------------------------------------------------------------------------------


def test_setting_up_needs_a_proof_of_who_one_is(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    for answer in (
        client.post("/accounts/second-factor/begin"), client.get("/accounts/second-factor/enrol"),
        client.post("/accounts/second-factor/codes"), client.post("/accounts/second-factor/off"),
    ):  # fmt: skip
        assert answer.status_code == 303 and "/accounts/confirm" in answer.location


def test_a_second_factor_is_on_once_a_code_of_the_device_was_typed(
    world: World, mail: SmtpSink, ada: UserRef
) -> None:
    client = world.client(ada)
    confirm(client)
    secret = begin(client)
    assert client.post("/accounts/second-factor/enrol", data={"code": "000000"}).status_code == 422
    assert sign_in(world.client(), ada.email).location == "/start"
    answer = client.post("/accounts/second-factor/enrol", data={"code": code_at(secret)})
    assert answer.status_code == 200
    assert len(set(re.findall(r"<code>([A-Z2-7-]{19})</code>", answer.text))) == 10
    assert sign_in(world.client(), ada.email).location.startswith("/accounts/sign-in/code")
    assert mail.mails_to(ada.email)[-1].message["Subject"] == "Your second factor is on"


def test_the_picture_holds_the_key_that_can_be_typed(world: World, ada: UserRef) -> None:
    with world.app.app_context():
        user = db.session.get_one(User, ada.id)
        uri = second_factor.uri_of("ABCDEFGHIJKLMNOP" * 2, user)
    device = pyotp.parse_uri(uri)
    assert (device.secret, device.name, device.issuer) == ("ABCDEFGHIJKLMNOP" * 2, ada.email, "PRM localhost")


def test_the_secret_and_the_codes_are_shown_once(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    secret, codes = enrol(client)
    assert client.get("/accounts/second-factor/enrol").status_code == 303
    page = client.get("/accounts/second-factor").text
    assert secret not in page and not any(code in page for code in codes)
    assert "10 / 10" in page
    assert client.post("/accounts/second-factor/begin").status_code == 409


def test_codes_can_be_taken_along_as_a_file(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    confirm(client)
    answer = client.post("/accounts/second-factor/enrol", data={"code": code_at(begin(client))})
    found = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)" download', answer.text)
    assert found
    assert html.unescape(found.group(1)).count("%0A") == 10


def test_the_database_holds_neither_secret_nor_codes(world: World, ada: UserRef) -> None:
    secret, codes = enrol(world.client(ada))
    with world.app.app_context():
        sealed = db.session.scalars(select(SecondFactor.sealed_secret)).one()
        hashes = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert secret.encode() not in sealed
    assert not {code.replace("-", "") for code in codes} & set(hashes)


def test_an_earlier_secret_key_still_opens_both(
    world: World, ada: UserRef, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.client(ada)
    confirm_with(client, code_at(device))
    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", client.post("/accounts/second-factor/codes").text)
    before = world.app.config["SECRET_KEY"]
    monkeypatch.setitem(world.app.config, "SECRET_KEY", "another secret key, of more than 32 characters")
    monkeypatch.setitem(world.app.config, "SECRET_KEY_FALLBACKS", [before])
    with world.app.app_context(), transaction():
        user = db.session.get_one(User, ada.id)
        second_factor.use_code(Actor(name=user.name, user_id=user.id), user, code_at(device, 30))
        second_factor.use_code(Actor(name=user.name, user_id=user.id), user, codes[0])


def confirm_with(client: FlaskClient, code: str):
    return client.post("/accounts/confirm", data={"current": PASSWORD, "code": code})


# -- signing in --------------------------------------------------------------------------------


def test_the_password_alone_signs_nobody_in(world: World, ada: UserRef, device: str) -> None:
    client = world.client()
    answer = client.post("/accounts/sign-in", data={"email": ada.email, "password": PASSWORD})
    assert answer.location.startswith("/accounts/sign-in/code")
    assert not is_signed_in(client)
    assert client.get("/acme/").status_code == 302


def test_password_and_code_sign_in_and_lead_where_one_wanted(world: World, ada: UserRef, device: str) -> None:
    client = world.client()
    answer = sign_in(client, ada.email, next="/acme/accounts/people")
    answer = client.post(answer.location, data={"code": code_at(device)})
    assert (answer.status_code, answer.location) == (303, "/acme/accounts/people")
    assert is_signed_in(client)


@pytest.mark.parametrize(("seconds", "status"), [(-60, 422), (-30, 303), (0, 303), (30, 303), (60, 422)])
def test_clocks_may_differ_by_one_step(
    world: World, ada: UserRef, device: str, seconds: int, status: int
) -> None:
    with clock.freeze(clock.now()):
        assert step(world.client(), ada.email, code_at(device, seconds)).status_code == status


def test_a_code_is_accepted_once(world: World, ada: UserRef, device: str) -> None:
    with clock.freeze(clock.now()):
        code = code_at(device)
        assert step(world.client(), ada.email, code).status_code == 303
        assert step(world.client(), ada.email, code).status_code == 422
        # Nor one that is older than the newest accepted.
        assert step(world.client(), ada.email, code_at(device, -30)).status_code == 422


def test_a_code_used_at_the_same_moment_is_accepted_once(world: World, ada: UserRef, device: str) -> None:
    clients = [world.client() for _ in range(6)]
    for client in clients:
        sign_in(client, ada.email)
    with world.app.app_context():
        before = len(db.session.scalars(select(UserSession.id)).all())
    code = code_at(device)
    at_once(6, lambda n: clients[n].post("/accounts/sign-in/code", data={"code": code}).status_code)
    with world.app.app_context():
        assert len(db.session.scalars(select(UserSession.id)).all()) == before + 1


def test_the_first_code_does_not_sign_in_again(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    confirm(client)
    with clock.freeze(clock.now()):
        secret = begin(client)
        code = code_at(secret)
        assert client.post("/accounts/second-factor/enrol", data={"code": code}).status_code == 200
        assert step(world.client(), ada.email, code).status_code == 422


def test_wrong_codes_count_as_failed_sign_ins_do(world: World, ada: UserRef, device: str) -> None:
    client = world.client()
    sign_in(client, ada.email)
    for _ in range(LIMIT_PER_ADDRESS):
        answer = client.post("/accounts/sign-in/code", data={"code": "000000"})
        assert answer.status_code == 422 and "This code is not right." in answer.text
    answer = client.post("/accounts/sign-in/code", data={"code": code_at(device)})
    assert answer.status_code == 429 and "This code is not right." in answer.text
    assert sign_in(world.client(), ada.email).status_code == 429


def test_typing_the_password_anew_gives_no_more_guesses(world: World, ada: UserRef, device: str) -> None:
    for _ in range(LIMIT_PER_ADDRESS):
        assert step(world.client(), ada.email, "000000").status_code == 422
    assert sign_in(world.client(), ada.email).status_code == 429


def test_the_second_step_ends_by_itself_and_with_a_new_password(
    world: World, ada: UserRef, device: str
) -> None:
    client = world.client()
    sign_in(client, ada.email)
    with clock.freeze(clock.now() + timedelta(minutes=11)):
        answer = client.post("/accounts/sign-in/code", data={"code": code_at(device)})
        assert answer.location == "/accounts/sign-in"
    other = world.client(ada)
    confirm_with(other, code_at(device))
    other.post("/accounts/password", data={"current": PASSWORD, "password": "another long passphrase"})
    assert client.get("/accounts/sign-in/code").location == "/accounts/sign-in"


def test_the_step_cannot_be_entered_from_the_side(world: World, ada: UserRef, device: str) -> None:
    client = world.client()
    with client.session_transaction() as session:
        session["sign_in_step"] = "x" * 43
    answer = client.post("/accounts/sign-in/code", data={"code": code_at(device)})
    assert answer.location == "/accounts/sign-in"
    assert not is_signed_in(client)


def test_proving_again_asks_for_the_code_too(world: World, ada: UserRef, device: str) -> None:
    client = world.client(ada)
    assert confirm(client).status_code == 422
    assert confirm_with(client, "000000").status_code == 422
    assert client.get("/accounts/email").status_code == 303
    assert confirm_with(client, code_at(device)).status_code == 303
    assert client.get("/accounts/email").status_code == 200


def test_a_new_password_needs_the_code_too(world: World, ada: UserRef, device: str) -> None:
    client = world.client(ada)
    data = {"current": PASSWORD, "password": "another long passphrase"}
    assert client.post("/accounts/password", data=data).location.startswith("/accounts/confirm")
    assert sign_in(world.client(), ada.email).status_code == 303
    confirm_with(client, code_at(device))
    assert client.post("/accounts/password", data=data).location == "/accounts/profile"
    assert sign_in(world.client(), ada.email).status_code == 422


# -- recovery ----------------------------------------------------------------------------------


def test_a_recovery_code_signs_in_once(world: World, mail: SmtpSink, ada: UserRef, codes: list[str]) -> None:
    typed = codes[3].lower().replace("-", " ")
    assert step(world.client(), ada.email, typed).status_code == 303
    assert "9" in mail.mails_to(ada.email)[-1].text
    assert step(world.client(), ada.email, codes[3]).status_code == 422
    assert step(world.client(), ada.email, codes[4]).status_code == 303


def test_a_recovery_code_used_many_times_at_once_works_once(
    world: World, ada: UserRef, codes: list[str]
) -> None:
    clients = [world.client() for _ in range(6)]
    for client in clients:
        sign_in(client, ada.email)
    answers = at_once(
        6, lambda n: clients[n].post("/accounts/sign-in/code", data={"code": codes[0]}).status_code
    )
    with world.app.app_context():
        used = db.session.scalars(select(RecoveryCode.used_at)).all()
    assert sum(moment is not None for moment in used) == 1
    assert answers.count(303) == 1


def test_new_recovery_codes_end_the_earlier_ones(world: World, ada: UserRef, codes: list[str]) -> None:
    client = world.client(ada)
    assert confirm_with(client, codes[0]).status_code == 303
    answer = client.post("/accounts/second-factor/codes")
    fresh = re.findall(r"<code>([A-Z2-7-]{19})</code>", answer.text)
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    assert step(world.client(), ada.email, codes[1]).status_code == 422
    assert step(world.client(), ada.email, fresh[0]).status_code == 303


def test_turning_off_asks_first_and_ends_codes(world: World, ada: UserRef, codes: list[str]) -> None:
    client = world.client(ada)
    confirm_with(client, codes[0])
    assert "Turn the second factor off?" in client.get("/accounts/second-factor/off").text
    assert client.post("/accounts/second-factor/off").status_code == 303
    assert client.post("/accounts/second-factor/off").status_code == 409
    assert sign_in(world.client(), ada.email).location == "/start"
    with world.app.app_context():
        assert db.session.scalars(select(RecoveryCode)).all() == []


def test_the_command_turns_it_off_for_who_lost_everything(
    world: World, mail: SmtpSink, acme: VendorRef, ada: UserRef, device: str
) -> None:
    runner = world.app.test_cli_runner()
    done = runner.invoke(args=["users", "reset-second-factor", "--email", ada.email])
    assert done.exit_code == 0, done.output
    assert sign_in(world.client(), ada.email).location == "/start"
    assert mail.mails_to(ada.email)[-1].message["Subject"] == "Your second factor is off"
    again = runner.invoke(args=["users", "reset-second-factor", "--email", ada.email])
    assert again.exit_code == 1 and "off already" in again.stderr
    with world.app.app_context():
        entries = db.session.execute(
            select(JournalEntry.chain, JournalEntry.actor_ref).where(
                JournalEntry.action == "user.second_factor_reset"
            )
        ).all()
    assert {tuple(entry) for entry in entries} == {
        ("installation", "system"),
        (str(acme.public_id), "system"),
    }
