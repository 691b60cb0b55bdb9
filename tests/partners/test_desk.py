"""Notes, tasks, contacts and documents of a partner."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.extensions import db
from prm.infra import clock
from prm.partners.models import (
    PartnershipContact,
    PartnershipDocument,
    PartnershipNote,
    PartnershipTask,
)
from prm.permissions import Role
from tests.factories import PartnershipRef, UserRef, VendorRef, World


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def north(world: World, acme: VendorRef) -> PartnershipRef:
    return world.partnership(acme, "Northwind", region="West")


@pytest.fixture
def manager(world: World, acme: VendorRef) -> UserRef:
    return world.user(Role.CHANNEL_MANAGER, vendor=acme, name="Marta Ruiz")


@pytest.fixture
def client(world: World, manager: UserRef) -> FlaskClient:
    return world.client(manager)


def url(ref: PartnershipRef, what: str) -> str:
    return f"/acme/partners/{ref.public_id}/{what}"


def day(days: int) -> str:
    return (clock.today("UTC") + timedelta(days=days)).isoformat()


def task(manager: UserRef, **changes: str) -> dict[str, str]:
    return {"title": "Call them", "owner": str(manager.public_id), "due_on": day(2), **changes}


def test_notes_are_kept_and_removed(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    assert client.post(url(north, "notes"), data={"body": "Likes <b>mail</b>"}).status_code == 303
    page = client.get(url(north, "desk")).text
    assert "Likes &lt;b&gt;mail" in page and "Marta Ruiz" in page
    refused = client.post(url(north, "notes"), data={"body": " "})
    assert refused.status_code == 422
    with world.acting(acme):
        note_id = db.session.scalars(select(PartnershipNote.public_id)).one()
    remove = f"/acme/partners/notes/{note_id}/remove"
    assert "Likes" in client.get(remove).text
    assert client.post(remove).status_code == 303
    assert client.post(remove).status_code == 404


def test_a_task_stands_on_its_owners_home_until_it_is_done(
    world: World, acme: VendorRef, north: PartnershipRef, manager: UserRef, client: FlaskClient
) -> None:
    other = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme))
    other.post(url(north, "tasks"), data=task(manager))
    assert "Call them" in client.get("/acme/").text and "Call them" not in other.get("/acme/").text
    with clock.travel(clock.now() + timedelta(days=3)):
        later = world.client(manager)
        assert "Overdue since" in later.get("/acme/").text
        assert "Call them" in later.get("/acme/partners/tasks?state=overdue&owner=me").text
    with world.acting(acme):
        task_id = db.session.scalars(select(PartnershipTask.public_id)).one()
    assert client.post(f"/acme/partners/tasks/{task_id}/finish", data={"done": "1"}).status_code == 303
    assert "Call them" not in client.get("/acme/").text
    assert "Call them" in client.get("/acme/partners/tasks?state=done").text
    client.post(f"/acme/partners/tasks/{task_id}/finish", data={"done": "0"})
    assert "Call them" in client.get("/acme/").text


def test_only_who_reaches_the_partner_is_given_a_task(
    world: World, acme: VendorRef, north: PartnershipRef, manager: UserRef, client: FlaskClient
) -> None:
    east = world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("East",))
    author = world.user(Role.CONTENT_AUTHOR, vendor=acme)
    for somebody in (east, author):
        data = task(manager, owner=str(somebody.public_id), title="Kept as typed")
        answer = client.post(url(north, "tasks"), data=data)
        assert answer.status_code == 422 and "Kept as typed" in answer.text
    for changes in ({"title": ""}, {"due_on": "soon"}):
        assert client.post(url(north, "tasks"), data=task(manager, **changes)).status_code == 422
    assert world.client(east).get(url(north, "desk")).status_code == 404


def test_contacts_are_kept_and_removed(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    data = {"name": "Carla Contact", "function": "Buying", "email": "carla@north.example", "phone": "+49 1"}
    assert client.post(url(north, "contacts"), data={**data, "email": "nobody"}).status_code == 422
    assert client.post(url(north, "contacts"), data=data).status_code == 303
    assert "carla@north.example" in client.get(url(north, "desk")).text
    with world.acting(acme):
        contact_id = db.session.scalars(select(PartnershipContact.public_id)).one()
    assert client.post(f"/acme/partners/contacts/{contact_id}/remove").status_code == 303
    assert "carla@north.example" not in client.get(url(north, "desk")).text


def test_the_partner_sees_nothing_of_the_desk(
    world: World, north: PartnershipRef, client: FlaskClient
) -> None:
    client.post(url(north, "notes"), data={"body": "Slow to pay"})
    partner = world.client(world.user(Role.PARTNER_ADMIN, partnership=north))
    assert partner.get(url(north, "desk")).status_code == 403
    assert "Slow to pay" not in partner.get(f"/acme/partners/{north.public_id}").text


def document(name: str = "contract.pdf", content: bytes = b"%PDF-1.7 x", **changes: str) -> dict[str, object]:
    return {
        "title": "Contract 2026", "kind": "contract", "valid_until": "",
        "file": (io.BytesIO(content), name), **changes,
    }  # fmt: skip


def test_both_sides_keep_documents(
    world: World, acme: VendorRef, north: PartnershipRef, client: FlaskClient
) -> None:
    partner = world.client(world.user(Role.PARTNER_ADMIN, partnership=north))
    stranger = world.client(world.user(Role.PARTNER_ADMIN, partnership=world.partnership(acme, "South")))
    assert client.post(url(north, "documents"), data=document()).status_code == 303
    sent = document("proof.txt", b"<script>", title="Insurance", kind="insurance", valid_until=day(-1))
    assert partner.post(url(north, "documents"), data=sent).status_code == 303
    soon = document("tax.txt", b"tax", title="Tax", kind="tax", valid_until=day(5))
    partner.post(url(north, "documents"), data=soon)
    page = client.get(url(north, "documents")).text
    assert "Insurance" in page and "Expired" in page and "Expires soon" in page
    with world.acting(acme):
        ids = {d.title: d.public_id for d in db.session.scalars(select(PartnershipDocument))}
    file = partner.get(f"/acme/partners/documents/{ids['Insurance']}/file")
    assert file.data == b"<script>" and file.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert stranger.get(f"/acme/partners/documents/{ids['Insurance']}/file").status_code == 404
    assert partner.post(f"/acme/partners/documents/{ids['Contract 2026']}/remove").status_code == 403
    assert partner.post(f"/acme/partners/documents/{ids['Insurance']}/remove").status_code == 303
    assert client.post(f"/acme/partners/documents/{ids['Contract 2026']}/remove").status_code == 303
    assert "Contract 2026" not in client.get(url(north, "documents")).text


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (document(content=b""), "not empty"),
        (document("page.html", b"<html>"), "not offered"),
        (document(content=b"no pdf"), "not what its ending"),
        (document(title=""), "Enter a title"),
        (document(kind="nonsense"), "Not a valid choice"),
    ],
)
def test_what_is_no_document_is_refused(
    north: PartnershipRef, client: FlaskClient, sent: dict[str, object], message: str
) -> None:
    answer = client.post(url(north, "documents"), data=sent)
    assert answer.status_code == 422 and message in answer.text
