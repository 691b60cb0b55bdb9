"""A certificate as a credential: strangers accept it, it says little, and it can be taken back."""

from __future__ import annotations

import copy
import io
import json
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from PIL import Image
from sqlalchemy import delete, select

from prm.access import system_actor
from prm.certification.credentials import status
from prm.certification.credentials.checking import Offline, check_offline
from prm.certification.credentials.issuing import find_credential, read_credential, withdraw_credentials
from prm.certification.credentials.models import BadgePicture, Credential
from prm.certification.credentials.trust import read_trust
from prm.certification.models import Certificate
from prm.extensions import db
from prm.infra import clock
from prm.infra.bitstrings import read_bit
from prm.infra.db import transaction
from prm.permissions import Role
from tests.certification.conftest import Scene
from tests.certification.specimens import download, judged_by_strangers
from tests.factories import World
from tests.factories import certification as certify
from tests.factories import training as make
from tests.factories.certification import CertificateRef


@pytest.fixture
def made(world: World, scene: Scene) -> CertificateRef:
    return certify.issue(world, scene.vendor, scene.scheme, scene.member, reason="CANARY-reason")


def test_the_reference_implementation_and_the_official_schema_accept_it(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    credential = download(world, scene, made).credential
    told = judged_by_strangers(world, scene, credential)
    assert told["verified"], told
    assert told["schemaFits"], told["schemaErrors"]
    assert isinstance(credential["proof"], list)
    # And they see every change, so that the test above says something.
    for path, value in (
        (("name",), "Another"),
        (("credentialSubject", "identifier", 0, "identityHash"), "Mallory"),
        (("validUntil",), "2099-01-01T00:00:00Z"),
        (("credentialStatus", "statusListIndex"), "1"),
    ):
        changed = copy.deepcopy(credential)
        place = changed
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value
        assert not judged_by_strangers(world, scene, changed)["verified"], path


def test_strangers_learn_of_a_revocation_from_the_status_list(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    credential = download(world, scene, made).credential
    before = judged_by_strangers(world, scene, credential)
    assert before["verified"] and [each["status"] for each in before["status"]["results"]] == [False]
    certify.revoke(world, scene.vendor, made)
    after = judged_by_strangers(world, scene, credential)
    assert [each["status"] for each in after["status"]["results"]] == [True]


def test_vendors_have_lists_of_their_own(world: World, scene: Scene, made: CertificateRef) -> None:
    """What one vendor revokes, or how many it has issued, says nothing of another's certificates."""
    other = world.vendor("other")
    company = world.partnership(other, "Elsewhere")
    scheme = certify.make_scheme(world, other, make.make_course(world, other))
    theirs = [
        certify.issue(world, other, scheme, world.user(Role.PARTNER_MEMBER, partnership=company))
        for _each in range(2)
    ]
    with world.acting(scene.vendor):
        ours = db.session.scalars(select(Credential).where(Credential.certificate_id == made.id)).one()
    with world.acting(other), transaction():
        # As if the same bit had been drawn, and as if the list had been full.
        of_theirs = select(Credential).where(Credential.vendor_id == other.id).order_by(Credential.id)
        same, last = db.session.scalars(of_theirs).all()
        same.list_index, last.list_number = ours.list_index, 2
    certify.revoke(world, other, theirs[0])
    with world.acting(other):
        assert (status.list_revoked(1), status.count_lists()) == ([ours.list_index], 2)
    with world.acting(scene.vendor):
        assert (status.list_revoked(1), status.count_lists()) == ([], 1)
        assert status.list_taken([status.Place(2, last.list_index)]) == set()
    published = json.loads(download(world, scene, made).status_list)["credentialSubject"]["encodedList"]
    assert not read_bit(published, ours.list_index)
    page = f"/issuers/%s/pictures/{credential_picture(world, scene, made)}"
    assert world.client().get(page % scene.vendor.public_id).status_code == 200
    assert world.client().get(page % other.public_id).status_code == 404


def credential_picture(world: World, scene: Scene, made: CertificateRef) -> str:
    """The file name under which the issuer serves the badge's picture."""
    address: str = download(world, scene, made).credential["credentialSubject"]["achievement"]["image"]["id"]
    return address.rpartition("/")[2]


def test_it_says_what_is_printed_and_nothing_else_of_the_person(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    text = download(world, scene, made).json.decode()
    for shown in ("Zoë Ångström", "Northwind", "Nimbus Installer", "Acme GmbH", made.number, made.code):
        assert shown in text
    for hidden in (scene.member.email, "CANARY", str(made.public_id), "score", "sha256$"):
        assert hidden not in text
    credential = json.loads(text)
    assert credential["validFrom"].endswith("Z") and credential["validUntil"].endswith("Z")
    with world.acting(scene.vendor):
        expires_on = db.session.get_one(Certificate, made.id).expires_on
    # The last valid day ends at midnight in Berlin, an hour or two before it does in UTC.
    assert expires_on is not None
    until = datetime.fromisoformat(credential["validUntil"])
    assert clock.to_zone(until, "Europe/Berlin").isoformat()[:19] == f"{expires_on}T23:59:59"


def test_evidence_names_courses_and_the_credential_of_a_permanent_one_has_no_end(
    world: World, scene: Scene
) -> None:
    scheme = certify.make_scheme(world, scene.vendor, scene.course, name="For good", validity_months=None)
    make.complete(world, scene.vendor, scene.member, scene.course)
    with world.acting(scene.vendor) as actor:
        row = db.session.scalars(select(Certificate).where(Certificate.certification_id == scheme.id)).one()
        document = json.loads(read_credential(actor, row).document or b"")
    assert "validUntil" not in document
    (evidence,) = document["evidence"]
    assert "version 1" in evidence["name"] and set(evidence) == {"id", "type", "name", "description"}


def test_the_same_bytes_come_again_and_both_papers_carry_them(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    first, second = download(world, scene, made), download(world, scene, made)
    assert first.by_kind() == second.by_kind()
    client = world.client(scene.member)
    client.post(f"/acme/certification/{made.public_id}/files", data={"paper": "letter"})
    with world.acting(scene.vendor):
        assert len(db.session.scalars(select(Credential)).all()) == 1


def test_badges_are_pictures_that_carry_the_credential(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    files = download(world, scene, made)
    with Image.open(io.BytesIO(files.png)) as picture:
        picture.load()
        assert picture.size == (960, 960)
        assert picture.text["openbadgecredential"].encode() == files.json
        assert picture.getpixel((480, 22))[:3] == picture.getpixel((90, 300))[:3]  # the vendor's colour
    root = ElementTree.fromstring(files.svg)
    assert (root[0].text or "").encode() == files.json
    words = "".join(root.itertext()).replace(root[0].text or "", "")
    assert "Nimbus Installer" in words and "Acme GmbH" in words and "Level 1 · Foundation" in words
    assert "Zoë" not in words and "Northwind" not in words
    # The picture alone is published, byte for byte, under the hash that the credential states.
    address = files.credential["credentialSubject"]["achievement"]["image"]["id"]
    answer = world.client().get(address.removeprefix("http://localhost"))
    assert answer.status_code == 200 and answer.mimetype == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    with world.acting(scene.vendor):
        assert db.session.scalars(select(BadgePicture.png)).one() == answer.data
    for wrong in ("0" * 64, "x" * 64):
        assert (
            world.client().get(f"/issuers/{scene.vendor.public_id}/pictures/{wrong}.png").status_code == 404
        )


def test_a_revoked_ones_badge_is_given_only_after_saying_so(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    certify.revoke(world, scene.vendor, made)
    client = world.client(scene.member)
    page = client.get(f"/acme/certification/{made.public_id}/credential.png")
    assert page.mimetype == "text/html" and "Download anyway" in page.text
    assert download(world, scene, made, despite="revoked").png.startswith(b"\x89PNG")


def test_bits_are_allotted_at_random_and_never_twice(
    world: World, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "FULL", 6)
    monkeypatch.setattr(status, "LENGTH", 12)
    for number in range(9):
        person = world.user(Role.PARTNER_MEMBER, partnership=scene.company, name=f"Person {number}")
        certify.issue(world, scene.vendor, scene.scheme, person)
    with world.acting(scene.vendor):
        rows = db.session.execute(
            select(Credential.list_number, Credential.list_index).order_by(Credential.id)
        ).all()
    assert len({tuple(row) for row in rows}) == 9
    assert [row[0] for row in rows] == [1] * 6 + [2] * 3
    indexes = [row[1] for row in rows[:6]]
    assert max(indexes) < 12


def test_a_renewal_leaves_the_older_ones_bit_alone(world: World, scene: Scene) -> None:
    with clock.travel(datetime(2025, 1, 10, 12, tzinfo=UTC)):
        first = certify.issue(world, scene.vendor, scene.scheme, scene.member)
    with clock.travel(datetime(2026, 12, 1, 12, tzinfo=UTC)):
        second = certify.issue(world, scene.vendor, scene.scheme, scene.member)
        with world.acting(scene.vendor):
            assert status.list_revoked(1) == []
        told = world.client().get(f"/verify/{first.code}.json?on=2026-11-30").json
        assert (told["status"], told["certificate_status"]) == ("valid", "superseded")
        assert told["renewed_by"] == second.number and told["on"]["status"] == "expiring"
        files = download(world, scene, first, despite="renewed")
        trust = read_trust([files.keys], [files.status_list])
        assert check_offline(files.json, trust, clock.now()).verdict is Offline.VALID


def test_after_an_erasure_the_old_copy_is_revoked_and_the_new_one_names_nobody(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    before = download(world, scene, made)
    with world.acting(scene.vendor), transaction():
        certificate = db.session.get_one(Certificate, made.id)
        certificate.facts = {
            **certificate.facts, "person": {**certificate.facts["person"], "name": "Former person"},
        }  # fmt: skip
        withdraw_credentials([made.id])
    after = download(world, scene, made)
    assert "Zoë" not in after.json.decode() and "Former person" in after.json.decode()
    encoded = json.loads(after.status_list)["credentialSubject"]["encodedList"]
    places = [int(each.credential["credentialStatus"]["statusListIndex"]) for each in (before, after)]
    assert places[0] != places[1]
    assert [read_bit(encoded, place) for place in places] == [True, False]
    with world.acting(scene.vendor):
        old, new = db.session.scalars(select(Credential).order_by(Credential.id)).all()
        assert old.document is None and new.document == after.json
        kept = find_credential(made.id)
        assert kept is not None and kept.id == new.id


def test_the_job_signs_it_before_anybody_asks(world: World, scene: Scene, made: CertificateRef) -> None:
    with world.acting(scene.vendor):
        row = find_credential(made.id)
        assert row is not None and row.document is not None
        actor = system_actor(scene.vendor.id)
        assert read_credential(actor, db.session.get_one(Certificate, made.id)).id == row.id


def test_who_asks_at_once_gets_the_same_credential(world: World, scene: Scene, made: CertificateRef) -> None:
    with world.acting(scene.vendor), transaction():
        db.session.execute(delete(Credential))

    def ask(_number: int) -> bytes | None:
        with world.acting(scene.vendor) as actor:
            return read_credential(actor, db.session.get_one(Certificate, made.id)).document

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(ask, range(16)))
    assert len(set(got)) == 1 and got[0]
    with world.acting(scene.vendor):
        assert len(db.session.scalars(select(Credential)).all()) == 1


def test_adding_it_to_linkedin_is_offered_to_the_holder_alone(
    world: World, scene: Scene, made: CertificateRef
) -> None:
    page = world.client(scene.member).get(f"/acme/certification/{made.public_id}").text
    assert (
        "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&amp;name=Nimbus+Installer" in page
    )
    assert f"certId={made.number}" in page and f"issueYear={clock.now().year}" in page
    manager = world.client(world.user(Role.CHANNEL_MANAGER, vendor=scene.vendor))
    assert "linkedin.com" not in manager.get(f"/acme/certification/{made.public_id}").text
