"""Invoices, and what was paid on them as of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from prm.access import Actor, visible
from prm.errors import NotFound
from prm.extensions import db
from prm.infra import clock
from prm.permissions import P
from prm.revenue.models import Invoice, Order, Payment
from prm.vendors.models import Vendor


class Standing(StrEnum):
    """Where an invoice stands: derived, never stored."""

    PAID = "paid"
    OPEN = "open"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class InvoiceStanding:
    """An invoice with what was paid on it, in minor units of its currency."""

    invoice: Invoice
    paid_minor: int
    standing: Standing

    @property
    def open_minor(self) -> int:
        return self.invoice.amount_minor - self.paid_minor


def today_of_vendor(actor: Actor) -> date:
    """Today in the vendor's zone: the day on which something becomes overdue."""
    zone = db.session.scalars(select(Vendor.time_zone).where(Vendor.id == actor.vendor_id)).one()
    return clock.today(zone)


def invoices(actor: Actor) -> Select[Any]:
    """The invoices within reach joined to their partnership, for a table."""
    return visible(select(Invoice).join(Invoice.partnership), actor, P.ORDER_VIEW)


def _open_minor() -> Any:
    paid = (
        select(func.coalesce(func.sum(Payment.amount_minor), 0))
        .where(Payment.invoice_id == Invoice.id)
        .correlate(Invoice)
        .scalar_subquery()
    )
    return Invoice.amount_minor - paid


def of_standing(statement: Select[Any], standing: Standing, today: date) -> Select[Any]:
    """Narrow a statement over Invoice. Overdue ones are open, too."""
    if standing is Standing.PAID:
        return statement.where(_open_minor() <= 0)
    statement = statement.where(_open_minor() > 0)
    return statement.where(Invoice.due_on < today) if standing is Standing.OVERDUE else statement


def paid_by_invoice(keys: Iterable[int]) -> dict[int, int]:
    """What was paid on each of some invoices that were fetched as within reach; nothing where nothing was."""
    statement = (
        select(Payment.invoice_id, func.sum(Payment.amount_minor))
        .where(Payment.invoice_id.in_(list(keys)))
        .group_by(Payment.invoice_id)
    )
    return {key: int(total) for key, total in db.session.execute(statement)}


def with_standing(actor: Actor, found: Iterable[Invoice]) -> list[InvoiceStanding]:
    """Invoices with what was paid on them and where they stand today: one query for all."""
    some = list(found)
    paid = paid_by_invoice([invoice.id for invoice in some])
    today = today_of_vendor(actor)
    return [
        InvoiceStanding(invoice, paid.get(invoice.id, 0), _standing(invoice, paid.get(invoice.id, 0), today))
        for invoice in some
    ]


def _standing(invoice: Invoice, paid_minor: int, today: date) -> Standing:
    if paid_minor >= invoice.amount_minor:
        return Standing.PAID
    return Standing.OVERDUE if invoice.due_on is not None and invoice.due_on < today else Standing.OPEN


def list_invoices_of(actor: Actor, order: Order) -> list[InvoiceStanding]:
    """The invoices of an order, oldest first."""
    statement = visible(select(Invoice), actor, P.ORDER_VIEW).where(Invoice.order_id == order.id)
    return with_standing(actor, db.session.scalars(statement.order_by(Invoice.invoiced_on, Invoice.id)))


def get_invoice(actor: Actor, invoice_id: UUID) -> InvoiceStanding:
    """One invoice with its partnership and order. Raises NotFound."""
    found = db.session.scalars(
        visible(select(Invoice).where(Invoice.public_id == invoice_id), actor, P.ORDER_VIEW).options(
            selectinload(Invoice.partnership), selectinload(Invoice.order)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return with_standing(actor, [found])[0]


def list_payments(invoice: Invoice) -> list[Payment]:
    """What was paid on an invoice that was fetched as within reach, oldest first."""
    statement = select(Payment).where(Payment.invoice_id == invoice.id)
    return list(db.session.scalars(statement.order_by(Payment.paid_on, Payment.id)))
