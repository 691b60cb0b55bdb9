"""Pages of certificates and schemes: who sees what, what can be pressed, and what it costs."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from prm.certification.models import Certificate
from prm.extensions import db
from prm.infra import clock
from prm.permissions import Role
from tests.certification.clients import LIST, of, without_noise
from tests.certification.conftest import Scene
from tests.counting import counted
from tests.factories import UserRef, World
from tests.factories import certification as certify
from tests.factories import training as make
from tests.factories.certification import CertificateRef


@pytest.fixture
def made(world: World, scene: Scene) -> CertificateRef:
    return certify.issue(world, scene.vendor, scene.scheme, scene.member, reason="Exam on site")


def numbers(page: str) -> list[str]:
    """The numbers of the certificates in the table."""
    return re.findall(r"ACME-\d{4}-\d{6}", page)


# -- two clicks to the PDF ---------------------------------------------------------------------


def test_from_the_list_it_is_one_click_to_the_pdf(world: World, scene: Scene) -> None:
    make.complete(world, scene.vendor, scene.member, scene.course)
    client = world.client(scene.member)
    page = client.get(LIST).text
    (address,) = re.findall(r'href="(/acme/certification/[0-9a-f-]+/files/a4)"', page)
    assert client.get(address).data.startswith(b"%PDF-1.7")
    assert "Valid" in page and "Nimbus Installer" in page


def test_the_detail_page_shows_facts_evidence_and_history(world: World, scene: Scene) -> None:
    make.complete(world, scene.vendor, scene.member, scene.course)
    client = world.client(scene.member)
    (public_id,) = set(re.findall(r"/acme/certification/([0-9a-f-]{36})", client.get(LIST).text))
    page = client.get(f"{LIST}{public_id}").text
    for text in ("Zoë Ångström", "Installing Nimbus", "100%", "Issued on evidence", "SHA-256", "/verify/"):
        assert text in page
    assert "Revoke" not in page


def test_what_can_be_earned_is_shown_with_what_is_done(world: World, scene: Scene) -> None:
    second = make.make_course(world, scene.vendor, "Running Nimbus")
    certify.make_scheme(world, scene.vendor, scene.course, second, name="Operator")
    client = world.client(scene.member)
    assert "0 of 2 done" in client.get(LIST).text
    make.complete(world, scene.vendor, scene.member, scene.course)
    page = client.get(LIST).text
    assert "1 of 2 done" in page and "Nimbus Installer" in page and "0 of 1 done" not in page


# -- who sees what -----------------------------------------------------------------------------


def test_a_certificate_is_reached_by_its_holder_company_and_vendor_alone(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    address = f"{LIST}{made.public_id}"
    elsewhere = world.partnership(scene.vendor, "Contoso", region="East")
    may = [
        world.client(scene.member),
        of(world, scene, Role.PARTNER_ADMIN),
        of(world, scene, Role.CHANNEL_MANAGER),
        of(world, scene, Role.VENDOR_ADMIN),
    ]
    may_not = [
        of(world, scene, Role.PARTNER_MEMBER),
        of(world, scene, Role.CONTENT_AUTHOR),
        of(world, scene, Role.CHANNEL_MANAGER, region_names=("East",)),
        world.client(world.user(Role.PARTNER_ADMIN, partnership=elsewhere)),
    ]
    for client in may:
        assert made.number in client.get(LIST).text
        assert client.get(address).status_code == 200
        assert client.get(f"{address}/files/a4").data.startswith(b"%PDF")
    for client in may_not:
        assert made.number not in client.get(LIST).text
        for path in (address, f"{address}/files/a4"):
            foreign, missing = client.get(path), client.get(path.replace(str(made.public_id), str(uuid4())))
            assert foreign.status_code == missing.status_code == 404
            assert without_noise(foreign.text) == without_noise(missing.text)
        assert client.post(f"{address}/files", data={"paper": "letter"}).status_code == 404
    assert of(world, scene, Role.EXECUTIVE).get(address).status_code == 403
    anonymous = world.client().get(f"{address}/files/a4")
    assert anonymous.status_code == 302 and anonymous.location.startswith("/accounts/sign-in?next=")
    stranger = world.client(world.user(Role.VENDOR_ADMIN, vendor=world.vendor("globex")))
    assert stranger.get(f"{address}/files/a4").status_code == 404
    assert stranger.get(f"/globex/certification/{made.public_id}/files/a4").status_code == 404


@pytest.mark.parametrize(
    ("role", "schemes", "issue", "revoke"),
    [
        (Role.VENDOR_ADMIN, 200, 200, 200),
        (Role.CHANNEL_MANAGER, 403, 200, 200),
        (Role.CONTENT_AUTHOR, 403, 403, 403),
        (Role.EXECUTIVE, 403, 403, 403),
        (Role.PARTNER_ADMIN, 403, 403, 403),
        (Role.PARTNER_MEMBER, 403, 403, 403),
    ],
)
def test_who_may_keep_schemes_issue_and_revoke(
    world: World, scene: Scene, made: CertificateRef, role: Role, schemes: int, issue: int, revoke: int
) -> None:
    client = of(world, scene, role)
    assert client.get(f"{LIST}schemes").status_code == schemes
    assert client.get(f"{LIST}schemes/{scene.scheme.public_id}").status_code == schemes
    assert client.post(f"{LIST}schemes/{scene.scheme.public_id}/apply").status_code == (
        302 if schemes == 200 else 403
    )
    assert client.get(f"{LIST}issue").status_code == issue
    assert client.get(f"{LIST}{made.public_id}/revoke").status_code == revoke
    refused = client.post(f"{LIST}{made.public_id}/revoke", data={"reason": ""})
    assert refused.status_code == (422 if revoke == 200 else 403)


def test_a_regions_manager_issues_and_revokes_within_the_region_alone(world: World, scene: Scene) -> None:
    west = world.partnership(scene.vendor, "Westwind", region="West")
    ann = world.user(Role.PARTNER_MEMBER, partnership=west, name="Ann West")
    theirs = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    client = of(world, scene, Role.CHANNEL_MANAGER, region_names=("West",))
    page = client.get(f"{LIST}issue").text
    assert ann.email in page and scene.member.email not in page
    for user, status in ((scene.member, 422), (ann, 302)):
        form = {"certification": str(scene.scheme.public_id), "email": user.email, "reason": "Told me"}
        assert client.post(f"{LIST}issue", data=form).status_code == status
    assert client.post(f"{LIST}{theirs.public_id}/revoke", data={"reason": "x"}).status_code == 404


# -- lists -------------------------------------------------------------------------------------


@pytest.fixture
def many(world: World, scene: Scene) -> dict[str, CertificateRef]:
    """One certificate of each status, today."""
    made = {}
    for name, days in {"valid": 10, "in 20 days": 710, "in 50 days": 680, "in 80 days": 650, "expired": 800,
                       "revoked": 5}.items():  # fmt: skip
        with clock.travel(clock.now() - timedelta(days=days)):
            made[name] = certify.issue(
                world, scene.vendor, scene.scheme,
                world.user(Role.PARTNER_MEMBER, partnership=scene.company, name=f"Person {name}"),
            )  # fmt: skip
    certify.revoke(world, scene.vendor, made["revoked"])
    return made


def test_the_list_is_filtered_by_status_expiry_certification_and_company(
    world: World, scene: Scene, many: dict[str, CertificateRef]
) -> None:
    other = world.partnership(scene.vendor, "Contoso")
    second = certify.make_scheme(world, scene.vendor, name="Another")
    bob = certify.issue(
        world, scene.vendor, second, world.user(Role.PARTNER_MEMBER, partnership=other, name="Bob")
    )
    client = of(world, scene, Role.CHANNEL_MANAGER)
    expected = {
        "status=valid": {"valid", "bob"},
        "status=expiring": {"in 20 days", "in 50 days", "in 80 days"},
        "status=expired": {"expired"},
        "status=revoked": {"revoked"},
        "within=30": {"in 20 days"},
        "within=60": {"in 20 days", "in 50 days"},
        "within=90": {"in 20 days", "in 50 days", "in 80 days"},
        f"certification={second.public_id}": {"bob"},
        f"partner={other.public_id}": {"bob"},
        "search=bob": {"bob"},
        f"search={bob.number}": {"bob"},
        "search=contoso": {"bob"},
        "status=nonsense&within=7&partner=x&sort=nothing": {*many, "bob"},
    }
    known = {**many, "bob": bob}
    for query, names in expected.items():
        assert set(numbers(client.get(f"{LIST}?{query}").text)) == {known[name].number for name in names}, (
            query
        )
    soonest = numbers(client.get(f"{LIST}?within=90&sort=expires").text)
    assert soonest == [many[f"in {n} days"].number for n in (20, 50, 80)]
    page = client.get(LIST).text
    found = re.findall(r"Expires within (\d+) days</dt>\s*<dd[^>]*><a[^>]*>(\d+)</a>", page)
    assert found == [("30", "1"), ("60", "2"), ("90", "3")]


def test_the_list_is_exported_as_it_is_filtered(
    world: World, scene: Scene, many: dict[str, CertificateRef]
) -> None:
    world.client()
    client = of(world, scene, Role.PARTNER_ADMIN)
    answer = client.get(f"{LIST}?format=csv&status=expiring&sort=expires")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["Person"] for row in rows] == ["Person in 20 days", "Person in 50 days", "Person in 80 days"]
    assert {row["Status"] for row in rows} == {"Expires soon"} and rows[0]["Company"] == "Northwind"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")


def test_pages_cost_the_same_number_of_queries_with_twice_the_rows(world: World, scene: Scene) -> None:
    manager = world.user(Role.CHANNEL_MANAGER, vendor=scene.vendor)
    admin = world.user(Role.VENDOR_ADMIN, vendor=scene.vendor)
    owner = world.user(Role.PARTNER_ADMIN, partnership=scene.company)
    schemes = f"{LIST}schemes"
    pages = [(manager, LIST), (owner, LIST), (admin, schemes), (admin, f"{schemes}/{scene.scheme.public_id}"),
             (manager, f"{LIST}issue"), (scene.member, LIST)]  # fmt: skip

    def grow(n: int) -> None:
        for number in range(n):
            course = make.make_course(world, scene.vendor, f"Course {clock.now()} {number}", has_quiz=False)
            scheme = certify.make_scheme(world, scene.vendor, course, name=f"Scheme {clock.now()} {number}")
            company = world.partnership(scene.vendor, f"Company {clock.now()} {number}")
            user = world.user(Role.PARTNER_MEMBER, partnership=company)
            certify.issue(world, scene.vendor, scheme, user)
            make.complete(world, scene.vendor, scene.member, course)

    grow(2)
    few = [count_queries(world, user, path) for user, path in pages]
    grow(3)
    assert [count_queries(world, user, path) for user, path in pages] == few
    assert max(few) < 40, few


def count_queries(world: World, user: UserRef, path: str) -> int:
    client = world.client(user)
    with counted(world.app) as statements:
        assert client.get(path).status_code == 200
    return len(statements)


# -- revoking ----------------------------------------------------------------------------------


def test_revoking_needs_a_reason_and_happens_once(world: World, scene: Scene, made: CertificateRef) -> None:
    client = of(world, scene, Role.CHANNEL_MANAGER)
    address = f"{LIST}{made.public_id}/revoke"
    assert "cannot be undone" in client.get(address).text
    for reason in ("", "  ", "\x00"):
        assert client.post(address, data={"reason": reason}).status_code == 422
    assert client.post(address, data={"reason": "x" * 501}).status_code == 422
    assert client.post(address, data={"reason": "Left the company"}).status_code == 302
    again = client.post(address, data={"reason": "Second thoughts"})
    assert again.status_code == 409 and "revoked already" in again.text and "Second thoughts" in again.text
    with world.acting(scene.vendor):
        certificate = db.session.get_one(Certificate, made.id)
        assert certificate.revoke_reason == "Left the company" and certificate.revoked_by_id is not None


def test_a_lapsed_certificate_says_so_before_its_file_comes(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    client = world.client(scene.member)
    address = f"{LIST}{made.public_id}/files/a4"
    valid = client.get(address).data
    assert valid.startswith(b"%PDF")
    certify.revoke(world, scene.vendor, made)
    page = client.get(address)
    assert page.mimetype == "text/html" and "Revoked on" in page.text
    (anyway,) = re.findall(r'href="([^"]*despite=revoked)"', page.text)
    assert client.get(anyway).data == valid  # the file itself never changes
    assert client.get(f"{address}?despite=expired").mimetype == "text/html"
    with clock.travel(datetime(2035, 1, 1, tzinfo=UTC)):  # revoked stays revoked, expired or not
        assert "Revoked" in world.client(scene.member).get(f"{LIST}{made.public_id}").text


def test_an_expired_one_too(world: World, scene: Scene) -> None:
    with clock.travel(datetime(2024, 2, 1, tzinfo=UTC)):
        made = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    client = world.client(scene.member)
    page = client.get(f"{LIST}{made.public_id}/files/a4").text
    assert "its last valid day was January 31, 2026" in page
    assert client.get(f"{LIST}{made.public_id}/files/a4?despite=expired").data.startswith(b"%PDF")
    assert "Expired" in client.get(LIST).text


def test_the_navigation_tells_certificates_from_certifications(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    client = of(world, scene, Role.VENDOR_ADMIN)
    for path, entry in (
        (f"schemes/{scene.scheme.public_id}", "schemes"),
        ("schemes/new", "schemes"),
        (str(made.public_id), ""),
        ("issue", ""),
    ):
        page = client.get(LIST + path).text
        assert re.findall(r'href="/acme/certification/(\w*)" aria-current="page"', page) == [entry], path
