"""What a file of each kind can fill: the registry of fields, with what sources call them."""

from __future__ import annotations

from prm.deals.models import DealStage
from prm.imports.models import ImportKind
from prm.infra.importing import FieldSpec
from prm.permissions import PARTNER_ROLES, VENDOR_ROLES, Role

MAX_SOURCE = 60

_PARTNER_WORDS = (
    "partner name", "partner id", "reseller", "reseller name", "sales agent", "agent", "dealer",
    "distributor", "vertriebspartner", "händler",
)  # fmt: skip
_CUSTOMER_WORDS = (
    "account", "account name", "end customer", "customer name", "client", "company", "kunde", "endkunde",
)  # fmt: skip
_PRODUCT_WORDS = ("product name", "item", "item name", "sku", "article", "produkt", "artikel")
_INVOICE_WORDS = ("invoice id", "invoice number", "invoice no", "invoice", "rechnungsnummer", "rechnung")
_EMAIL = FieldSpec(
    "email", is_required=True, max_length=254, synonyms=("e mail", "mail", "email address", "e-mail", "user")
)
_CURRENCY = FieldSpec("currency", max_length=20, synonyms=("currency code", "iso currency", "währung"))

#: What sources write for our stages without being told. Everything else is stated per import.
STAGE_WORDS = {
    **{stage.value: stage.value for stage in DealStage},
    "closed won": DealStage.WON.value,
    "closed lost": DealStage.LOST.value,
}

#: What sources write for the roles of a portal's people without being told.
ROLE_WORDS = {
    **{role.value: role.value for role in Role if role in VENDOR_ROLES | PARTNER_ROLES},
    **{
        role.value.replace("_", " "): role.value
        for role in Role
        if role in VENDOR_ROLES | PARTNER_ROLES and "_" in role.value
    },
    "member": Role.PARTNER_MEMBER.value,
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
    ImportKind.INVOICES: (
        FieldSpec("external_id", is_required=True, max_length=120, synonyms=(*_INVOICE_WORDS, "id")),
        FieldSpec("partner", is_required=True, max_length=200, synonyms=_PARTNER_WORDS),
        FieldSpec(
            "order_external_id",
            max_length=120,
            synonyms=("order id", "order number", "order no", "order", "auftragsnummer"),
        ),
        FieldSpec(
            "invoiced_on",
            "date",
            is_required=True,
            synonyms=("invoice date", "date", "billing date", "rechnungsdatum", "datum"),
        ),
        FieldSpec("due_on", "date", synonyms=("due date", "due", "payable by", "fällig am", "fälligkeit")),
        FieldSpec(
            "amount",
            "money",
            is_required=True,
            currency_field="currency",
            synonyms=("invoice amount", "net amount", "value", "total", "betrag"),
        ),
        _CURRENCY,
    ),
    ImportKind.PAYMENTS: (
        FieldSpec(
            "external_id",
            is_required=True,
            max_length=120,
            synonyms=("payment id", "payment number", "payment no", "payment", "id", "transaction id"),
        ),
        FieldSpec("invoice_external_id", is_required=True, max_length=120, synonyms=_INVOICE_WORDS),
        FieldSpec(
            "paid_on",
            "date",
            is_required=True,
            synonyms=("payment date", "paid", "date", "received", "value date", "zahlungsdatum", "datum"),
        ),
        FieldSpec(
            "amount",
            "money",
            is_required=True,
            currency_field="currency",
            synonyms=("payment amount", "paid amount", "value", "total", "betrag"),
        ),
        _CURRENCY,
    ),
    ImportKind.TARGETS: (
        FieldSpec("partner", max_length=200, synonyms=_PARTNER_WORDS),
        FieldSpec("region", max_length=100, synonyms=("territory", "area", "sales region", "gebiet")),
        FieldSpec(
            "quarter", is_required=True, max_length=20, synonyms=("fiscal quarter", "period", "quartal")
        ),
        FieldSpec(
            "amount",
            "money",
            is_required=True,
            currency_field="currency",
            synonyms=("target", "quota", "revenue target", "value", "ziel", "betrag"),
        ),
        _CURRENCY,
    ),
    ImportKind.PEOPLE: (
        FieldSpec(
            "email", is_required=True, max_length=254, synonyms=("e mail", "mail", "email address", "e-mail")
        ),
        FieldSpec("name", max_length=120, synonyms=("full name", "person", "contact", "contact name")),
        FieldSpec("partner", max_length=200, synonyms=(*_PARTNER_WORDS, "company", "company name", "firma")),
        FieldSpec("role", "choice", choices=ROLE_WORDS, synonyms=("portal role", "rolle")),
        FieldSpec(
            "job_functions",
            max_length=200,
            synonyms=("job function", "function", "functions", "department", "funktion", "abteilung"),
        ),
    ),
    ImportKind.COMPLETIONS: (
        _EMAIL,
        FieldSpec(
            "course",
            is_required=True,
            max_length=200,
            synonyms=("course title", "course name", "training", "module", "kurs", "schulung"),
        ),
        FieldSpec("version", "integer", first=1, last=10_000, synonyms=("course version", "revision")),
        FieldSpec(
            "completed_on",
            "date",
            is_required=True,
            synonyms=(
                "completed",
                "completion date",
                "date completed",
                "date",
                "passed on",
                "abgeschlossen am",
            ),
        ),
        FieldSpec(
            "score_percent",
            "integer",
            first=0,
            last=100,
            synonyms=("score", "result", "percent", "grade", "ergebnis"),
        ),
    ),
    ImportKind.CERTIFICATES: (
        _EMAIL,
        FieldSpec(
            "certification",
            is_required=True,
            max_length=200,
            synonyms=("certificate", "title", "name", "certificate name", "zertifikat"),
        ),
        FieldSpec("issuer", max_length=200, synonyms=("issued by", "organization", "aussteller")),
        FieldSpec(
            "number", max_length=120, synonyms=("certificate number", "certificate id", "id", "nummer")
        ),
        FieldSpec(
            "issued_on",
            "date",
            is_required=True,
            synonyms=("issued", "issue date", "date", "awarded on", "ausgestellt am"),
        ),
        FieldSpec("expires_on", "date", synonyms=("expires", "expiry date", "valid until", "gültig bis")),
    ),
}


def fields_of(kind: ImportKind) -> tuple[FieldSpec, ...]:
    """The fields that a file of this kind can fill."""
    return FIELDS[kind]
