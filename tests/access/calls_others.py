"""How endpoints of all other areas are called. See tests/access/calls.py."""

from __future__ import annotations

from collections.abc import Callable

from tests.access.call_parts import (
    ADMIN,
    FILE,
    LEARNERS,
    MANAGERS,
    PARTNER_SIDE,
    other,
)
from tests.access.shapes import Body, Call, Id, Name, Then
from tests.access.worlds import Tenant
from tests.factories.marketing import png

_ASSET = {
    "title": "Sheet",
    "type": "brochure",
    "language": "en",
    "campaign": Id("campaign"),
    "description": "D",
}

_ORDERS = {"column_external_id": "id", "column_partner": "partner", "column_ordered_on": "date",
           "column_amount": "amount", "date_format": "", "decimal": "."}  # fmt: skip

_BULK = {"action": "partners.region", "region": "West", "which": "ticked", "ids": [Id("PA.partnership")]}

_BULK_REVOKE = {"action": "certificates.revoke", "which": "ticked", "ids": [Id("member.certificate")],
                "reason": "A mistake."}  # fmt: skip


def _unknown_product(tenant: Tenant, role: str) -> Body:
    return {"field": "product", "value": f"unknown {tenant.token('ORDER', 'PA')}", "to": Name("product")}


def _customer_of_the_other(tenant: Tenant, role: str) -> Body:
    return {"field": "customer", "value": f"Known to {other(tenant)}", "to": Name("only_customer")}


def _aim(thing: str) -> Callable[[Tenant, str], Body]:
    """The form that states a target of something."""

    def said(tenant: Tenant, role: str) -> Body:
        name = f"{tenant.things[thing].public_id}.2"
        return {f"t.{name}": "12", f"o.{name}": ""}

    return said


