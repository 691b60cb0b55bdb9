"""What the enums and fields of imports are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from prm.imports.models import BatchStatus, ConflictDecision, DropStatus, ImportKind, RowOutcome

KIND_NAMES = {
    ImportKind.PARTNERS: _l("Partners"),
    ImportKind.PRODUCTS: _l("Products"),
    ImportKind.DEALS: _l("Deals"),
    ImportKind.ORDERS: _l("Orders"),
    ImportKind.INVOICES: _l("Invoices"),
    ImportKind.PAYMENTS: _l("Payments"),
    ImportKind.TARGETS: _l("Targets"),
    ImportKind.PEOPLE: _l("People"),
    ImportKind.COMPLETIONS: _l("Completed courses"),
    ImportKind.CERTIFICATES: _l("Certificates of others"),
}
KIND_HINTS = {
    ImportKind.PARTNERS: _l("Reseller companies with their region and manager."),
    ImportKind.PRODUCTS: _l("What you sell, with list prices."),
    ImportKind.DEALS: _l("Opportunities with stage, dates and amount; won ones can become orders."),
    ImportKind.ORDERS: _l("What was ordered through a partner, with date and amount."),
    ImportKind.INVOICES: _l("What was invoiced, with its order, due date and amount."),
    ImportKind.PAYMENTS: _l("What was paid on invoices."),
    ImportKind.TARGETS: _l("Revenue aimed at per quarter, by partner, by region or as a whole."),
    ImportKind.PEOPLE: _l("Who is to be invited, and the job functions of those who are here."),
    ImportKind.COMPLETIONS: _l("Courses that people completed in another system, with the date."),
    ImportKind.CERTIFICATES: _l("What others certified to people: kept as evidence, not issued by you."),
}
STATUS_NAMES = {
    BatchStatus.DRAFT: _l("Draft"),
    BatchStatus.CHECKING: _l("Being checked"),
    BatchStatus.CHECKED: _l("To be confirmed"),
    BatchStatus.DUE: _l("Waiting"),
    BatchStatus.APPLIED: _l("Applied"),
    BatchStatus.FAILED: _l("Failed"),
    BatchStatus.UNDONE: _l("Undone"),
}
#: How a state looks: see status() in templates/_macros/ui.html.
STATUS_LOOKS = {
    BatchStatus.DRAFT: "neutral",
    BatchStatus.CHECKING: "info",
    BatchStatus.CHECKED: "warning",
    BatchStatus.DUE: "info",
    BatchStatus.APPLIED: "success",
    BatchStatus.FAILED: "danger",
    BatchStatus.UNDONE: "neutral",
}
OUTCOME_NAMES = {
    RowOutcome.INSERTED: _l("New"),
    RowOutcome.UPDATED: _l("Changed"),
    RowOutcome.UNCHANGED: _l("Unchanged"),
    RowOutcome.REJECTED: _l("Rejected"),
}
OUTCOME_LOOKS = {
    RowOutcome.INSERTED: "success",
    RowOutcome.UPDATED: "info",
    RowOutcome.UNCHANGED: "neutral",
    RowOutcome.REJECTED: "danger",
}
#: What encodings are called; those not here by their own name.
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": _l("Windows-1252 (Western Europe)"),
    "cp1250": _l("Windows-1250 (Central Europe)"),
    "cp1251": _l("Windows-1251 (Cyrillic)"),
    "cp1253": _l("Windows-1253 (Greek)"),
    "cp1254": _l("Windows-1254 (Turkish)"),
    "mac_roman": "Mac Roman",
}
SEPARATOR_NAMES = {",": _l("Comma"), ";": _l("Semicolon"), "\t": _l("Tab"), "|": _l("Bar |")}
FIELD_NAMES = {
    "external_id": _l("External id"),
    "name": _l("Name"),
    "region": _l("Region"),
    "manager": _l("Manager"),
    "price": _l("List price"),
    "partner": _l("Partner"),
    "customer": _l("Customer"),
    "product": _l("Product"),
    "stage": _l("Stage"),
    "registered_on": _l("Registered on"),
    "closed_on": _l("Closed on"),
    "ordered_on": _l("Ordered on"),
    "amount": _l("Amount"),
    "currency": _l("Currency"),
    "deal_external_id": _l("External id of the deal"),
    "order_external_id": _l("External id of the order"),
    "invoice_external_id": _l("External id of the invoice"),
    "invoiced_on": _l("Invoiced on"),
    "due_on": _l("Due on"),
    "paid_on": _l("Paid on"),
    "quarter": _l("Fiscal quarter"),
    "email": _l("E-mail"),
    "role": _l("Role"),
    "job_functions": _l("Job functions"),
    "course": _l("Course"),
    "version": _l("Version"),
    "completed_on": _l("Completed on"),
    "score_percent": _l("Score in percent"),
    "certification": _l("Certification"),
    "issuer": _l("Issuer"),
    "number": _l("Number"),
    "issued_on": _l("Issued on"),
    "expires_on": _l("Valid until"),
}
DROP_NAMES = {DropStatus.DONE: _l("Imported"), DropStatus.FAILED: _l("Failed")}
DROP_LOOKS = {DropStatus.DONE: "success", DropStatus.FAILED: "danger"}
DECISION_NAMES = {
    ConflictDecision.OPEN: _l("To be decided"),
    ConflictDecision.OURS: _l("Ours was kept"),
    ConflictDecision.THEIRS: _l("The file's was taken"),
    ConflictDecision.SUPERSEDED: _l("A later file speaks of it"),
}
ENTITY_NAMES = {
    "region": _l("Region"),
    "partnership": _l("Partner"),
    "product": _l("Product"),
    "customer": _l("Customer"),
    "deal": _l("Deal"),
    "order": _l("Order"),
    "invoice": _l("Invoice"),
    "payment": _l("Payment"),
    "target": _l("Target"),
}


def count_of(table: str, count: int) -> str:
    """How many rows of a table, in words: "12 deals"."""
    if table == "deal":
        return ngettext("%(num)s deal", "%(num)s deals", count)
    if table == "sales_order":
        return ngettext("%(num)s order", "%(num)s orders", count)
    if table == "invoice":
        return ngettext("%(num)s invoice", "%(num)s invoices", count)
    if table == "payment":
        return ngettext("%(num)s payment", "%(num)s payments", count)
    if table == "target":
        return ngettext("%(num)s target", "%(num)s targets", count)
    if table == "partnership":
        return ngettext("%(num)s partner", "%(num)s partners", count)
    if table == "product_price":
        return ngettext("%(num)s price", "%(num)s prices", count)
    if table in ("product_alias", "customer_alias", "partnership_alias"):
        return ngettext("%(num)s alias", "%(num)s aliases", count)
    if table == "usage_event":
        return ngettext("%(num)s use of an asset", "%(num)s uses of assets", count)
    if table == "certificate":
        return ngettext("%(num)s certificate", "%(num)s certificates", count)
    return ngettext("%(num)s other row", "%(num)s other rows", count)
