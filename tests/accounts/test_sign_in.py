"""Signing in and out: who gets in, what refusals tell, and how often one may try."""

from __future__ import annotations

import re
import statistics
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from prm import create_app
from prm.accounts.models import PasswordReset, SignInFailure, User, UserSession
from prm.accounts.services import sign_in as service
from prm.accounts.tasks import forget_old_attempts
from prm.extensions import db, limiter
from prm.infra import clock
from prm.infra.db import transaction
from prm.permissions import Role
from tests.accounts.redirects import OFF_SITE
from tests.conftest import settings
from tests.factories import UserRef, World
from tests.factories.accounts import at_once, is_signed_in, sign_in
from tests.factories.world import PASSWORD

WRONG = "not the right passphrase"


@pytest.fixture
def ada(world: World) -> UserRef:
    return world.user(Role.VENDOR_ADMIN, vendor=world.vendor(), email="ada@acme.example", password=PASSWORD)


def failures(world: World) -> int:
    with world.app.app_context():
        return db.session.scalar(select(func.count(SignInFailure.id))) or 0


def change_user(world: World, user: UserRef, **values: Any) -> None:
    with world.app.app_context(), transaction():
        db.session.execute(update(User).where(User.id == user.id).values(**values))


def told(page: str) -> str:
    """What a refusal says: the page without token, request id and the address typed."""
    page = re.sub(r'("X-CSRFToken": "|name="csrf_token" value=")[^"]*', "", page)
    return re.sub(r'value="[^"]*@[^"]*"', "", page)


def test_people_sign_in_with_address_and_password(world: World, ada: UserRef) -> None:
    client = world.client()
    answer = sign_in(client, " ADA@acme.example ")
    assert (answer.status_code, answer.location) == (303, "/start")
    assert client.get("/acme/vendors/settings").status_code == 200


def test_sign_in_leads_on_to_where_one_wanted_to_go(world: World, ada: UserRef) -> None:
    client = world.client()
    asked = client.get("/acme/accounts/people?role=executive")
    assert asked.status_code == 302
    page = client.get(asked.location).text
    assert 'value="/acme/accounts/people?role=executive"' in page
    answer = sign_in(client, ada.email, next="/acme/accounts/people?role=executive")
    assert answer.location == "/acme/accounts/people?role=executive"


def test_who_is_signed_in_is_not_asked_again(world: World, ada: UserRef) -> None:
    answer = world.client(ada).get("/accounts/sign-in?next=/accounts/profile")
    assert (answer.status_code, answer.location) == (302, "/accounts/profile")


def test_a_hundred_ways_to_lead_off_this_site_do_not(world: World, ada: UserRef) -> None:
    assert len(set(OFF_SITE)) >= 100
    client, signed_in = world.client(), world.client(ada)
    for target in OFF_SITE:
        data = {"email": ada.email, "password": PASSWORD, "next": target}
        answer = client.post("/accounts/sign-in", data=data)
        assert (answer.status_code, answer.location) == (303, "/start"), repr(target)
        client = world.client()
        asked = signed_in.get("/accounts/sign-in", query_string={"next": target})
        assert asked.location == "/start", repr(target)


def test_refusals_say_the_same_whatever_their_reason(world: World, ada: UserRef) -> None:
    vendor = world.vendor("globex")
    closed = world.user(Role.EXECUTIVE, vendor=vendor, email="closed@acme.example", password=PASSWORD)
    world.user(Role.EXECUTIVE, vendor=vendor, email="none@acme.example")
    change_user(world, closed, is_active=False)
    answers = [
        sign_in(world.client(), "nobody@acme.example"),
        sign_in(world.client(), ada.email, WRONG),
        sign_in(world.client(), closed.email),
        sign_in(world.client(), "none@acme.example"),
    ]
    assert [a.status_code for a in answers] == [422] * 4
    assert len({told(a.text) for a in answers}) == 1
    assert "The mail address or the password is not right." in answers[0].text


def test_locked_addresses_of_people_and_of_nobody_say_the_same(world: World, ada: UserRef) -> None:
    pages = []
    for email in (ada.email, "nobody@acme.example"):
        for _ in range(service.LIMIT_PER_ADDRESS):
            assert sign_in(world.client(), email, WRONG).status_code == 422
        answer = sign_in(world.client(), email)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
        assert "The mail address or the password is not right." in answer.text
        pages.append(told(answer.text))
    assert pages[0] == pages[1]


