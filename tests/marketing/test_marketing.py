"""The library, and what its use leaves behind."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from prm.extensions import db
from prm.infra import clock
from prm.marketing import queries
from prm.marketing.models import UsageEvent, UsageKind
from prm.permissions import Role
from tests.factories import UserRef, VendorRef, World
from tests.factories.marketing import AssetRef, make_asset, make_campaign, png


@pytest.fixture
def acme(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def member(world: World, acme: VendorRef) -> UserRef:
    return world.user(Role.PARTNER_MEMBER, partnership=world.partnership(acme))


def events(world: World, vendor: VendorRef) -> list[UsageKind]:
    with world.acting(vendor):
        return list(db.session.scalars(select(UsageEvent.kind).order_by(UsageEvent.id)))


def url(asset: AssetRef, rest: str = "") -> str:
    return f"/acme/marketing/{asset.public_id}{rest}"


def test_partners_see_what_is_published_and_not_withdrawn(
    world: World, acme: VendorRef, member: UserRef
) -> None:
    shown = make_asset(world, acme, "Shown")
    draft = make_asset(world, acme, "Hidden draft", is_published=False)
    client = world.client(member)
    page = client.get("/acme/marketing/").text
    assert "Shown" in page and "Hidden draft" not in page
    assert client.get(url(draft)).status_code == 404
    author = world.client(world.user(Role.CONTENT_AUTHOR, vendor=acme))
    assert "Hidden draft" in author.get("/acme/marketing/").text
    author.post(url(shown, "/withdraw"))
    assert client.get(url(shown)).status_code == 404
    assert client.get(url(shown, "/files/1")).status_code == 404


def test_a_view_counts_once_in_half_an_hour_and_every_download_counts(
    world: World, acme: VendorRef, member: UserRef
) -> None:
    asset, client = make_asset(world, acme), world.client(member)
    half_hours = int(clock.now().timestamp()) // 1800 + 1
    start = datetime.fromtimestamp(half_hours * 1800, UTC)
    with clock.freeze(start) as now:
        client.get(url(asset))
        client.get(url(asset))
        now.advance(minutes=29)
        client.get(url(asset))
        now.advance(minutes=1)
        client.get(url(asset))
        client.get(url(asset, "/files/1"))
        now.advance(timedelta(microseconds=1))
        client.get(url(asset, "/files/1"))
    assert events(world, acme) == [
        UsageKind.VIEWED, UsageKind.VIEWED, UsageKind.DOWNLOADED, UsageKind.DOWNLOADED,
    ]  # fmt: skip


def test_what_is_no_use_leaves_no_event(world: World, acme: VendorRef, member: UserRef) -> None:
    asset, client = make_asset(world, acme), world.client(member)
    client.head(url(asset))
    client.get(url(asset), headers={"Sec-Purpose": "prefetch"})
    client.get(url(asset, "/files/1"), headers={"Range": "bytes=0-3"})
    client.get(url(asset, "/thumbnail"))
    world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme)).get(url(asset))
    assert events(world, acme) == []


def test_files_are_attachments_in_a_sandbox(world: World, acme: VendorRef, member: UserRef) -> None:
    asset = make_asset(world, acme, file_name="../../x\r\nSet-Cookie: a=b.pdf")
    answer = world.client(member).get(url(asset, "/files/1"))
    assert answer.data == b"%PDF-1.7 a data sheet"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not set("/\r\n") & set(answer.headers["Content-Disposition"])


def author_client(world: World, acme: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.CONTENT_AUTHOR, vendor=acme))


def form(**changes: object) -> dict[str, object]:
    return {
        "title": "Flyer", "type": "brochure", "language": "de", "campaign": "", "description": "For fairs",
        "file": (io.BytesIO(png()), "flyer.png"), "publish": "1", **changes,
    }  # fmt: skip


def test_an_author_adds_and_publishes_an_asset(world: World, acme: VendorRef, member: UserRef) -> None:
    campaign = make_campaign(world, acme)
    answer = author_client(world, acme).post("/acme/marketing/new", data=form(campaign=str(campaign)))
    assert answer.status_code == 302
    client = world.client(member)
    page = client.get("/acme/marketing/?language=de&type=brochure&search=flyer").text
    assert "Flyer" in page and "Spring launch" in page
    assert "Flyer" not in client.get("/acme/marketing/?type=logo").text
    picture = client.get(answer.location + "/thumbnail")
    assert picture.mimetype == "image/png" and picture.data.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"file": (io.BytesIO(b"<script>"), "x.html")}, "not offered"),
        ({"file": (io.BytesIO(b"MZ not a pdf"), "x.pdf")}, "not what its ending"),
        ({"file": (io.BytesIO(b""), "x.pdf")}, "not empty"),
        ({"title": " "}, "Enter a title"),
        ({"thumbnail": (io.BytesIO(b"nonsense"), "x.png")}, "cannot be read"),
        ({"campaign": "018f0000-0000-7000-8000-000000000000"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_an_asset_is_said_and_nothing_typed_is_lost(
    world: World, acme: VendorRef, changes: dict[str, object], message: str
) -> None:
    answer = author_client(world, acme).post("/acme/marketing/new", data=form(**changes))
    assert answer.status_code == 422
    assert message in answer.text and "For fairs" in answer.text


def test_two_authors_of_one_asset_do_not_overwrite_each_other(world: World, acme: VendorRef) -> None:
    asset = make_asset(world, acme)
    one, two = author_client(world, acme), author_client(world, acme)
    typed = {"type": "logo", "language": "en", "campaign": "", "description": "", "revision": "2"}
    with world.acting(acme) as actor:
        typed["revision"] = str(queries.get_asset(actor, asset.public_id).revision)
    assert one.post(url(asset, "/edit"), data={**typed, "title": "First"}).status_code == 302
    late = two.post(url(asset, "/edit"), data={**typed, "title": "Second"})
    assert late.status_code == 409
    assert "Second" in late.text and "Somebody else changed" in late.text


def test_a_new_version_replaces_the_old_for_partners(world: World, acme: VendorRef, member: UserRef) -> None:
    asset = make_asset(world, acme)
    answer = author_client(world, acme).post(
        url(asset, "/versions"), data={"file": (io.BytesIO(b"%PDF-2.0 newer"), "new.pdf"), "note": "Prices"}
    )
    assert answer.status_code == 302
    client = world.client(member)
    assert client.get(url(asset, "/files/2")).data == b"%PDF-2.0 newer"
    assert client.get(url(asset, "/files/1")).status_code == 404


def test_use_is_counted_by_asset_and_by_partner_within_reach(world: World, acme: VendorRef) -> None:
    west = world.partnership(acme, "Northwind", region="West")
    east = world.partnership(acme, "Southwind", region="East")
    asset = make_asset(world, acme, "=Sheet")
    for partnership in (west, west, east):
        person = world.user(Role.PARTNER_MEMBER, partnership=partnership)
        world.client(person).get(url(asset, "/files/1"))
    everything = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme))
    of_west = world.client(world.user(Role.CHANNEL_MANAGER, vendor=acme, region_names=("West",)))
    export = everything.get("/acme/marketing/usage?days=all&format=csv&by=asset").text
    assert "'=Sheet,0,3,2," in export
    by_partner = everything.get("/acme/marketing/usage?format=csv&by=partner").text
    assert "Name,Views,Downloads,Uses,Last used" in by_partner
    assert "Northwind,0,2,2," in by_partner and f"Southwind,0,1,1,{clock.today('UTC')}" in by_partner
    narrowed = of_west.get("/acme/marketing/usage").text
    assert "Northwind" in narrowed and "Southwind" not in narrowed
    assert "'=Sheet,0,2,1," in of_west.get("/acme/marketing/usage?days=all&format=csv&by=asset").text
