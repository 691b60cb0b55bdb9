"""Issuing certificates and keeping schemes by form."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from prm.certification.models import Certificate
from prm.extensions import db
from prm.permissions import Role
from tests.certification.clients import LIST, of, without_noise
from tests.certification.conftest import Scene
from tests.factories import World
from tests.factories import certification as certify
from tests.factories import training as make


def test_a_certificate_is_issued_by_form(world: World, scene: Scene) -> None:
    client = of(world, scene, Role.CHANNEL_MANAGER)
    form = {
        "certification": str(scene.scheme.public_id),
        "email": scene.member.email.upper(),
        "reason": "Showed it on site",
    }
    answer = client.post(f"{LIST}issue", data=form)
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "Showed it on site" in page and "is issued" in page
    again = client.post(f"{LIST}issue", data=form)
    assert again.status_code == 409 and "already holds" in again.text and "Showed it on site" in again.text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "nobody@example.com"}, "Nobody with this address"),
        ({"email": "\x00"}, "Nobody with this address"),
        ({"email": ""}, "Enter the person"),
        ({"reason": ""}, "Give a reason"),
        ({"certification": "x"}, "Not a valid choice"),
        ({"certification": str(uuid4())}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_issued_is_said_and_what_was_typed_stays(
    world: World, scene: Scene, changes: dict[str, str], message: str
) -> None:
    client = of(world, scene, Role.CHANNEL_MANAGER)
    form = {"certification": str(scene.scheme.public_id), "email": scene.member.email, "reason": "Typed"}
    answer = client.post(f"{LIST}issue", data={**form, **changes})
    assert answer.status_code == 422 and message in answer.text
    if "reason" not in changes:
        assert "Typed" in answer.text


def test_nobody_of_another_vendor_can_be_certified_or_found(world: World, scene: Scene) -> None:
    foreign = world.user(Role.PARTNER_MEMBER, partnership=world.partnership(world.vendor("globex")))
    client = of(world, scene, Role.VENDOR_ADMIN)
    assert foreign.email not in client.get(f"{LIST}issue").text
    form = {"certification": str(scene.scheme.public_id), "reason": "Probing"}
    answers = []
    for email in (foreign.email, "nobody-at-all@example.com"):
        answer = client.post(f"{LIST}issue", data={**form, "email": email})
        assert answer.status_code == 422
        answers.append(without_noise(answer.text).replace(email, ""))
    assert answers[0] == answers[1]


def test_a_scheme_is_made_changed_and_applied_by_form(world: World, scene: Scene) -> None:
    make.complete(world, scene.vendor, scene.member, scene.course)
    client = of(world, scene, Role.VENDOR_ADMIN)
    form = {
        "name": "Second", "summary": "More", "skill_level": "advanced", "validity_months": "12",
        "versions": [str(scene.course.version_public_id)], "is_active": "y",
    }  # fmt: skip
    answer = client.post(f"{LIST}schemes/new", data=form)
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "1 person qualifies" in page and 'value="12"' in page
    assert client.post(f"{answer.location}/apply").status_code == 303
    page = client.get(answer.location).text
    assert "qualifies" not in page
    assert "Second" in world.client(scene.member).get(LIST).text
    stale = re.search(r'name="revision"[^>]*value="(\d+)"', page)
    assert stale is not None
    changed = {**form, "name": "Renamed", "validity_months": "", "revision": stale[1]}
    assert client.post(answer.location, data=changed).status_code == 302
    late = client.post(answer.location, data={**changed, "name": "Too late"})
    assert late.status_code == 409 and "Too late" in late.text and "Somebody else changed" in late.text
    listed = client.get(f"{LIST}schemes").text
    assert "Renamed" in listed and "No end" in listed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "Nimbus Installer"}, "already a certification"),
        ({"validity_months": "0"}, "from 1 to 600"),
        ({"validity_months": "9" * 5000}, "Not a valid integer"),
        ({"validity_months": "a year"}, "Not a valid integer"),
        ({"skill_level": "guru"}, "Not a valid choice"),
        ({"versions": [str(uuid4())]}, "valid choice"),
    ],
)
def test_a_scheme_that_cannot_be_is_answered_with_what_was_typed(
    world: World, scene: Scene, changes: dict[str, object], message: str
) -> None:
    client = of(world, scene, Role.VENDOR_ADMIN)
    form = {"name": "Second", "summary": "Typed text", "skill_level": "expert", "validity_months": "12"}
    answer = client.post(f"{LIST}schemes/new", data={**form, **changes})
    assert answer.status_code == 422 and message in answer.text and "Typed text" in answer.text


def test_a_foreign_scheme_is_not_there(world: World, scene: Scene) -> None:
    other = world.vendor("globex")
    foreign = certify.make_scheme(world, other, name="Foreign")
    client = of(world, scene, Role.VENDOR_ADMIN)
    assert client.get(f"{LIST}schemes/{foreign.public_id}").status_code == 404
    assert client.post(f"{LIST}schemes/{foreign.public_id}/apply").status_code == 404
    assert "Foreign" not in client.get(f"{LIST}schemes").text
    with world.acting(other):
        assert db.session.scalars(select(Certificate)).all() == []
