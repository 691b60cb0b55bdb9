"""The list of products, entering and changing one, aliases on its page."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from prm.permissions import Role
from tests.factories import VendorRef, World
from tests.factories.revenue import import_rows
from tests.imports.dumps import dump
from tests.imports.test_rows import deals


@pytest.fixture
def vendor(world: World) -> VendorRef:
    return world.vendor("acme")


@pytest.fixture
def admin(world: World, vendor: VendorRef) -> FlaskClient:
    return world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor))


def test_a_product_is_entered_changed_and_called_by_another_name(
    world: World, vendor: VendorRef, admin: FlaskClient
) -> None:
    world.partnership(vendor, "Northwind")
    deals(world, vendor, {"product": "Rokcet"}, {"external_id": "D-2"})
    answer = admin.post(
        "/acme/products/new", data={"name": "Rocket", "price": "1,234.50"}, follow_redirects=True
    )
    assert "$1,234.50" in answer.text
    [product] = dump(world, vendor)["product"]
    assert [deal["product_id"] for deal in dump(world, vendor)["deal"]] == [None, 1]
    url = f"/acme/products/{product['public_id']}"
    assert 'value="1234.50"' in admin.get(url).text
    answer = admin.post(f"{url}/aliases", data={"value": "Rokcet"}, follow_redirects=True)
    assert "The alias is set" in answer.text
    assert [deal["product_id"] for deal in dump(world, vendor)["deal"]] == [1, 1]
    remove = re.search(r'action="(/acme/products/aliases/[0-9a-f-]+/remove)"', answer.text)
    assert remove is not None
    admin.post(remove[1])
    assert [deal["product_id"] for deal in dump(world, vendor)["deal"]] == [None, 1]
    answer = admin.post(url, data={"name": "Rocket II", "price": ""}, follow_redirects=True)
    assert "Rocket II" in answer.text
    assert [row["value"] for row in dump(world, vendor)["product_alias"]] == ["Rocket"]


@pytest.mark.parametrize(
    ("name", "price", "said"),
    [
        ("", "5", "Enter a name."),
        ("   ", "5", "A product needs a name"),
        ("rocket", "5", "There is a product “rocket” already."),
        ("Rokcet", "5", "is an alias of another product"),
        ("New", "five", "This is not an amount of money."),
        ("New", "-5", "A price is not negative."),
        ("New", "1.005", "decimals"),
        ("New", "9" * 30, "larger than can be recorded"),
        ("x" * 201, "5", "longer than 200"),
    ],
)
def test_what_cannot_be_is_said_and_stays_typed(
    world: World, vendor: VendorRef, admin: FlaskClient, name: str, price: str, said: str
) -> None:
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "1"}])
    url = f"/acme/products/{dump(world, vendor)['product'][0]['public_id']}"
    admin.post(f"{url}/aliases", data={"value": "Rokcet"})
    answer = admin.post("/acme/products/new", data={"name": name, "price": price})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{price}"' in answer.text
    assert len(dump(world, vendor)["product"]) == 1
    wrong = admin.post(f"{url}/aliases", data={"value": "rocket"})
    assert wrong.status_code == 422
    assert "it needs no alias" in wrong.text


def test_partners_see_prices_and_change_nothing(world: World, vendor: VendorRef) -> None:
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "99"}])
    url = f"/acme/products/{dump(world, vendor)['product'][0]['public_id']}"
    member = world.client(world.user(Role.PARTNER_MEMBER, partnership=world.partnership(vendor)))
    page = member.get("/acme/products/").text
    assert "$99.00" in page
    assert "Enter a product" not in page
    assert "Also called" not in page
    for path in (url, "/acme/products/new", f"{url}/aliases"):
        assert member.post(path, data={"name": "X"}).status_code == 403


def test_prices_are_typed_as_the_person_writes_numbers(world: World, vendor: VendorRef) -> None:
    german = world.client(world.user(Role.VENDOR_ADMIN, vendor=vendor, locale="de"))
    german.post("/acme/products/new", data={"name": "Rakete", "price": "1.234,50"})
    [product] = dump(world, vendor)["product"]
    assert product["price_minor"] == 123450
    assert 'value="1234,50"' in german.get(f"/acme/products/{product['public_id']}").text


def test_another_vendors_product_does_not_exist(world: World, vendor: VendorRef, admin: FlaskClient) -> None:
    other = world.vendor("globex")
    import_rows(world, other, "products", [{"name": "Rocket", "price": "1"}])
    foreign = dump(world, other)["product"][0]["public_id"]
    assert admin.get(f"/acme/products/{foreign}").status_code == 404
    assert admin.post(f"/acme/products/{foreign}/aliases", data={"value": "x"}).status_code == 404


def test_a_price_holds_from_its_day_on(world: World, vendor: VendorRef, admin: FlaskClient) -> None:
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "100"}])
    [product] = dump(world, vendor)["product"]
    url = f"/acme/products/{product['public_id']}"
    for day, amount in (("2020-01-01", "110"), ("2021-01-01", "1,120.50"), ("2199-01-01", "130")):
        answer = admin.post(f"{url}/prices", data={"valid_from": day, "amount": amount, "currency": "usd"})
        assert answer.status_code == 302, answer.text
    page = admin.get(url).text
    assert "List price today: $1,120.50" in page
    assert [page.count(f">{state}<") for state in ("In force", "To come", "Former")] == [1, 1, 1]
    assert "$1,120.50" in admin.get("/acme/products/").text
    removal = re.findall(r'action="(/acme/products/prices/[0-9a-f-]+/remove)"', page)
    assert len(removal) == 3
    admin.post(removal[1])
    assert "List price today: $110.00" in admin.get(url).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"valid_from": "someday"}, "Not a valid date value."),
        ({"valid_from": "0001-01-01"}, "The year is not between"),
        ({"amount": "viel"}, "This is not an amount of money."),
        ({"amount": "-1"}, "A price is not negative."),
        ({"currency": "XQZ"}, "is not a currency code"),
    ],
)
def test_a_price_that_is_none_is_refused_and_stays_typed(
    world: World, vendor: VendorRef, admin: FlaskClient, changed: dict[str, str], said: str
) -> None:
    import_rows(world, vendor, "products", [{"name": "Rocket"}])
    [product] = dump(world, vendor)["product"]
    form = {"valid_from": "2024-01-31", "amount": "12.25", "currency": "USD"} | changed
    answer = admin.post(f"/acme/products/{product['public_id']}/prices", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{form["amount"]}"' in answer.text


def test_what_is_no_longer_offered_is_hidden_from_partners_and_keeps_its_orders(
    world: World, vendor: VendorRef, admin: FlaskClient
) -> None:
    north = world.partnership(vendor, "Northwind")
    import_rows(world, vendor, "products", [{"name": "Rocket"}, {"name": "Sledge"}])
    deals(world, vendor, {"product": "Rocket"})
    product = dump(world, vendor)["product"][0]
    admin.post(f"/acme/products/{product['public_id']}/active", data={"active": "no"})
    partner = world.client(world.user(Role.PARTNER_ADMIN, partnership=north))
    assert "Rocket" not in partner.get("/acme/products/").text
    assert "Sledge" in partner.get("/acme/products/").text
    assert "No longer offered" in admin.get("/acme/products/?active=no").text
    assert "Sledge" not in admin.get("/acme/products/?active=no").text
    assert dump(world, vendor)["deal"][0]["product_id"] == product["id"]
    admin.post(f"/acme/products/{product['public_id']}/active", data={"active": "yes"})
    assert "Rocket" in partner.get("/acme/products/").text


def test_an_alias_says_what_it_resolves(world: World, vendor: VendorRef, admin: FlaskClient) -> None:
    world.partnership(vendor, "Northwind")
    import_rows(world, vendor, "products", [{"name": "Rocket"}])
    deals(world, vendor, {"product": "Rokcet"}, {"external_id": "D-2", "product": "ROKCET"})
    [product] = dump(world, vendor)["product"]
    url = f"/acme/products/{product['public_id']}"
    page = admin.post(f"{url}/aliases", data={"value": "Rokcet"}, follow_redirects=True).text
    assert re.search(r"Rokcet</t[hd]>\s*<td[^>]*>2</td>", page)


def test_a_stale_page_does_not_take_another_change_back(
    world: World, vendor: VendorRef, admin: FlaskClient
) -> None:
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "90"}])
    url = f"/acme/products/{dump(world, vendor)['product'][0]['public_id']}"

    def revision(page: str) -> str:
        found = re.search(r'name="revision"[^>]*value="([0-9a-f]+)"', page)
        assert found is not None
        return found[1]

    stale = {"name": "Rocket", "price": "90", "revision": revision(admin.get(url).text)}
    import_rows(world, vendor, "products", [{"name": "Rocket", "price": "100"}])
    assert admin.post(url, data={**stale, "name": "Rocket II"}).status_code == 409
    stale = {"name": "Rocket", "price": "100", "revision": revision(admin.get(url).text)}
    assert admin.post(url, data={**stale, "price": "120"}).status_code == 302
    late = admin.post(url, data={**stale, "name": "Rocket II"})
    assert late.status_code == 409
    assert "changed while you were writing" in late.text and "$120.00" in late.text
    assert 'value="Rocket II"' in late.text
    [product] = dump(world, vendor)["product"]
    assert (product["name"], product["price_minor"]) == ("Rocket", 12000)
    over = {"name": "Rocket II", "price": "120", "revision": revision(late.text)}
    assert admin.post(url, data=over).status_code == 302
