"""What a file of each kind can fill: the registry of fields, with what sources call them."""

from __future__ import annotations

from prm.deals.models import DealStage
from prm.imports.models import ImportKind
from prm.infra.importing import FieldSpec

MAX_SOURCE = 60

_PARTNER_WORDS = (
    "partner name", "partner id", "reseller", "reseller name", "sales agent", "agent", "dealer",
    "distributor", "vertriebspartner", "händler",
)  # fmt: skip
_CUSTOMER_WORDS = (
    "account", "account name", "end customer", "customer name", "client", "company", "kunde", "endkunde",
)  # fmt: skip
_PRODUCT_WORDS = ("product name", "item", "item name", "sku", "article", "produkt", "artikel")
_CURRENCY = FieldSpec("currency", max_length=20, synonyms=("currency code", "iso currency", "währung"))

#: What sources write for our stages without being told. Everything else is stated per import.
STAGE_WORDS = {
    **{stage.value: stage.value for stage in DealStage},
    "closed won": DealStage.WON.value,
    "closed lost": DealStage.LOST.value,
}

FIELDS: dict[ImportKind, tuple[FieldSpec, ...]] = {
    ImportKind.PARTNERS: (
        FieldSpec(
            "external_id", max_length=120, synonyms=("partner id", "reseller id", "id", "partner number")
        ),
        FieldSpec(
            "name",
            is_required=True,
            max_length=200,
            synonyms=(
                "partner",
                *_PARTNER_WORDS[:1],
                *_PARTNER_WORDS[2:],
                "company",
                "company name",
                "firma",
            ),
        ),
        FieldSpec(
            "region",
            max_length=100,
            synonyms=("regional office", "territory", "area", "sales region", "gebiet"),
        ),
        FieldSpec(
            "manager",
            max_length=200,
            synonyms=("channel manager", "partner manager", "account manager", "owner", "betreuer"),
        ),
    ),
    ImportKind.PRODUCTS: (
        FieldSpec("name", is_required=True, max_length=200, synonyms=("product", *_PRODUCT_WORDS)),
        FieldSpec(
            "price",
            "money",
            synonyms=("sales price", "list price", "unit price", "amount", "preis", "listenpreis"),
        ),
    ),
    ImportKind.DEALS: (
        FieldSpec(
            "external_id",
            is_required=True,
            max_length=120,
            synonyms=("opportunity id", "deal id", "id", "opportunity", "deal number", "deal"),
        ),
        FieldSpec("partner", is_required=True, max_length=200, synonyms=_PARTNER_WORDS),
        FieldSpec("customer", max_length=200, synonyms=_CUSTOMER_WORDS),
        FieldSpec("product", max_length=200, synonyms=_PRODUCT_WORDS),
        FieldSpec(
            "stage",
            "choice",
            is_required=True,
            choices=STAGE_WORDS,
            synonyms=("deal stage", "opportunity stage", "status", "deal status", "phase"),
        ),
        FieldSpec(
            "registered_on",
            "date",
            synonyms=(
                "engage date",
                "registration date",
                "created",
                "created date",
                "created on",
                "open date",
            ),
        ),
        FieldSpec(
            "closed_on",
            "date",
            synonyms=("close date", "close", "closed", "closed date", "won date", "end date"),
        ),
        FieldSpec(
            "amount",
            "money",
            currency_field="currency",
            synonyms=("close value", "deal value", "value", "revenue", "total", "betrag", "umsatz"),
        ),
        _CURRENCY,
    ),
    ImportKind.ORDERS: (
        FieldSpec(
            "external_id",
            is_required=True,
            max_length=120,
            synonyms=("order id", "order number", "order no", "id", "order", "auftragsnummer"),
        ),
        FieldSpec("partner", is_required=True, max_length=200, synonyms=_PARTNER_WORDS),
        FieldSpec("customer", max_length=200, synonyms=_CUSTOMER_WORDS),
        FieldSpec("product", max_length=200, synonyms=_PRODUCT_WORDS),
        FieldSpec(
            "ordered_on",
            "date",
            is_required=True,
            synonyms=("order date", "ordered", "date", "booking date", "auftragsdatum", "datum"),
        ),
        FieldSpec(
            "amount",
            "money",
            is_required=True,
            currency_field="currency",
            synonyms=("order value", "net amount", "value", "revenue", "total", "betrag", "umsatz"),
        ),
        _CURRENCY,
        FieldSpec(
            "deal_external_id",
            max_length=120,
            synonyms=("deal id", "opportunity id", "deal", "opportunity", "deal number"),
        ),
    ),
}


def fields_of(kind: ImportKind) -> tuple[FieldSpec, ...]:
    """The fields that a file of this kind can fill."""
    return FIELDS[kind]
