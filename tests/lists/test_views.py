"""Saved views: a list as one person likes to open it."""

from __future__ import annotations

import re

import pytest

from prm.extensions import db
from prm.lists.models import SavedView
from prm.lists.queries import settled_query
from prm.lists.services import MAX_VIEWS
from prm.permissions import Role
from tests.factories import VendorRef, World


@pytest.fixture
def vendor(world: World) -> VendorRef:
    vendor = world.vendor("acme")
    for number in range(3):
        world.partnership(vendor, f"Partner {number}")
    return vendor


def save(client, **form: str):
    return client.post(
        "/acme/lists/views",
        data={"endpoint": "partners.index", "name": "Mine", "query": "status=active", **form},
    )


def names(page: str) -> list[str]:
    menu = page.partition('id="table-views"')[2].partition("</div></div>")[0]
    return re.findall(r'<span class="menu-text">([^<]+)</span>', menu)


def test_a_view_is_saved_and_opens_the_list_as_it_was(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    answer = save(client, name="  Active   ones ", query="status=active&page=4&search=Partner 1&columns=name")
    assert answer.status_code == 303
    assert answer.location.endswith("/acme/partners/?columns=name&search=Partner+1&status=active")
    page = client.get(answer.location).text
    assert names(page) == ["Active ones"]
    assert re.search(r'href="[^"]*status=active" aria-current="true"', page)
    assert "Partner 1" in page and "Partner 2" not in page


def test_a_view_of_the_same_name_is_replaced(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    save(client)
    save(client, query="status=ended")
    page = client.get("/acme/partners/").text
    assert names(page) == ["Mine"]
    assert "/acme/partners/?status=ended" in page


def test_views_are_each_persons_own(world: World, vendor: VendorRef) -> None:
    first, second = (world.user(Role.CHANNEL_MANAGER, vendor=vendor) for _ in range(2))
    save(world.client(first))
    assert names(world.client(second).get("/acme/partners/").text) == []
    with world.acting(vendor):
        view_id = db.session.query(SavedView.public_id).scalar()
    path = f"/acme/lists/views/{view_id}/delete"
    assert world.client(second).post(path).status_code == 404
    assert world.client(first).post(path).location.endswith("/acme/partners/")
    assert names(world.client(first).get("/acme/partners/").text) == []


def test_a_list_that_shows_everything_is_no_view(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    answer = save(client, query="page=3&format=csv")
    assert answer.status_code == 422 and "filter or sort it first" in answer.text
    assert save(client, name=" ").status_code == 422
    assert save(client, query="search=" + "ä" * 1999).status_code == 422


@pytest.mark.parametrize("endpoint", ["", "nowhere", "partners.story", "accounts.sign_in", "lists.save_view"])
def test_only_a_list_of_the_vendor_has_views(world: World, vendor: VendorRef, endpoint: str) -> None:
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    assert save(client, endpoint=endpoint).status_code == 404


def test_no_view_of_a_list_that_the_person_may_not_open(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.EXECUTIVE, vendor=vendor))
    assert save(client, endpoint="journal.index").status_code == 404


def test_there_is_an_end_to_views(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    for number in range(MAX_VIEWS):
        assert save(client, name=f"View {number}").status_code == 303
    answer = save(client, name="One more")
    assert answer.status_code == 422 and "Delete one first" in answer.text
    assert save(client, name="View 7", query="status=ended").status_code == 303


def test_the_order_of_parameters_makes_no_other_view() -> None:
    assert settled_query("b=2&a=1&page=9&empty=&format=xlsx") == settled_query("a=1&b=2") == "a=1&b=2"


def test_columns_are_chosen_in_the_address_and_stay(world: World, vendor: VendorRef) -> None:
    client = world.client(world.user(Role.CHANNEL_MANAGER, vendor=vendor))
    page = client.get("/acme/partners/?columns=status&columns=region&columns=nonsense").text
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page)
    assert heads == ["Company", "Status", "Region"]  # what heads the row cannot be left out
    assert "columns=name,status,region" in page  # the links that sort keep the choice
    assert 'name="columns" value="name,status,region"' in page  # and so do the filters
    everything = client.get("/acme/partners/?columns=nonsense").text
    assert "Channel manager</" in everything or ">Channel manager" in everything
