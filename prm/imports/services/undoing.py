"""Undo of a batch: everything as it was before, or a refusal that names what stands in the way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, insert, or_, select, update

from prm.access import Actor, require, visible
from prm.customers.models import Customer
from prm.deals.models import Deal
from prm.errors import Conflict, NotFound
from prm.extensions import db
from prm.imports.labels import count_of
from prm.imports.matching import load_products, select_by
from prm.imports.models import BatchStatus, ChangeAction, ImportBatch
from prm.imports.services.changes import IN_ONE, typed
from prm.imports.services.invoices import link_waiting_invoices, relink_invoices
from prm.imports.services.learning import undo_learning
from prm.imports.services.locking import lock_imports
from prm.imports.services.obstacles import (
    changes_of,
    columns_to_restore,
    inserted_by,
    refuse_dependants,
    refuse_edited,
    refuse_later_imports,
)
from prm.imports.services.people import undo_people
from prm.imports.services.rematching import customers_named
from prm.infra import clock
from prm.infra.db import claim
from prm.infra.names import fold_name
from prm.infra.references import references_to
from prm.journal.services import record
from prm.partners.models import Partnership, PartnershipPast, Region
from prm.permissions import P
from prm.products.models import Product
from prm.revenue.models import Invoice, Order, Payment, Target

#: What deals and orders point at; deleted in this order once nothing restored points at them.
NAMED: tuple[Any, ...] = (Product, Customer, Partnership, Region)
#: Came to be by being mentioned: they stay as long as anything else mentions them.
MENTIONED = frozenset({Customer, Region})
KEPT_ROWS: tuple[Any, ...] = (Deal, Order)


def undo_batch(actor: Actor, batch_id: UUID) -> ImportBatch:
    """Take back all that a batch did: delete what it made, restore what it changed or removed.

    Raises NotFound; Conflict where it was not applied or undone already, or where later imports or
    people changed its rows or made others that depend on them. Then nothing is changed.
    """
    require(actor, P.IMPORT_RUN)
    lock_imports(actor)
    batch = db.session.scalars(
        visible(select(ImportBatch).where(ImportBatch.public_id == batch_id), actor, P.IMPORT_RUN)
    ).one_or_none()
    if batch is None:
        raise NotFound(_("There is no such import."))
    if batch.status is BatchStatus.UNDONE:
        raise Conflict(_("This import was undone already; there is nothing left to undo."))
    if batch.status is not BatchStatus.APPLIED:
        raise Conflict(_("This import was not applied, so there is nothing to undo."))
    refuse_later_imports(batch)
    refuse_edited(batch)
    claim(
        update(ImportBatch)
        .where(ImportBatch.id == batch.id, ImportBatch.status == BatchStatus.APPLIED)
        .values(status=BatchStatus.UNDONE, undone_at=clock.now()),
        _("This import was undone in the meantime."),
    )
    for model in (Payment, Invoice, Target, Order, Deal):
        _delete_inserted(batch, model)
    for model in (*NAMED, Deal, Order, Invoice, Payment, Target):
        _restore_updated(batch, model)
    _restore_deleted_orders(batch)
    relink_invoices(batch)
    undo_people(actor, batch)
    undo_learning(actor, batch)
    for model in NAMED:
        _delete_inserted(batch, model)
    db.session.flush()
    db.session.refresh(batch)
    record(actor, "import.undone", batch, facts={"kind": batch.kind.value, "source": batch.source})
    return batch


def _delete_inserted(batch: ImportBatch, model: Any) -> None:
    """Delete what the batch made of one kind, or refuse where others depend on it."""
    going = inserted_by(batch, model)
    if db.session.scalar(going.limit(1)) is None:
        return
    statement = delete(model).where(model.id.in_(going))
    if model in MENTIONED:
        for _other, attribute in references_to(model):
            statement = statement.where(model.id.not_in(select(attribute).where(attribute.in_(going))))
    else:
        _let_go(batch, model)
        refuse_dependants(batch, model)
    _execute(statement)


def _let_go(batch: ImportBatch, model: Any) -> None:
    """Rows that were there before, and that waited for this deal or product by its name, wait again."""
    if model is Partnership:  # what it was before goes with it
        _execute(delete(PartnershipPast).where(PartnershipPast.partnership_id.in_(inserted_by(batch, model))))
    if model not in (Deal, Product, Order):
        return
    earlier = select(ImportBatch.id).where(
        or_(ImportBatch.applied_at < batch.applied_at, ImportBatch.id == batch.id)
    )
    for other, attribute in references_to(model):
        if other in (*KEPT_ROWS, Invoice):
            _execute(
                update(other)
                .where(attribute.in_(inserted_by(batch, model)), other.batch_id.in_(earlier))
                .values({attribute.key: None})
            )


def _execute(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))


def _restore_updated(batch: ImportBatch, model: Any) -> None:
    for changes in changes_of(batch, model, ChangeAction.UPDATED):
        keys = [change.entity_id for change in changes]
        statement = select(model).where(model.id.in_(keys)).execution_options(populate_existing=True)
        rows = {row.id: row for row in db.session.scalars(statement)}
        restored = [
            typed(model, {column: (change.before or {}).get(column) for column in columns_to_restore(change)})
            for change in changes
        ]
        for change, values in zip(changes, _resolved(restored), strict=True):
            for column, value in values.items():
                setattr(rows[change.entity_id], column, value)
        db.session.flush()


def _restore_deleted_orders(batch: ImportBatch) -> None:
    """Orders that went because their deal was no longer won come back as they were."""
    for changes in changes_of(batch, Order, ChangeAction.DELETED):
        rows = _resolved([typed(Order, change.before or {}) for change in changes])
        taken = select_by(
            Order,
            Order.external_id,
            [row["external_id"] for row in rows],
            Order.source_system == batch.source,
        )
        if taken:
            raise Conflict(
                _(
                    "The place of what this import removed is taken: %(rows)s. Remove them first.",
                    rows=count_of("sales_order", len(taken)),
                )
            )
        db.session.execute(insert(Order), rows, execution_options=IN_ONE)
        link_waiting_invoices(batch.source, {row["external_id"]: row["id"] for row in rows})


def _resolved(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What restored names stand for is found anew: aliases may have come or gone."""
    products = load_products()
    customers = customers_named([row["customer_name"] for row in rows if row.get("customer_name")])
    for values in rows:
        if "product_name" in values:
            name = values["product_name"]
            values["product_id"] = products.find(name) if name else None
        if "customer_name" in values:
            values["customer_id"] = customers.get(fold_name(values["customer_name"]))
    return rows
