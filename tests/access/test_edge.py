"""What holds for every answer, whoever asks: headers, cookies, hosts, tokens, limits, usage."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from prm import create_app
from prm.access import public, refuse_unmarked, requires
from prm.infra.http import CONTENT_SECURITY_POLICY, PUBLISHED
from prm.permissions import P
from tests.access.matrix import MATRIX, Line
from tests.access.oracles import Asking
from tests.access.shapes import body_of
from tests.access.site import Site, missing_id, settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((line for line in MATRIX.values() if line.method == "GET"), key=str)
CHANGES = sorted((line for line in MATRIX.values() if line.is_change), key=str)
# Sent by mail programs, which have none: the signed token in the address is what allows them.
WITHOUT_TOKEN = {"notifications.unsubscribe"}
# Answers that may be kept: files with their hash in the address, a vendor's colours.
CACHED = {"assets.serve", "vendors.brand_css", "vendors.logo", *PUBLISHED}


@pytest.mark.parametrize("line", PAGES, ids=str)
def test_every_answer_carries_its_headers(site: Site, line: Line) -> None:
    asking = Asking(site, line)
    for role in ("anon", "admin"):
        answer = asking.ask(role, site.two.acme, asking.path(site.two.acme, role))
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        # A page that shows a package may frame the package's own host, and nothing more.
        policy, shown = re.subn(r"; frame-src http://[0-9a-f-]{36}\.content\.localhost$", "", policy)
        assert policy == CONTENT_SECURITY_POLICY or policy.startswith("sandbox; default-src 'none'"), policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        # Its windows may have an opener; the page itself has none in any case.
        opener = "same-origin-allow-popups" if shown else "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == opener
        assert headers["X-Request-Id"] or line.endpoint == "assets.serve"
        assert "Strict-Transport-Security" not in headers
        if line.endpoint not in CACHED:
            assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/nothing/here", "/acme/none", "/accounts/sign-out", "/%00"])
def test_errors_carry_them_too(site: Site, path: str) -> None:
    answer = site.ask("admin", "GET", path)
    assert answer.status in {404, 405}
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("line", [c for c in CHANGES if c.endpoint not in WITHOUT_TOKEN], ids=str)
@pytest.mark.parametrize("token", ["", "wrong", "ImZmZmYi.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"])
def test_every_change_needs_its_token(site: Site, line: Line, token: str) -> None:
    asking, acme = Asking(site, line), site.two.acme
    role = next((r for r in ("admin", "padmin", "member", "exec", "anon") if line[r] == "ok"), "admin")
    person = site.two.person(role, acme)
    client = site.client(person.id if person else None)
    kept = client.environ_base.pop("HTTP_X_CSRFTOKEN")
    try:
        body = body_of(asking.call.body, acme, role)
        if token:
            body["csrf_token"] = token
        answer = asking.ask(role, acme, asking.path(acme, role), body=body)
    finally:
        client.environ_base["HTTP_X_CSRFTOKEN"] = kept
    assert answer.status == 400
    assert not answer.changes


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "[::1]", "localhost@evil.example"]
)
def test_other_hosts_are_refused(site: Site, host: str) -> None:
    for path in ("/accounts/sign-in", "/acme/", "/healthz"):
        answer = site.ask("admin", "GET", path, headers={"Host": host})
        assert answer.status == 400, path
        assert b"evil.example" not in answer.content
        assert "evil.example" not in str(answer.headers)


def test_forwarded_hosts_are_not_believed(site: Site) -> None:
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example",
    }
    email = site.two.acme.people["member"].email
    answer = site.ask("anon", "POST", "/accounts/reset", body={"email": email}, headers=headers)
    assert answer.kind == "ok"
    [(_recipient, mail)] = answer.mails
    assert b"evil.example" not in mail
    assert b"http://localhost/accounts/reset/" in mail
    assert "Strict-Transport-Security" not in answer.headers


# -- limits --------------------------------------------------------------------------------------

LIMITED = [line for line in CHANGES if line.endpoint.startswith(("accounts", "marketing", "partners"))]


@pytest.mark.parametrize("line", LIMITED, ids=str)
def test_ten_thousand_and_one_parts_are_too_many(site: Site, line: Line) -> None:
    asking = Asking(site, line)
    boundary = b"--b\r\n"
    part = boundary + b'Content-Disposition: form-data; name="x"\r\n\r\n\r\n'
    for role in ("anon", "admin"):
        answer = asking.ask(
            role, site.two.acme, asking.path(site.two.acme, role), body=None,
            input_stream=io.BytesIO(part * 10_001 + b"--b--\r\n"),
            content_length=len(part) * 10_001 + 7,
            content_type="multipart/form-data; boundary=b",
        )  # fmt: skip
        wanted = {413} if role == "admin" or line["anon"] == "ok" else {401, 413}
        assert answer.status in wanted, role
        assert not answer.changes


def test_a_body_over_the_limit_is_refused_before_it_is_read(site: Site) -> None:
    limit = site.app.config["MAX_CONTENT_LENGTH"]

    class NeverRead(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("The body was read.")

    for kind in ("multipart/form-data; boundary=b", "application/x-www-form-urlencoded"):
        answer = site.ask(
            "admin", "POST", "/acme/marketing/new",
            input_stream=NeverRead(b"x"), environ_overrides={"CONTENT_LENGTH": str(limit + 1)},
            content_type=kind,
        )  # fmt: skip
        assert answer.status == 413


@pytest.mark.parametrize(
    ("kind", "before"),
    [
        ("application/x-www-form-urlencoded", b"email="),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n',
        ),
    ],
)
def test_a_long_field_is_refused(site: Site, kind: str, before: bytes) -> None:
    long = before + b"a" * (site.app.config["MAX_FORM_MEMORY_SIZE"] + 1) + b"\r\n--b--\r\n"
    answer = site.ask("anon", "POST", "/accounts/sign-in", input_stream=io.BytesIO(long), content_type=kind)
    assert answer.status == 413


def test_ten_thousand_and_one_fields_are_too_many(site: Site) -> None:
    for fields, status in ((10_000, 422), (10_001, 413)):
        answer = site.ask(
            "anon", "POST", "/accounts/sign-in", input_stream=io.BytesIO(b"&".join([b"x="] * fields)),
            content_length=fields * 3 - 1, content_type="application/x-www-form-urlencoded",
        )  # fmt: skip
        assert answer.status == status


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"title": "By JSON"}', b"[]", b"\xff"])
def test_forms_are_not_taken_from_json(site: Site, body: bytes) -> None:
    answer = site.ask(
        "admin", "POST", "/acme/marketing/campaigns",
        input_stream=io.BytesIO(body), content_type="application/json",
    )  # fmt: skip
    assert answer.status == 415
    assert not answer.changes


# -- what counts as use --------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["", "/files/2"])
@pytest.mark.parametrize(
    ("method", "headers", "counts"),
    [
        ("GET", {}, True),
        ("HEAD", {}, False),
        ("GET", {"Range": "bytes=0-1"}, False),
        ("GET", {"Sec-Purpose": "prefetch"}, False),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}, False),
        ("GET", {"Purpose": "prefetch"}, False),
    ],
)
def test_only_a_person_looking_is_use(
    site: Site, which: str, method: str, headers: dict[str, str], counts: bool
) -> None:
    path = f"/acme/marketing/{site.two.acme.things['asset'].public_id}{which}"
    answer = site.ask("member", method, path, headers=headers)
    assert answer.kind == "ok"
    assert set(answer.changes) == ({"usage_event"} if counts else set())


# -- an installation on TLS ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("tls")
    app = create_app(settings(folder, BASE_URL="https://portal.example", LOG_LEVEL="ERROR"))
    yield app.test_client()


def test_tls_brings_hsts_and_host_cookies(tls: FlaskClient) -> None:
    answer = tls.get("/accounts/sign-in", base_url="https://portal.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-prm=")
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)


def test_tls_checks_where_a_form_comes_from(tls: FlaskClient) -> None:
    answer = tls.post(
        "/accounts/sign-in", base_url="https://portal.example", headers={"Referer": "https://evil.example/"}
    )
    assert answer.status_code == 400


def test_plain_http_has_no_secure_flag_but_the_others(site: Site) -> None:
    answer = site.ask("anon", "GET", "/accounts/sign-in")
    flags = {part.strip().lower() for part in answer.headers["Set-Cookie"].split(";")[1:]}
    assert {"httponly", "path=/", "samesite=lax"} <= flags


# -- start-up ----------------------------------------------------------------------------------


def test_start_up_refuses_a_view_without_a_mark() -> None:
    app = Flask("unmarked")
    app.add_url_rule("/open", "open", lambda: "open")
    with pytest.raises(RuntimeError, match="no access mark"):
        refuse_unmarked(app)


def test_start_up_refuses_a_mark_that_does_not_fit_the_address(tmp_path: Path) -> None:
    app = Flask("misfit", static_folder=None)
    app.add_url_rule("/across", "across", requires(P.VENDOR_HOME)(lambda: "across"))
    with pytest.raises(RuntimeError, match="goes with"):
        refuse_unmarked(app)
    other = Flask("misfit2", static_folder=None)
    other.add_url_rule("/<string:vendor>/x", "inside", public(lambda vendor: vendor))
    with pytest.raises(RuntimeError, match="goes with"):
        refuse_unmarked(other)


# -- logs --------------------------------------------------------------------------------------


def test_refusals_are_logged_with_who_and_where(site: Site) -> None:
    member = site.two.acme.people["member"]
    for path, status, rule in (
        ("/acme/partners/", 403, "/<slug:vendor>/partners/"),
        (f"/globex/partners/{missing_id()}", 404, "/<slug:vendor>/partners/<uuid:partnership_id>"),
    ):
        answer = site.ask("member", "GET", path)
        lines = [json.loads(line) for line in answer.logged.splitlines()]
        [refused] = [line for line in lines if line["event"] == "refused"]
        assert (refused["status"], refused["path"]) == (status, rule)
        assert refused["request_id"] == answer.headers["X-Request-Id"]
        request = next(line for line in lines if line["event"] == "request")
        assert request["actor"] in {f"user:{member.public_id}", "anonymous"}


@pytest.mark.parametrize("evil", ['%0a{"event":"forged"}', "%0d%0aforged", "%1b[2Jforged", "%e2%80%a8forged"])
def test_nothing_that_is_sent_makes_a_log_line(site: Site, evil: str) -> None:
    for path in (f"/acme/{evil}", f"/{evil}/partners/", f"/acme/partners/?search={evil}"):
        answer = site.ask(
            "admin", "GET", path, headers={"User-Agent": "forged", "Referer": f"http://x/{evil}"}
        )
        assert "forged" not in answer.logged
        for line in answer.logged.splitlines():
            assert json.loads(line)["event"] in {"request", "refused"}


def test_every_test_that_the_security_document_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text()))
    found = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
    }
    assert not named - found, f"docs/security.md names tests that do not exist: {sorted(named - found)}"
