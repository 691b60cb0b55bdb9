"""What a large channel sold: 36 months of deals and orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from prm.customers.models import Customer
from prm.deals.models import Deal, DealStage
from prm.demo.content import LUMEN
from prm.demo.skew import Picker, company_names, days_of_sales, moment_between, public_id
from prm.infra.bulk import insert_rows, next_key
from prm.infra.names import fold_name
from prm.products.models import Product
from prm.revenue.models import Order

if TYPE_CHECKING:
    from prm.demo.scale import Place, ScaleWorld

SOURCE = "crm"
ORDERS, DEALS = 20, 4  # per partnership


def make_sales(scale: ScaleWorld) -> None:
    """Products, customers, deals and orders of a channel."""
    rng, vendor = scale.rng, scale.vendor
    products = _products(scale)
    customers = _customers(scale)
    days, day_weights = days_of_sales(scale.start.date(), scale.now.date())
    who = Picker(rng, [p.weight for p in scale.places])
    when = Picker(rng, day_weights)
    first_deal, first_order = next_key(Deal), next_key(Order)

    def drawn(total: int) -> Iterator[tuple[int, Place, date, Any, Any, int]]:
        for number, (position, day) in enumerate(zip(who.pick(total), when.pick(total), strict=True)):
            place, on = scale.places[position], days[day]
            if not place.joined.date() <= on <= place.last_active.date():
                on = moment_between(rng, place.joined, place.last_active).date()
            product = rng.choice(products)
            amount = round(product[2] * rng.randint(1, 4) * rng.lognormvariate(0, 0.7))
            yield number, place, on, product, rng.choice(customers), max(100, amount)

    shared = {"vendor_id": vendor.id, "currency": vendor.currency, "source_system": SOURCE}

    def deals() -> Iterator[dict[str, Any]]:
        stages = (DealStage.WON, DealStage.LOST, DealStage.SUBMITTED, DealStage.APPROVED)
        picked = Picker(rng, (55, 30, 10, 5)).pick(total_deals)
        for number, place, on, product, customer, amount in drawn(total_deals):
            at = datetime(on.year, on.month, on.day, 12, tzinfo=scale.now.tzinfo)
            is_closed = picked[number] < 2
            yield {
                **shared,
                "id": first_deal + number,
                "public_id": public_id(rng, at),
                "partnership_id": place.id,
                "customer_id": customer[0],
                "customer_name": customer[1],
                "product_id": product[0],
                "product_name": product[1],
                "stage": stages[picked[number]],
                "amount_minor": amount,
                "registered_on": on - timedelta(days=rng.randint(5, 60)),
                "closed_on": on if is_closed else None,
                "received_at": at,
                "external_id": f"D-{number:07}",
            }

    def orders() -> Iterator[dict[str, Any]]:
        for number, place, on, product, customer, amount in drawn(total_orders):
            at = datetime(on.year, on.month, on.day, 12, tzinfo=scale.now.tzinfo)
            yield {
                **shared,
                "id": first_order + number,
                "public_id": public_id(rng, at),
                "partnership_id": place.id,
                "customer_id": customer[0],
                "customer_name": customer[1],
                "product_id": product[0],
                "product_name": product[1],
                "ordered_on": on,
                "amount_minor": -amount if rng.random() < 0.015 else amount,
                "is_derived": False,
                "received_at": at,
                "external_id": f"O-{number:07}",
            }

    total_deals = scale.count * DEALS
    total_orders = scale.count * ORDERS
    scale.insert("deals", Deal, deals(), total_deals, (0.76, 0.81))
    scale.insert("orders", Order, orders(), total_orders, (0.81, 0.99))


def _products(scale: ScaleWorld) -> list[tuple[int, str, int]]:
    first = next_key(Product)
    made = [(first + n, name, int(price) * 100) for n, (name, price) in enumerate(LUMEN.products)]
    insert_rows(
        Product,
        [
            {
                "id": i,
                "public_id": public_id(scale.rng, scale.start),
                "vendor_id": scale.vendor.id,
                "name": name,
                "name_folded": fold_name(name),
                "price_minor": price,
                "currency": scale.vendor.currency,
                "created_at": scale.start,
            }
            for i, name, price in made
        ],
    )
    return made


def _customers(scale: ScaleWorld) -> list[tuple[int, str]]:
    first = next_key(Customer)
    names = company_names(scale.rng, max(20, scale.count // 2))
    made = [(first + n, f"{name} Holding") for n, name in enumerate(names)]
    insert_rows(
        Customer,
        (
            {
                "id": i,
                "public_id": public_id(scale.rng, scale.start),
                "vendor_id": scale.vendor.id,
                "name": name,
                "name_folded": fold_name(name),
                "created_at": scale.start,
            }
            for i, name in made
        ),
    )
    return made