OTHERS_CALLS: dict[tuple[str, str], Call] = {
    ("deals.index", "GET"): Call(
        queries=("?format=csv", "?format=xlsx", "?search=KAN", "?partner={PA.partnership}"),
        query_ids={"partner": "PA.partnership", "product": "product"},
    ),
    ("revenue.orders", "GET"): Call(
        queries=("?format=csv", "?format=xlsx", "?search=KAN", "?partner={PA.partnership}", "?product=none"),
        query_ids={"partner": "PA.partnership", "product": "product"},
    ),
    ("revenue.invoices", "GET"): Call(
        queries=("?format=csv", "?format=xlsx", "?partner={PA.partnership}", "?standing=overdue"),
        query_ids={"partner": "PA.partnership"},
    ),
    ("revenue.targets", "GET"): Call(queries=("?by=region", "?search=KAN", "?year=2030")),
    ("revenue.targets", "POST"): Call(
        body=lambda tenant, role: {
            f"{kind}.{tenant.things['PA.partnership'].public_id}.2": typed
            for kind, typed in (("t", "12"), ("o", ""))
        },
        refused=(
            (frozenset({"west"}), _aim("PB.partnership")),
            (frozenset({"west"}), _aim("east_region")),
            (frozenset({"west"}), {"t.vendor.2": "12", "o.vendor.2": ""}),
        ),
    ),
    ("products.index", "GET"): Call(queries=("?search=KAN",)),
    ("products.create", "POST"): Call(body={"name": "Widget", "price": "12.50"}),
    ("products.edit", "POST"): Call(body={"name": "Renamed", "price": "13"}),
    ("products.add_price", "POST"): Call(
        body={"valid_from": "2030-01-01", "amount": "12.50", "currency": "USD"}
    ),
    ("products.set_active", "POST"): Call(body={"active": "no"}),
    ("products.alias", "POST"): Call(body={"value": "Another name"}),
    ("imports.index", "GET"): Call(queries=("?search=KAN", "?kind=products")),
    ("imports.batch", "GET"): Call(queries=("?outcome=rejected",)),
    ("imports.upload", "POST"): Call(
        body={"kind": "products", "source": "erp", "file": (b"name,price\nWidget,1\n", "p.csv")}
    ),
    ("imports.mapping", "GET"): Call(ids={"batch_id": "draft_batch"}),
    ("imports.mapping", "POST"): Call(
        ids={"batch_id": "draft_batch"},
        body={"column_name": "name", "column_price": "price", "date_format": "", "decimal": "."},
        afterwards=(
            # A name that stands for a partner of the other vendor alone stands for nobody here.
            (
                ADMIN,
                {"batch_id": "orders_batch"},
                _ORDERS,
                (Then("admin", "/acme/imports/{orders_batch}", says="Known to globex"),),
            ),
        ),
    ),
    ("imports.reading", "POST"): Call(
        ids={"batch_id": "draft_batch"}, body={"encoding": "utf-8", "delimiter": "comma"}
    ),
    ("imports.confirm", "POST"): Call(
        ids={"batch_id": "checked_batch"}, also=((ADMIN, {"batch_id": "people_batch"}),)
    ),
    ("imports.decide", "POST"): Call(body={"decision": "ours", "conflict": Id("import_conflict")}),
    ("imports.discard", "POST"): Call(ids={"batch_id": "draft_batch"}),
    ("imports.alias", "POST"): Call(body=_unknown_product, forms=((ADMIN, _customer_of_the_other),)),
    ("imports.remove_customer_alias", "POST"): Call(ids={"alias_id": "customer_alias"}),
    ("bulk.choose", "POST"): Call(
        body=_BULK, leaves=False, forms=((MANAGERS, _BULK_REVOKE),), refused=((ADMIN, {"action": "nothing"}),)
    ),
    ("bulk.start", "POST"): Call(
        body=_BULK, forms=((MANAGERS, _BULK_REVOKE),), refused=((ADMIN, {"action": "nothing"}),)
    ),
    ("bulk.run", "GET"): Call(queries=("?outcome=done", "?format=csv")),
    ("lists.save_view", "POST"): Call(
        body={"endpoint": "vendors.home", "name": "Mine", "query": "status=active"},
        # Everybody has a view of this name there.
        forms=((ADMIN, {"endpoint": "partners.index", "name": "Mine", "query": "status=ended"}),),
        refused=(
            (ADMIN, {"endpoint": "partners.story"}),  # no list
            (frozenset({"member"}), {"endpoint": "accounts.people"}),
        ),
    ),
    ("search.index", "GET"): Call(queries=("?q=KAN", "?q=kanacme", "?q=kanglobex", "?q=twin", "?q=%22*%27")),
    ("operations.retention", "POST"): Call(body={"mail_months": "600"}),
    ("journal.index", "GET"): Call(queries=("?format=csv", "?search=world", "?page=2")),
    ("revenue.order", "GET"): Call(
        also=((frozenset({"admin", "west", "padmin"}), {"order_id": "PA.crossed_order"}),)
    ),
    ("reports.revenue", "GET"): Call(
        queries=("?partner={PA.partnership}&model=first&lookback=30", "?period=all"),
        query_ids={"partner": "PA.partnership", "region": "PA.partnership"},
    ),
    ("reports.revenue_pdf", "GET"): Call(needs="?period=all"),
    ("reports.revenue_xlsx", "GET"): Call(needs="?period=all"),
    ("reports.breakdown", "GET"): Call(
        queries=tuple(f"?period=all&by={by}" for by in ("quarter", "partner", "region", "product")),
        query_ids={"partner": "PA.partnership"},
    ),
    ("reports.attribution", "GET"): Call(
        queries=tuple(f"?period=all&by={by}" for by in ("asset", "campaign", "course", "partner")),
        query_ids={"partner": "PA.partnership"},
    ),
    ("reports.credits", "GET"): Call(
        needs="?period=all&by=asset&row={asset}",
        queries=("?period=all&by=partner&row=unattributed",),
        nowhere=((frozenset({"admin", "exec"}), "?period=all&by=asset&row=nothing"),),
    ),
    ("reports.order", "GET"): Call(queries=("?lookback=365",)),
    ("marketing.library", "GET"): Call(queries=("?search=KAN", "?state=draft", "?campaign={campaign}")),
    ("marketing.download", "GET"): Call(absent=(("number", 1, PARTNER_SIDE | {"west", "manager"}),)),
    ("marketing.thumbnail", "GET"): Call(absent=(("asset_id", "plain_asset", LEARNERS),)),
    ("marketing.create", "POST"): Call(body={**_ASSET, "file": FILE, "note": "", "publish": "1"}),
    ("marketing.edit", "POST"): Call(body={**_ASSET, "revision": "1"}),
    ("marketing.add_version", "POST"): Call(
        body={"file": FILE, "thumbnail": (png(), "a.png"), "note": "Newer"}
    ),
    ("marketing.publish", "POST"): Call(ids={"asset_id": "draft_asset"}),
    ("marketing.campaigns", "POST"): Call(
        body={"name": "Autumn", "type": "web", "starts_on": "", "ends_on": ""}
    ),
    ("marketing.usage", "GET"): Call(queries=("?format=csv", "?format=csv&by=partner&days=all", "?days=365")),
}
