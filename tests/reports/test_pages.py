"""Pages of reports, as their readers open them."""

from __future__ import annotations

from flask.testing import FlaskClient

from prm.permissions import Role
from tests.factories import World
from tests.factories.attribution import Sales, random_world

PAGES = ("revenue", "attribution", "breakdown", "credits", "revenue.pdf", "revenue.xlsx")


def reader(world: World, sales: Sales, role: Role = Role.EXECUTIVE) -> FlaskClient:
    return world.client(world.user(role, vendor=sales.vendor))


def test_every_report_opens_with_data(world: World) -> None:
    sales = random_world(world, 1, "Europe/Berlin").sales
    client = reader(world, sales)
    for path in (
        "revenue", "revenue?period=last_year", "revenue?period=custom&from=2017-04-01&to=2017-06-30",
        "attribution", "attribution?by=asset&model=first", "attribution?by=course", "attribution?by=partner",
        "breakdown?by=quarter", "breakdown?by=partner", "breakdown?by=region", "breakdown?by=product",
        "credits?row=unattributed", "credits?by=asset&row=training", "revenue.pdf", "revenue.xlsx",
    ):  # fmt: skip
        answer = client.get(f"/{sales.vendor.slug}/reports/{path}")
        assert answer.status_code == 200, (path, answer.text[:2000])
