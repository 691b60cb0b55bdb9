"""The rows of one vendor in every domain, each text with its canary."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from prm.audits.models import CompliancePolicy
from prm.bulk.models import BulkItem, BulkRun
from prm.customers.models import Customer, CustomerAlias
from prm.deals.models import Deal, DealStage
from prm.imports.models import ImportKind
from prm.imports.options import ImportOptions
from prm.imports.services import drafts
from prm.infra.db import transaction
from prm.infra.names import fold_name
from prm.journal.services import record
from prm.lists.models import SavedView
from prm.marketing.models import (
    Asset,
    AssetType,
    AssetVersion,
    Campaign,
    CampaignType,
    UsageEvent,
    UsageKind,
)
from prm.partners.models import PartnershipAlias
from prm.products.models import Product, ProductAlias
from prm.revenue.models import Order
from prm.training.models import (
    Course,
)
from prm.vendors.models import Vendor
from tests.access import accreditation_rows, notification_rows, partner_rows
from tests.access.filling import Filler
from tests.access.invoice_rows import add_conflict, add_dropped, add_invoices, add_price
from tests.access.rows_learning import certificates, courses
from tests.factories import World
from tests.factories.marketing import png

if TYPE_CHECKING:
    from tests.access.worlds import Tenant


def fill(world: World, tenant: Tenant) -> None:
    """A row of every table of every domain, for the vendor and for each partner."""
    with world.acting(tenant.vendor) as actor, transaction() as session:
        filler = Filler(session, tenant, actor)
        _sales(filler)
        _library(filler)
        _plain_asset(filler)
        courses(filler)
        certificates(filler)
        accreditation_rows.fill(filler)
        _imports(filler)
        for key, person in tenant.people.items():
            view = SavedView(user_id=person.id, endpoint="partners.index", name="Mine", query="status=active",
                             created_at=filler.now)  # fmt: skip
            filler.add(view, f"{key}.view")
            run = BulkRun(user_id=person.id, action="partners.region", asked={"region": "West"}, total=1,
                          created_at=filler.now, finished_at=filler.now)  # fmt: skip
            filler.add(run, f"{key}.run")
            partnership = tenant.things["PA.partnership"].public_id
            filler.add(BulkItem(run_id=run.id, subject=partnership, label=tenant.token("COMPANY", "PA")))
        partner_rows.fill(filler)
        add_invoices(filler)
        add_price(filler)
        add_conflict(filler)
        add_dropped(filler)
        notification_rows.fill(filler)
        filler.file("logo.png", png(colour="blue"), "image/png")
        vendor = session.get_one(Vendor, tenant.vendor.id)
        vendor.logo_sha256 = sha256(png(colour="blue")).hexdigest()
        filler.add(
            CompliancePolicy(
                number=1, effective_on=filler.today - timedelta(days=300), created_at=filler.now,
                rules=[
                    {"kind": "certified_people", "minimum": 2, "job_function": "",
                     "certification_id": str(tenant.things["scheme"].public_id)},
                    {"kind": "training_current"},
                    {"kind": "agreement_current", "months": 12},
                ],
            ),
            "policy",
        )  # fmt: skip
        record(
            actor, "world.filled", session.get_one(Course, tenant.things["course"].id),
            facts={"note": tenant.token("JOURNAL")}, personal={"name": tenant.token("JOURNAL")},
        )  # fmt: skip


def _sales(f: Filler) -> None:
    product = f.add(
        Product(
            name=f.say("PRODUCT"), name_folded=fold_name(f.say("PRODUCT")), price_minor=12300, currency="USD",
            created_at=f.now,
        ),
        "product",
    )  # fmt: skip
    f.tenant.names["product"] = f.say("PRODUCT")
    f.add(Product(name="Twin", name_folded="twin", created_at=f.now), "twin_product")
    f.add(ProductAlias(product_id=product.id, value="Twin alias", value_folded="twin alias"), "product_alias")
    _only_here(f, product)
    twin = f.add(Customer(name="Twin", name_folded="twin", created_at=f.now))
    f.add(CustomerAlias(customer_id=twin.id, value="Twin alias", value_folded="twin alias"), "customer_alias")
    for owner in ("PA", "PB", "PC"):
        words = f.say("CUSTOMER", owner)
        customer = f.add(
            Customer(name=words, name_folded=fold_name(words), created_at=f.now), f"{owner}.customer"
        )
        common = {
            "partnership_id": f.tenant.partnerships[owner].id, "currency": "USD", "amount_minor": 1_000_00,
            "received_at": f.now, "source_system": "crm",
        }  # fmt: skip
        for number, stage in enumerate([DealStage.WON, DealStage.SUBMITTED]):
            deal = f.add(
                Deal(
                    external_id=f"{f.say('DEAL', owner)}-{number}", stage=stage,
                    customer_id=customer.id, customer_name=words,
                    product_id=product.id, product_name=f.say("PRODUCT"),
                    registered_on=f.today - timedelta(days=40), closed_on=f.today - timedelta(days=10),
                    **common,
                ),
                f"{owner}.deal" if number == 0 else f"{owner}.open_deal",
            )  # fmt: skip
        f.add(
            Order(
                external_id=f"{f.say('ORDER', owner)}-1", ordered_on=f.today - timedelta(days=10),
                customer_id=customer.id, customer_name=words,
                product_id=product.id, product_name=f.say("PRODUCT"), deal_id=deal.id, **common,
            ),
            f"{owner}.order",
        )  # fmt: skip
        f.add(
            Order(
                external_id=f"same-{owner}", ordered_on=f.today - timedelta(days=12),
                product_name=f"unknown {f.say('ORDER', owner)}", customer_name=f"unknown {words}", **common,
            ),
            f"{owner}.unmatched_order",
        )  # fmt: skip
    # A source's mistake: orders that name a deal of another partner.
    for owner, other in (("PA", "PB"), ("PB", "PA")):
        f.add(
            Order(
                external_id=f"{f.say('ORDER', owner)}-crossed", ordered_on=f.today - timedelta(days=14),
                partnership_id=f.tenant.partnerships[owner].id, currency="USD", amount_minor=5_00,
                received_at=f.now, source_system="crm",
                deal_id=f.tenant.things[f"{other}.deal"].id,
            ),
            f"{owner}.crossed_order",
        )  # fmt: skip


def _only_here(f: Filler, product: Product) -> None:
    """Names that this vendor alone knows: the other one may take them, and finds nothing by them."""
    name = f"Only {f.tenant.slug}"
    alias = {"value": f"Known to {f.tenant.slug}", "value_folded": f"known to {f.tenant.slug}"}
    f.add(ProductAlias(product_id=product.id, **alias))
    customer = f.add(Customer(name=name, name_folded=fold_name(name), created_at=f.now), "only_customer")
    f.tenant.names["only_customer"] = name
    f.add(CustomerAlias(customer_id=customer.id, **alias))
    f.add(PartnershipAlias(partnership_id=f.tenant.partnerships["PB"].id, **alias))


def _library(f: Filler) -> None:
    campaign = f.add(Campaign(name=f.say("CAMPAIGN"), type=CampaignType.EMAIL, created_at=f.now), "campaign")
    f.add(Campaign(name="Twin", type=CampaignType.WEB, created_at=f.now), "twin_campaign")
    picture = f.file("thumb.png", png(), "image/png")
    for key, kind, published, withdrawn in (
        ("asset", "ASSET", f.now - timedelta(days=60), None),
        ("draft_asset", "DRAFT", None, None),
        ("withdrawn_asset", "GONE", f.now - timedelta(days=60), f.now),
    ):
        asset = f.add(
            Asset(
                title=f.say(kind), description=f"About {f.say(kind)}", type=AssetType.BROCHURE, language="en",
                campaign_id=campaign.id, published_at=published, withdrawn_at=withdrawn, created_at=f.now,
            ),
            key,
        )  # fmt: skip
        for number, words in ((1, f.say("DRAFT")), (2, f.say(kind))):
            file = f.file(f"{words}.txt", f"{words} {key} {number}".encode())
            version = f.add(
                AssetVersion(
                    asset_id=asset.id,
                    number=number,
                    file_id=file.id,
                    thumbnail_id=picture.id,
                    note=words,
                    created_at=f.now,
                )
            )
        if key == "asset":
            f.tenant.keep("asset_version", version)
            for number, owner in enumerate(("PA", "PB", "PC")):
                user = f.tenant.people[{"PA": "member", "PB": "mate_b", "PC": "local"}[owner]]
                for kind_of_use in UsageKind:
                    f.add(
                        UsageEvent(
                            partnership_id=f.tenant.partnerships[owner].id,
                            user_id=user.id,
                            asset_id=asset.id,
                            asset_version_id=version.id,
                            kind=kind_of_use,
                            at=f.now - timedelta(days=20),
                            window=number,
                        )
                    )


def _plain_asset(f: Filler) -> None:
    """An asset without a picture."""
    asset = f.add(
        Asset(title="Plain", type=AssetType.OTHER, language="en", published_at=f.now, created_at=f.now),
        "plain_asset",
    )
    f.add(
        AssetVersion(asset_id=asset.id, number=1, file_id=f.file("plain.txt", b"plain").id, created_at=f.now)
    )


def _people_file(f: Filler) -> None:
    """A checked file of people: somebody new, and another job function for the one local to partner C."""
    local = f.tenant.people["local"].email
    text = (
        "email,name,partner,job_functions\n"
        f"newcomer@example.com,Newcomer,{f.say('COMPANY', 'PA')},sales\n"
        f"{local},,{f.say('COMPANY', 'PC')},support\n"
    )
    batch = drafts.upload_file(
        f.actor, text.encode(), f"{f.say('INVITE', 'PA')}.csv", kind=ImportKind.PEOPLE, source="hr"
    )
    names = ("email", "name", "partner", "job_functions")
    options = ImportOptions(columns={name: name for name in names})
    report = drafts.plan_batch(f.actor, batch, options)
    assert report.counts()["updated"] and not report.counts()["rejected"], report.counts()
    f.tenant.keep("people_batch", drafts.save_checked(f.actor, batch.public_id, options, report))


def _imports(f: Filler) -> None:
    """Three files of products: applied, checked, and still a draft; a draft of orders; one of people."""
    _people_file(f)
    other = "globex" if f.tenant.slug == "acme" else "acme"
    text = "id,partner,date,amount\n" + "".join(
        f"O-{number},{partner},2026-01-31,5\n"
        for number, partner in enumerate([f.say("COMPANY", "PA"), f"Known to {other}"], 1)
    )
    orders = drafts.upload_file(
        f.actor, text.encode(), "orders.csv", kind=ImportKind.ORDERS, source=f.say("IMPORT")
    )
    f.tenant.keep("orders_batch", orders)
    for key in ("batch", "checked_batch", "draft_batch"):
        text = f"name,price,note\n{f.say('PRODUCT')} of {key},12,{f.say('IMPORT')}\n,x,{f.say('IMPORT')}\n"
        name = f"{f.say('IMPORT')}-{key}.csv"
        batch = drafts.upload_file(
            f.actor, text.encode(), name, kind=ImportKind.PRODUCTS, source=f.say("IMPORT")
        )
        f.tenant.keep(key, batch)
        if key == "draft_batch":
            continue
        options = ImportOptions(columns={"name": "name", "price": "price"}, decimal=".")
        report = drafts.plan_batch(f.actor, batch, options)
        drafts.save_checked(f.actor, batch.public_id, options, report)
        if key == "batch":
            drafts.confirm_batch(f.actor, batch.public_id)
