"""Reads of imports: batches, their lines, and what is unmatched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import selectinload

from prm.access import Actor, visible
from prm.deals.models import Deal
from prm.errors import NotFound
from prm.extensions import db
from prm.imports.models import (
    PERSONAL,
    BatchStatus,
    ChangeAction,
    ConflictDecision,
    DroppedFile,
    ImportBatch,
    ImportChange,
    ImportConflict,
    ImportKind,
    ImportMapping,
    ImportRow,
    RowOutcome,
)
from prm.infra.names import fold_name
from prm.permissions import P
from prm.products.models import Product
from prm.revenue.models import Invoice, Order


def batches(actor: Actor) -> Select[Any]:
    """The vendor's imports, for a table; files of people only for who may see people."""
    return _without_people(visible(select(ImportBatch), actor, P.IMPORT_VIEW), actor, ImportBatch)


def _without_people(statement: Select[Any], actor: Actor, model: Any) -> Select[Any]:
    return statement if actor.can(P.PEOPLE_VIEW) else statement.where(model.kind.not_in(PERSONAL))


def dropped_files(actor: Actor) -> Select[Any]:
    """What came through the drop folder, for a table; people as in batches()."""
    return _without_people(visible(select(DroppedFile), actor, P.IMPORT_VIEW), actor, DroppedFile)


def list_batches(actor: Actor, *, limit: int | None = None) -> list[ImportBatch]:
    """The vendor's imports with their files, newest first."""
    statement = batches(actor).options(selectinload(ImportBatch.file), selectinload(ImportBatch.created_by))
    return list(db.session.scalars(statement.order_by(ImportBatch.id.desc()).limit(limit)))


def get_batch(actor: Actor, batch_id: UUID) -> ImportBatch:
    """One import with its file. Raises NotFound."""
    batch = db.session.scalars(
        batches(actor)
        .where(ImportBatch.public_id == batch_id)
        .options(selectinload(ImportBatch.file), selectinload(ImportBatch.created_by))
    ).one_or_none()
    if batch is None:
        raise NotFound
    return batch


def find_batch_of(actor: Actor, batch_key: int | None) -> ImportBatch | None:
    """The import that a deal or order came with, if the actor may see imports."""
    if batch_key is None:
        return None
    return db.session.scalars(
        batches(actor).where(ImportBatch.id == batch_key).options(selectinload(ImportBatch.file))
    ).one_or_none()


def batch_rows(actor: Actor, batch: ImportBatch) -> Select[Any]:
    """The lines of a batch that changed something or were rejected, for a table."""
    return visible(select(ImportRow), actor, P.IMPORT_VIEW).where(ImportRow.batch_id == batch.id)


def find_row(actor: Actor, batch: ImportBatch, line: int | None) -> ImportRow | None:
    """The line of a batch, as it stood in the file."""
    if line is None:
        return None
    return db.session.scalars(
        batch_rows(actor, batch).where(ImportRow.line == line).order_by(ImportRow.id).limit(1)
    ).one_or_none()


def find_mapping(actor: Actor, kind: ImportKind, source: str) -> ImportMapping | None:
    """How the last file of this kind and source was read."""
    statement = visible(select(ImportMapping), actor, P.IMPORT_RUN)
    return db.session.scalars(
        statement.where(ImportMapping.kind == kind, ImportMapping.source == source)
    ).one_or_none()


def find_last_source(actor: Actor) -> str | None:
    """The source of the latest import: most likely the next one's too."""
    statement = visible(select(ImportBatch.source), actor, P.IMPORT_VIEW, ImportBatch)
    return db.session.scalars(statement.order_by(ImportBatch.id.desc()).limit(1)).one_or_none()


def list_sources(actor: Actor) -> list[str]:
    """The names of source systems in use."""
    statement = visible(select(ImportBatch.source), actor, P.IMPORT_VIEW, ImportBatch)
    return sorted(set(db.session.scalars(statement.distinct())))


# -- what is unmatched -------------------------------------------------------------------------


@dataclass(frozen=True)
class UnmatchedName:
    """A name on kept rows that stands for nothing we know; "" where the source gave none."""

    field: str
    value: str
    deals: int
    orders: int
    invoices: int = 0

    @property
    def rows(self) -> int:
        return self.deals + self.orders + self.invoices

    @property
    def field_id(self) -> str:
        """An id for this row's control on a page."""
        return hashlib.sha256(f"{self.field}:{self.value}".encode()).hexdigest()[:12]

    @property
    def can_have_alias(self) -> bool:
        return bool(self.value) and self.field in ("product", "customer")


