"""Many certificates as one ZIP: who gets what, what is left out, and what it costs."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from prm.certification.views import overview
from prm.permissions import Role
from tests.certification.clients import LIST
from tests.certification.conftest import Scene
from tests.counting import counted
from tests.factories import UserRef, World
from tests.factories import certification as certify


@pytest.fixture
def owner(world: World, scene: Scene) -> UserRef:
    return world.user(Role.PARTNER_ADMIN, partnership=scene.company)


def packed(world: World, user: UserRef, query: str = "") -> dict[str, bytes]:
    answer = world.client(user).get(f"{LIST}?format=zip{query}")
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    assert 'filename="certificates-' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def listed(files: dict[str, bytes]) -> dict[str, tuple[str, str]]:
    """Status and file by number, as the list in the ZIP tells them."""
    rows = csv.DictReader(io.StringIO(files["certificates.csv"].decode("utf-8-sig")))
    return {row["Number"]: (row["Status"], row["File"]) for row in rows}


def test_it_holds_the_issued_files_of_those_that_count_and_lists_all(
    world: World, scene: Scene, owner: UserRef
) -> None:
    colleague = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name="山田太郎")
    made = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    other = certify.issue(world, scene.vendor, scene.scheme, colleague)
    elsewhere = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(scene.vendor, "Elsewhere"))
    foreign = certify.issue(world, scene.vendor, scene.scheme, elsewhere)
    certify.revoke(world, scene.vendor, other)
    page = world.client(owner).get(LIST).text
    assert "format=zip" in page
    files = packed(world, owner)
    name = f"{made.number}.pdf"
    assert set(files) == {name, "certificates.csv"}
    assert files[name] == world.client(scene.member).get(f"{LIST}{made.public_id}/files/a4").data
    assert listed(files) == {made.number: ("Valid", name), other.number: ("Revoked", "")}
    assert listed(packed(world, owner, "&search=太郎")) == {other.number: ("Revoked", "")}
    manager = world.user(Role.CHANNEL_MANAGER, vendor=scene.vendor)
    assert set(packed(world, manager)) == {name, f"{foreign.number}.pdf", "certificates.csv"}


def test_more_than_fit_are_refused_with_what_to_do(
    world: World, scene: Scene, owner: UserRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "MOST_PACKED", 1)
    certify.issue(world, scene.vendor, scene.scheme, scene.member)
    assert packed(world, owner)
    certify.issue(
        world, scene.vendor, scene.scheme, world.user(Role.PARTNER_MEMBER, partnership=scene.company)
    )
    answer = world.client(owner).get(f"{LIST}?format=zip")
    assert answer.status_code == 422
    assert "These are 2 certificates, and one ZIP holds 1." in answer.text
    assert "with the search" in answer.text


def test_who_sees_only_their_own_gets_the_page(world: World, scene: Scene) -> None:
    certify.issue(world, scene.vendor, scene.scheme, scene.member)
    answer = world.client(scene.member).get(f"{LIST}?format=zip")
    assert answer.mimetype == "text/html" and "PDF files" not in answer.text


def test_twice_the_certificates_cost_no_more_queries(world: World, scene: Scene, owner: UserRef) -> None:
    def queries(more: int) -> int:
        for _ in range(more):
            person = world.user(Role.PARTNER_MEMBER, partnership=scene.company)
            certify.issue(world, scene.vendor, scene.scheme, person)
        client = world.client(owner)
        client.get(LIST)
        with counted(world.app) as asked:
            assert client.get(f"{LIST}?format=zip").status_code == 200
        return len(asked)

    assert queries(2) == queries(2)
