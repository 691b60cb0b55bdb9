"""Starting an action on many rows, and advancing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from prm.access import Actor, require
from prm.accounts.sessions import find_person
from prm.bulk.actions import ACTIONS, BulkAction
from prm.bulk.models import BulkItem, BulkRun, ItemOutcome
from prm.errors import DomainError, Forbidden, NotFound
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import transaction
from prm.journal.services import record
from prm.partners.actors import find_actor
from prm.permissions import P
from prm.vendors.models import Vendor

MAX_ROWS = 20_000
CHUNK = 50  # rows of one transaction


def start_run(
    actor: Actor, action: BulkAction, which: Mapping[str, Any] | list[UUID], asked: Mapping[str, Any]
) -> BulkRun:
    """Write down what is to be done with which rows; a job does it.

    Raises Forbidden without the action's permission, DomainError for no row or too many.
    """
    require(actor, P.LIST_KEEP)
    require(actor, action.permission)
    rows = db.session.execute(action.choose(actor, which).limit(MAX_ROWS + 1)).all()
    if not rows:
        raise DomainError(_("No row is chosen."))
    if len(rows) > MAX_ROWS:
        raise DomainError(_("These are more than %(num)s rows: filter the list first.", num=MAX_ROWS))
    run = BulkRun(
        user_id=actor.user_id, action=action.key, asked=dict(asked), total=len(rows), created_at=clock.now()
    )
    db.session.add(run)
    db.session.flush()
    db.session.execute(
        insert(BulkItem),
        [
            {"run_id": run.id, "subject": subject, "label": label[:200], "outcome": ItemOutcome.WAITING,
             "reason": ""}
            for subject, label in rows
        ],
    )  # fmt: skip
    record(actor, "bulk.started", run, facts={"action": action.key, "rows": len(rows)})
    return run


def advance_run(run_id: int) -> bool:
    """Do the next rows of a run, each wholly or not at all; whether any are left.

    As the person who asked, with what they may do now: who lost the right is refused from then on.
    """
    with transaction():
        run = db.session.get_one(BulkRun, run_id)
        items = list(
            db.session.scalars(
                select(BulkItem)
                .where(BulkItem.run_id == run_id, BulkItem.outcome == ItemOutcome.WAITING)
                .order_by(BulkItem.id)
                .limit(CHUNK)
                .with_for_update(skip_locked=True)
            )
        )
        if not items:
            db.session.execute(
                update(BulkRun)
                .where(BulkRun.id == run_id, BulkRun.finished_at.is_(None))
                .values(finished_at=clock.now())
            )
            return False
        actor = _actor_of(run)
        action = ACTIONS.get(run.action)
        for item in items:
            item.outcome, item.reason = _attempt(actor, action, item.subject, run.asked)
    return True


def _attempt(
    actor: Actor | None, action: BulkAction | None, subject: UUID, asked: Mapping[str, Any]
) -> tuple[ItemOutcome, str]:
    if actor is None or action is None:
        return ItemOutcome.REFUSED, _("Who asked for this may not do it any more.")
    try:
        with db.session.begin_nested():
            require(actor, action.permission)
            action.apply(actor, subject, asked)
    except Forbidden:
        return ItemOutcome.REFUSED, _("Who asked for this may not do it any more.")
    except NotFound:
        return ItemOutcome.REFUSED, _("It is not there any more.")
    except DomainError as error:
        return ItemOutcome.REFUSED, " ".join(dict.fromkeys([str(error), *error.fields.values()]))[:500]
    return ItemOutcome.DONE, ""


def _actor_of(run: BulkRun) -> Actor | None:
    person = find_person(run.user_id)
    return find_actor(person, db.session.get_one(Vendor, run.vendor_id)) if person is not None else None