def list_unmatched(actor: Actor) -> list[UnmatchedName]:
    """What deals and orders name that is not known, by field and value, most rows first."""
    counted: dict[tuple[str, str], list[int]] = {}
    for place, model, permission in ((0, Deal, P.DEAL_VIEW), (1, Order, P.ORDER_VIEW)):
        for name, key, word in (
            ("product", model.product_id, model.product_name),
            ("customer", model.customer_id, model.customer_name),
        ):
            statement = visible(select(word, func.count(model.id)), actor, permission, model)
            for value, count in db.session.execute(statement.where(key.is_(None)).group_by(word)):
                counted.setdefault((name, value), [0, 0])[place] = count
    waiting = visible(select(Order.deal_external_id, func.count(Order.id)), actor, P.ORDER_VIEW, Order).where(
        Order.deal_id.is_(None), Order.deal_external_id.is_not(None)
    )
    for value, count in db.session.execute(waiting.group_by(Order.deal_external_id)):
        counted.setdefault(("deal_external_id", value), [0, 0])[1] = count
    orderless = visible(
        select(Invoice.order_external_id, func.count(Invoice.id)), actor, P.ORDER_VIEW, Invoice
    ).where(Invoice.order_id.is_(None), Invoice.order_external_id != "")
    for value, count in db.session.execute(orderless.group_by(Invoice.order_external_id)):
        counted.setdefault(("order_external_id", value), [0, 0, 0])[2] = count
    found = [UnmatchedName(name, value, *counts) for (name, value), counts in counted.items()]
    return sorted(found, key=lambda each: (-each.rows, each.field, each.value))


def count_unmatched(actor: Actor, field: str, folded: str) -> int:
    """How many deals and orders name this (folded) without its standing for anything, or for itself."""
    total = 0
    for model, permission in ((Deal, P.DEAL_VIEW), (Order, P.ORDER_VIEW)):
        word = {"product": model.product_name, "customer": model.customer_name}.get(field)
        if word is None:
            return 0
        statement = visible(select(word, func.count(model.id)), actor, permission, model).where(word != "")
        if field == "product":
            statement = statement.where(model.product_id.is_(None))
        for value, count in db.session.execute(statement.group_by(word)):
            total += count if fold_name(value) == folded else 0
    return total


def count_rows_by_name(actor: Actor, product: Product) -> dict[str, int]:
    """How many deals and orders of a product came by each name (folded) that sources write."""
    found: dict[str, int] = {}
    for model, permission in ((Deal, P.DEAL_VIEW), (Order, P.ORDER_VIEW)):
        statement = visible(select(model.product_name, func.count(model.id)), actor, permission, model)
        statement = statement.where(model.product_id == product.id).group_by(model.product_name)
        for name, count in db.session.execute(statement):
            found[fold_name(name)] = found.get(fold_name(name), 0) + count
    return found


# -- from lines to rows ------------------------------------------------------------------------

_OPENED = ("deal", "order", "partnership", "product", "invoice", "payment")


def entities_of_lines(
    actor: Actor, batch: ImportBatch, lines: Iterable[int]
) -> dict[int, tuple[str, str, str]]:
    """line → (type, public id, name) of what it made or changed, for the lines of one page."""
    if batch.status is not BatchStatus.APPLIED:
        return {}
    statement = (
        visible(select(ImportChange), actor, P.IMPORT_VIEW)
        .where(
            ImportChange.batch_id == batch.id,
            ImportChange.line.in_(list(lines)),
            ImportChange.entity_type.in_(_OPENED),
            ImportChange.action != ChangeAction.DELETED,
        )
        .order_by(ImportChange.entity_type.desc(), ImportChange.id)
    )
    found: dict[int, tuple[str, str, str]] = {}
    for change in db.session.scalars(statement):
        after = change.after or {}
        has_id = change.entity_type in ("deal", "order", "invoice", "payment")
        name = after.get("external_id" if has_id else "name")
        # A deal goes before the order derived from it.
        if change.line is not None and (change.line not in found or change.entity_type == "deal"):
            found[change.line] = (change.entity_type, after["public_id"], str(name))
    return found


def list_conflicts(actor: Actor, batch: ImportBatch, limit: int = 200) -> list[ImportConflict]:
    """Where the batch's file and a person disagree; those to be decided first."""
    statement = visible(select(ImportConflict), actor, P.IMPORT_VIEW).where(
        ImportConflict.batch_id == batch.id
    )
    is_decided = case((ImportConflict.decision == ConflictDecision.OPEN, 0), else_=1)
    return list(db.session.scalars(statement.order_by(is_decided, ImportConflict.id).limit(limit)))


def list_rejected(actor: Actor, batch: ImportBatch) -> list[ImportRow]:
    """The rejected lines of a batch, in the file's order."""
    statement = batch_rows(actor, batch).where(ImportRow.outcome == RowOutcome.REJECTED)
    return list(db.session.scalars(statement.order_by(ImportRow.line, ImportRow.id)))
