"""Verbs on one audit, from plan to opening: what is frozen, and who may move it on."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from prm.access import Actor, require
from prm.accounts.models import User
from prm.audits.criteria import MetricTerms, SampleTerms, from_parameters
from prm.audits.models import Audit, AuditItem, AuditRow, AuditStatus, Checklist
from prm.audits.queries import auditing, criteria
from prm.audits.queries.compliance import today_of
from prm.audits.queries.metrics import draw, measure
from prm.audits.services.naming import Names, new_key
from prm.errors import DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.infra.money import exponent_of
from prm.journal.services import record
from prm.partners.models import Partnership, Region
from prm.permissions import P


def plan_audit(
    actor: Actor,
    partnership: Partnership,
    *,
    checklist: Checklist,
    as_of: date,
    due_on: date,
    auditor_id: UUID,
    seed: str = "",
    campaign_id: int | None = None,
) -> Audit:
    """Plan an audit of a partnership. Without a seed for its samples one is drawn.

    Raises DomainError naming the field: a date in the future, a due date that has passed, a checklist
    that is retired, an auditor who does not reach the partnership.
    """
    require(actor, P.AUDIT_CONDUCT)
    today = today_of(actor)
    if as_of > today:
        raise _at("as_of", _("Evidence can be taken as of today or earlier, not of the future."))
    if not checklist.is_active:
        raise _at("checklist", _("This checklist is retired."))
    _check_due(due_on, today)
    auditor = _auditor_of(actor, partnership, auditor_id)
    audit = Audit(
        partnership_id=partnership.id,
        checklist_id=checklist.id,
        checklist_name=checklist.name,
        campaign_id=campaign_id,
        as_of=as_of,
        due_on=due_on,
        seed=" ".join(seed.split())[:40] or secrets.token_hex(8),
        auditor_id=auditor.user_id,
        planned_by_id=actor.user_id,
        pseudonym_key=new_key(),
        created_at=clock.now(),
        touched_at=clock.now(),
    )
    db.session.add(audit)
    db.session.flush()
    record(
        actor,
        "audit.planned",
        audit,
        facts={
            "partnership": str(partnership.public_id),
            "checklist": checklist.name,
            "as_of": as_of,
            "due_on": due_on,
            "auditor": str(auditor.public_id),
            "seed": audit.seed,
        },
    )
    return audit


def change_plan(actor: Actor, audit: Audit, *, due_on: date, auditor_id: UUID) -> None:
    """Move the due date, or hand an audit over to another auditor, until it is signed.

    Raises Conflict once it is, DomainError naming the field.
    """
    require(actor, P.AUDIT_CONDUCT)
    hold(audit, AuditStatus.PLANNED, AuditStatus.OPEN, AuditStatus.REPORTED)
    if due_on != audit.due_on:
        _check_due(due_on, today_of(actor))
    partnership = db.session.get_one(Partnership, audit.partnership_id)
    auditor = _auditor_of(actor, partnership, auditor_id)
    audit.due_on, audit.auditor_id = due_on, auditor.user_id
    if audit.opened_at is not None:
        Names(audit).user(db.session.get_one(User, auditor.user_id))
    record(actor, "audit.plan_changed", audit, facts={"due_on": due_on, "auditor": str(auditor.public_id)})


def _check_due(due_on: date, today: date) -> None:
    if due_on < today:
        raise _at("due_on", _("The due date has passed already."))


def _auditor_of(actor: Actor, partnership: Partnership, auditor_id: UUID) -> auditing.Colleague:
    found = next((c for c in auditing.list_auditors(actor) if c.public_id == auditor_id), None)
    if found is None:
        raise _at("auditor", _("Choose one of your channel managers or administrators."))
    if found.region_names:
        region = db.session.scalar(select(Region.name).where(Region.id == partnership.region_id))
        if region not in found.region_names:
            raise _at("auditor", _("%(name)s does not look after this partner's region.", name=found.name))
    return found


def _at(field: str, message: str) -> DomainError:
    return DomainError(message, {field: message})


# -- moving on ---------------------------------------------------------------------------------


def move(audit: Audit, before: Sequence[AuditStatus], after: AuditStatus, **values: Any) -> None:
    """Take an audit from one state to the next, once. Raises Conflict where it stands elsewhere."""
    db.session.flush()
    claim(
        update(Audit)
        .where(Audit.id == audit.id, Audit.status.in_(before))
        .values(status=after, touched_at=clock.now(), **values),
        _("The audit has moved on since this page was shown. Look at it again."),
    )
    db.session.refresh(audit)


def hold(audit: Audit, *states: AuditStatus) -> None:
    """Keep the audit in one of these states until the transaction ends. Raises Conflict in another:
    what is closed stays as it was signed."""
    db.session.flush()
    claim(
        update(Audit).where(Audit.id == audit.id, Audit.status.in_(states)).values(touched_at=clock.now()),
        _("This can no longer be changed: the audit has moved on."),
    )
    db.session.refresh(audit)


def require_auditor(actor: Actor, audit: Audit) -> None:
    """Raises DomainError for anybody but the audit's auditor: who judges is known, and never signs."""
    require(actor, P.AUDIT_CONDUCT)
    if actor.user_id != audit.auditor_id:
        auditor = db.session.get_one(User, audit.auditor_id)
        raise DomainError(
            _("Only the auditor, %(name)s, does this. An audit can be handed over.", name=auditor.name)
        )


