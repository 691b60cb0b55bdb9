"""The own profile, the own password, quick preferences."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import select

from prm.accounts.models import User
from prm.accounts.services.sign_in import LIMIT_PER_ADDRESS
from prm.extensions import db
from tests.accounts.redirects import OFF_SITE
from tests.factories import UserRef, World
from tests.factories.accounts import is_signed_in, link_of, sign_in, take_token
from tests.factories.world import PASSWORD
from tests.servers import SmtpSink

NEW = "another long passphrase"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def row(world: World, user: UserRef) -> User:
    with world.app.app_context():
        found = db.session.scalars(select(User).where(User.id == user.id)).one()
        db.session.expunge(found)
        return found


def save(world: World, user: UserRef, **changes: str):
    data = {"name": "Ada", "locale": "en", "time_zone": "UTC", **changes}
    return world.client(user).post("/accounts/profile", data=data)


def test_people_change_name_language_and_zone(world: World, ada: UserRef) -> None:
    assert (
        save(world, ada, name="  Zoë  Ångström ", locale="de", time_zone="Asia/Kathmandu").status_code == 303
    )
    changed = row(world, ada)
    assert (changed.name, changed.locale, changed.time_zone) == ("Zoë Ångström", "de", "Asia/Kathmandu")


def test_the_language_chosen_is_the_language_shown(world: World, ada: UserRef) -> None:
    save(world, ada, locale="de")
    assert '<html lang="de"' in world.client(ada).get("/accounts/profile").text


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""}, {"name": "   "}, {"name": "x" * 121}, {"locale": "xx"}, {"locale": ""},
        {"time_zone": "Mars/Olympus"}, {"time_zone": "../etc/passwd"}, {"time_zone": ""},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(world: World, ada: UserRef, changes: dict[str, str]) -> None:
    assert save(world, ada, **changes).status_code == 422
    assert row(world, ada).name == ada.name


def test_only_what_the_form_shows_can_be_changed(world: World, ada: UserRef) -> None:
    before = row(world, ada)
    save(
        world, ada, email="evil@evil.example", email_folded="evil@evil.example", password_hash="x",
        is_active="", id="99", public_id="0", role="operator", created_at="2000-01-01",
    )  # fmt: skip
    after = row(world, ada)
    for column in ("email", "email_folded", "password_hash", "is_active", "public_id", "created_at"):
        assert getattr(after, column) == getattr(before, column)


def test_zones_are_listed_by_city(world: World, ada: UserRef) -> None:
    page = world.client(ada).get("/accounts/profile").text
    assert '<optgroup label="Europe">' in page
    assert '<option value="America/Argentina/Salta">Salta, Argentina (UTC-03:00)</option>' in page
    assert '<option selected value="UTC">UTC</option>' in page


# -- password ----------------------------------------------------------------------------------


def change(client, current: str = PASSWORD, password: str = NEW):
    return client.post("/accounts/password", data={"current": current, "password": password})


def test_a_new_password_needs_the_current_one(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    answer = change(client, current="not the right passphrase")
    assert answer.status_code == 422
    assert "This is not your current password." in answer.text
    assert sign_in(world.client(), ada.email).status_code == 303


def test_a_new_password_ends_other_sessions_and_keeps_this_one(world: World, ada: UserRef) -> None:
    client, other = world.client(), world.client(ada)
    sign_in(client, ada.email)
    before = client.get_cookie("prm")
    assert change(client).status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(other)
    stolen = world.client()
    assert before is not None
    stolen.set_cookie("prm", before.value)
    assert not is_signed_in(stolen)
    assert sign_in(world.client(), ada.email).status_code == 422
    assert sign_in(world.client(), ada.email, NEW).status_code == 303


def test_a_new_password_ends_links_that_were_sent_before(world: World, mail: SmtpSink, ada: UserRef) -> None:
    world.client().post("/accounts/reset", data={"email": ada.email})
    link = link_of(mail, ada.email)
    change(world.client(ada))
    assert world.client().get(link).status_code == 404


def test_a_change_of_password_is_told_by_mail(world: World, mail: SmtpSink, ada: UserRef) -> None:
    change(world.client(ada))
    assert mail.mails_to(ada.email)[-1].message["Subject"] == "Your password was changed"


@pytest.mark.parametrize("password", ["short", "passwordpassword", "x" * 257, PASSWORD, ""])
def test_a_bad_new_password_is_refused(world: World, ada: UserRef, password: str) -> None:
    client = world.client(ada)
    assert change(client, password=password).status_code == 422
    assert is_signed_in(client)


def test_guesses_of_the_current_password_count_as_those_at_sign_in_do(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    for _ in range(LIMIT_PER_ADDRESS):
        change(client, current="not the right passphrase")
    answer = change(client)
    assert answer.status_code == 422
    assert "Too many attempts" in answer.text
    assert sign_in(world.client(), ada.email).status_code == 429


def test_right_passwords_do_not_count(world: World, ada: UserRef) -> None:
    client = world.client()
    sign_in(client, ada.email)
    passwords = [PASSWORD, *[f"{NEW} {n}" for n in range(LIMIT_PER_ADDRESS + 1)]]
    for current, following in pairwise(passwords):
        assert change(client, current, following).status_code == 303
        take_token(client)


def test_long_passphrases_in_any_script_work(world: World, ada: UserRef) -> None:
    client = world.client()
    sign_in(client, ada.email)
    phrase = "пароль из многих слов 山田太郎 café " + "x" * 200
    assert change(client, password=phrase).status_code == 303
    # As another keyboard composes the same letters.
    assert sign_in(world.client(), ada.email, phrase.replace("é", "e\u0301")).status_code == 303


# -- sessions and preferences ------------------------------------------------------------------


def test_people_see_where_they_are_signed_in(world: World, ada: UserRef) -> None:
    client = world.client()
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(client, ada.email)
    world.client(ada)
    page = client.get("/accounts/profile").text
    assert "Firefox, Linux" in page
    assert page.count(">this one<") == 1
    assert "Unknown browser" in page


def test_a_language_is_kept_in_a_cookie_and_with_the_person(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    answer = client.post("/accounts/preferences", data={"locale": "de", "next": "/accounts/profile"})
    assert (answer.status_code, answer.location) == (303, "/accounts/profile")
    cookie = client.get_cookie("locale")
    assert cookie is not None and cookie.value == "de"
    assert row(world, ada).locale == "de"


def test_strangers_choose_language_and_theme_too(world: World) -> None:
    client = world.client()
    client.post("/accounts/preferences", data={"locale": "de", "theme": "dark"})
    page = client.get("/accounts/sign-in").text
    assert '<html lang="de"' in page
    assert 'data-bs-theme="dark"' in page


@pytest.mark.parametrize("data", [{"locale": "xx"}, {"theme": "neon"}, {"locale": "de\r\nX: y"}, {}])
def test_unknown_preferences_are_ignored(world: World, data: dict[str, str]) -> None:
    client = world.client()
    assert client.post("/accounts/preferences", data=data).status_code == 303
    assert client.get_cookie("locale") is None and client.get_cookie("theme") is None


def test_preferences_never_lead_off_this_site(world: World) -> None:
    client = world.client()
    for target in OFF_SITE:
        answer = client.post("/accounts/preferences", data={"theme": "dark", "next": target})
        assert answer.location == "/", repr(target)