def test_refusals_take_the_same_time_whatever_their_reason(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Medians of twenty tries each, with a hash that costs what real ones cost."""
    from flask_migrate import upgrade

    folder = tmp_path_factory.mktemp("timing")
    app = create_app(settings(folder, PASSWORD_TIME_COST="2", PASSWORD_MEMORY_KIB="19456"))
    with app.app_context():
        upgrade()
    world = World(app)
    vendor = world.vendor()
    known = world.user(Role.EXECUTIVE, vendor=vendor, email="known@acme.example", password=PASSWORD)
    closed = world.user(Role.EXECUTIVE, vendor=vendor, email="closed@acme.example", password=PASSWORD)
    empty = world.user(Role.EXECUTIVE, vendor=vendor, email="empty@acme.example")
    change_user(world, closed, is_active=False)
    took: dict[str, list[float]] = {}
    with app.app_context():
        for round_ in range(20):
            for email in (known.email, closed.email, empty.email, "nobody@acme.example"):
                attempt = service.Attempt(f"a{round_}", f"o{round_}", ())
                begun = time.perf_counter()
                with pytest.raises(service.DomainError):
                    service.check_attempt(attempt, email, WRONG)
                took.setdefault(email, []).append(time.perf_counter() - begun)
        db.session.remove()
        db.engine.dispose()
    medians = [statistics.median(times[2:]) for times in took.values()]
    assert max(medians) < 2 * min(medians), medians


def test_success_starts_the_count_of_an_address_anew(world: World, ada: UserRef) -> None:
    for _ in range(2):
        for _ in range(service.LIMIT_PER_ADDRESS - 1):
            assert sign_in(world.client(), ada.email, WRONG).status_code == 422
        assert sign_in(world.client(), ada.email).status_code == 303


def test_the_pause_ends(world: World, ada: UserRef) -> None:
    for _ in range(service.LIMIT_PER_ADDRESS):
        sign_in(world.client(), ada.email, WRONG)
    assert sign_in(world.client(), ada.email).status_code == 429
    with clock.freeze(clock.now() + service.WINDOW + timedelta(seconds=1)):
        assert sign_in(world.client(), ada.email).status_code == 303


def test_one_origin_cannot_try_many_addresses(world: World, ada: UserRef) -> None:
    for number in range(service.LIMIT_PER_ORIGIN):
        assert (
            sign_in(world.client(), f"n{number}@acme.example", WRONG, origin="192.0.2.7").status_code == 422
        )
    assert sign_in(world.client(), ada.email, origin="192.0.2.7").status_code == 429
    assert sign_in(world.client(), ada.email, origin="192.0.2.8").status_code == 303


def test_addresses_of_one_ipv6_network_count_as_one_origin(world: World, ada: UserRef) -> None:
    for number in range(service.LIMIT_PER_ORIGIN):
        sign_in(world.client(), f"n{number}@acme.example", WRONG, origin=f"2001:db8::{number:x}")
    assert sign_in(world.client(), ada.email, origin="2001:db8::ffff:1").status_code == 429
    assert sign_in(world.client(), ada.email, origin="2001:db8:0:1::1").status_code == 303


@pytest.mark.parametrize("spelling", ["ada@acme.example", "ADA@ACME.example", "  ada@acme.example  "])
def test_spellings_of_one_address_share_a_count(world: World, ada: UserRef, spelling: str) -> None:
    for _ in range(service.LIMIT_PER_ADDRESS):
        sign_in(world.client(), "Ada@Acme.Example", WRONG)
    assert sign_in(world.client(), spelling).status_code == 429


def test_failures_at_the_same_moment_all_count(world: World, ada: UserRef) -> None:
    clients = [world.client() for _ in range(20)]
    answers = at_once(20, lambda n: sign_in(clients[n], ada.email, WRONG, origin=f"192.0.2.{n}").status_code)
    assert set(answers) <= {422, 429}
    # Each stands as one row for the address and one for its origin; none was lost, none let through
    # beyond the limit.
    assert failures(world) == 40
    assert answers.count(422) <= service.LIMIT_PER_ADDRESS
    assert sign_in(world.client(), ada.email).status_code == 429


def test_what_is_counted_names_neither_address_nor_origin(world: World, ada: UserRef) -> None:
    sign_in(world.client(), ada.email, WRONG, origin="192.0.2.7")
    with world.app.app_context():
        kept = " ".join(db.session.scalars(select(SignInFailure.subject_hash)))
    assert re.fullmatch(r"[0-9a-f]{64} [0-9a-f]{64}", kept)
    assert service.hashlib.sha256(ada.email.encode()).hexdigest() not in kept


def test_what_no_longer_counts_is_deleted(world: World, ada: UserRef) -> None:
    sign_in(world.client(), ada.email, WRONG)
    world.client().post("/accounts/reset", data={"email": "nobody@acme.example"})
    with clock.freeze(clock.now() + timedelta(days=2)), world.app.app_context():
        forget_old_attempts()
        assert db.session.scalar(select(func.count(PasswordReset.id))) == 0
    assert failures(world) == 0


def test_an_empty_form_is_no_attempt(world: World) -> None:
    answer = world.client().post("/accounts/sign-in", data={"email": "", "password": ""})
    assert answer.status_code == 422
    assert "Enter your mail address." in answer.text
    assert failures(world) == 0


def test_what_was_typed_is_kept_but_for_the_password(world: World) -> None:
    page = sign_in(world.client(), "somebody@acme.example", "secret-that-was-typed").text
    assert "somebody@acme.example" in page
    assert "secret-that-was-typed" not in page


@pytest.mark.parametrize(
    "email", ["\x00", "a" * 300, "ada@acme.example\x00", "'; DROP TABLE user_account", "😀"]
)
def test_strange_input_is_refused_like_any_other(world: World, email: str) -> None:
    assert sign_in(world.client(), email).status_code in (400, 422)


def test_signing_in_needs_a_token_of_the_form(world: World, ada: UserRef) -> None:
    client = world.client()
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    assert sign_in(client, ada.email).status_code == 400


def test_requests_to_sign_in_are_limited(tmp_path: Any) -> None:
    before = limiter.enabled
    try:
        client = World(create_app(settings(tmp_path, RATE_LIMITS="1"))).client()
        answers = [client.post("/accounts/sign-in").status_code for _ in range(31)]
    finally:
        limiter.enabled = before  # one extension serves every application of this process
    assert answers == [422] * 30 + [429]


# -- sessions ----------------------------------------------------------------------------------


def test_the_session_from_before_does_not_become_the_persons(world: World, ada: UserRef) -> None:
    """Whoever plants a cookie before the sign-in has nothing after it."""
    client = world.client()
    client.get("/accounts/sign-in")
    planted = client.get_cookie("prm")
    assert planted is not None
    sign_in(client, ada.email)
    own = client.get_cookie("prm")
    assert own is not None and own.value != planted.value
    thief = world.client()
    thief.set_cookie("prm", planted.value)
    assert not is_signed_in(thief)


def test_every_sign_in_has_a_token_of_its_own(world: World, ada: UserRef) -> None:
    one, other = world.client(), world.client()
    sign_in(one, ada.email)
    sign_in(other, ada.email)
    with one.session_transaction() as first, other.session_transaction() as second:
        assert first["_user_id"] != second["_user_id"]


def test_a_cookie_is_dead_after_signing_out(world: World, ada: UserRef) -> None:
    client = world.client()
    sign_in(client, ada.email)
    cookie = client.get_cookie("prm")
    assert cookie is not None
    assert client.post("/accounts/sign-out").status_code == 303
    assert not is_signed_in(client)
    thief = world.client()
    thief.set_cookie("prm", cookie.value)
    assert not is_signed_in(thief)


def test_signing_out_ends_this_session_alone(world: World, ada: UserRef) -> None:
    here, there = world.client(ada), world.client(ada)
    here.post("/accounts/sign-out")
    assert not is_signed_in(here)
    assert is_signed_in(there)


def test_a_link_cannot_sign_anybody_out(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    assert client.get("/accounts/sign-out").status_code == 405
    assert is_signed_in(client)


def test_signing_out_everywhere_ends_every_session(world: World, ada: UserRef) -> None:
    here, there = world.client(ada), world.client(ada)
    assert here.post("/accounts/sessions/end").status_code == 303
    assert not is_signed_in(here)
    assert not is_signed_in(there)


def test_closing_an_account_ends_its_sessions_with_the_next_request(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    assert is_signed_in(client)
    change_user(world, ada, is_active=False)
    assert not is_signed_in(client)
    assert sign_in(world.client(), ada.email).status_code == 422


def test_a_session_ends_by_itself(world: World, ada: UserRef) -> None:
    client = world.client(ada)
    hours = world.app.config["SESSION_HOURS"]
    with clock.freeze(clock.now() + timedelta(hours=hours, seconds=1)):
        assert not is_signed_in(client)


def test_the_database_holds_no_token(world: World, ada: UserRef) -> None:
    client = world.client()
    sign_in(client, ada.email)
    with client.session_transaction() as session:
        token = session["_user_id"]
    with world.app.app_context():
        assert token not in db.session.scalars(select(UserSession.token_hash)).all()


def test_a_hash_made_with_other_costs_is_renewed_at_sign_in(world: World, ada: UserRef) -> None:
    before = world.app.config["PASSWORD_MEMORY_KIB"]
    world.app.config["PASSWORD_MEMORY_KIB"] = 128
    try:
        assert sign_in(world.client(), ada.email).status_code == 303
    finally:
        world.app.config["PASSWORD_MEMORY_KIB"] = before
    with world.app.app_context():
        hashed = db.session.scalars(select(User.password_hash).where(User.id == ada.id)).one()
    assert hashed is not None and "m=128" in hashed
    assert sign_in(world.client(), ada.email).status_code == 303