def withdraw_audit(actor: Actor, audit: Audit) -> None:
    """Give up an audit that was not opened. Raises Conflict for one that was."""
    require(actor, P.AUDIT_CONDUCT)
    move(audit, [AuditStatus.PLANNED], AuditStatus.WITHDRAWN)
    record(actor, "audit.withdrawn", audit)


def open_audit(actor: Actor, audit: Audit) -> None:
    """Freeze the criteria, measure and draw as of the audit's date, and let the partner answer.

    Raises Conflict where it was opened before, DomainError where the checklist is empty.
    """
    require(actor, P.AUDIT_CONDUCT)
    move(audit, [AuditStatus.PLANNED], AuditStatus.OPEN, opened_at=clock.now())
    partnership = db.session.get_one(Partnership, audit.partnership_id)
    checklist = db.session.get_one(Checklist, audit.checklist_id)
    lines = criteria.list_lines(checklist)
    if not lines:
        raise DomainError(_("The checklist is empty: add criteria to it first."))
    audit.checklist_name = checklist.name
    names = Names(audit)
    names.people_of(partnership)
    names.user(db.session.get_one(User, audit.auditor_id))
    names.actor(actor)
    facts = [_freeze(actor, audit, partnership, names, n, line) for n, line in enumerate(lines, 1)]
    record(
        actor,
        "audit.opened",
        audit,
        facts={"as_of": audit.as_of, "seed": audit.seed, "results": facts},
    )


def _freeze(
    actor: Actor, audit: Audit, partnership: Partnership, names: Names, position: int, line: criteria.Line
) -> dict[str, Any]:
    version, terms = line.stated.version, line.stated.terms
    item = AuditItem(
        audit_id=audit.id,
        position=position,
        weight=line.weight,
        criterion_version_id=version.id,
        kind=line.stated.criterion.kind,
        name=version.name,
        guidance=version.guidance,
        parameters=version.parameters,
    )
    rows: tuple[dict[str, Any], ...] = ()
    if isinstance(terms, MetricTerms):
        measured = measure(actor, partnership, audit.as_of, terms)
        minor_units = 10 ** exponent_of(measured.currency) if measured.currency else 1
        item.value, item.currency, rows = measured.value, measured.currency, measured.rows
        item.is_met = terms.is_met_by(measured.value, minor_units)
    elif isinstance(terms, SampleTerms):
        sample = draw(actor, partnership, audit.as_of, terms, audit.seed)
        item.population, rows = sample.population, sample.rows
    db.session.add(item)
    db.session.flush()
    if rows:
        db.session.execute(
            insert(AuditRow),
            [
                {"item_id": item.id, "position": number, "cells": names.cells(cells)}
                for number, cells in enumerate(rows, 1)
            ],
        )
    return {"position": position, "value": item.value, "is_met": item.is_met, "rows": len(rows)}


def get_terms(item: AuditItem) -> Any:
    """What the item's frozen parameters demand."""
    return from_parameters(item.kind, item.parameters)
