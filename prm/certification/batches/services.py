"""Issuing to everybody who qualifies: asked for once, then advanced by whoever works on it."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import insert, or_, select, update

from prm.access import Actor, require
from prm.certification.batches.models import IssueBatch, IssueBatchItem, ItemState
from prm.certification.batches.queries import find_open_batch
from prm.certification.models import Certification
from prm.certification.services.issuing import issue_to_people, list_issuable
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import claim
from prm.journal.services import announce, lock_chain, record
from prm.permissions import P

# Certificates of one transaction: whoever else records waits for no longer than that.
CHUNK = 64
# For how long a worker that says nothing is believed to be alive.
LEASE = timedelta(seconds=45)


def start_batch(actor: Actor, scheme: Certification, *, is_announced: bool = True) -> IssueBatch | None:
    """Write down everybody who qualifies now; a job issues and prints. None where nobody does.

    `is_announced` False: the caller does the work itself. Raises Conflict while an earlier batch of the
    same certification is not finished, DomainError for a closed certification, Forbidden.
    """
    require(actor, P.SCHEME_EDIT)
    lock_chain()
    if not scheme.is_active:
        raise DomainError(_("“%(name)s” is closed: no certificate of it is issued.", name=scheme.name))
    if find_open_batch(scheme) is not None:
        raise Conflict(_("Certificates of “%(name)s” are being issued already.", name=scheme.name))
    chosen = list_issuable(actor, scheme)
    if not chosen:
        return None
    batch = IssueBatch(
        certification_id=scheme.id,
        requested_by_id=actor.user_id,
        requested_at=clock.now(),
        total=len(chosen),
    )
    db.session.add(batch)
    db.session.flush()
    db.session.execute(
        insert(IssueBatchItem),
        [
            {"batch_id": batch.id, "user_id": each.user_key, "state": ItemState.WAITING, "reason": ""}
            for each in chosen
        ],
    )
    record(
        actor,
        "issue_batch.started",
        batch,
        facts={"certification": scheme.public_id, "people": len(chosen)},
    )
    if is_announced:
        announce(actor, "issue_batch.due", batch)
    return batch


def claim_batch(batch_key: int, worker: str) -> None:
    """Be the one who works on a batch, for LEASE from now. Raises Conflict where somebody else is."""
    now = clock.now()
    claim(
        update(IssueBatch)
        .where(
            IssueBatch.id == batch_key,
            IssueBatch.finished_at.is_(None),
            or_(IssueBatch.worker.is_(None), IssueBatch.worker == worker, IssueBatch.worker_until < now),
        )
        .values(worker=worker, worker_until=now + LEASE),
        _("Somebody else works on this."),
    )


def release_batch(batch_key: int, worker: str) -> None:
    """Let the next one go on at once."""
    db.session.execute(
        update(IssueBatch)
        .where(IssueBatch.id == batch_key, IssueBatch.worker == worker)
        .values(worker=None, worker_until=None)
        .execution_options(synchronize_session=False)
    )


def issue_next(actor: Actor, batch: IssueBatch) -> int:
    """Issue to the next people of a batch; how many were looked at (0: nobody waits)."""
    lock_chain()
    items = list(
        db.session.scalars(
            select(IssueBatchItem)
            .where(IssueBatchItem.batch_id == batch.id, IssueBatchItem.state == ItemState.WAITING)
            .order_by(IssueBatchItem.id)
            .limit(CHUNK)
        )
    )
    if not items:
        return 0
    scheme = db.session.get_one(Certification, batch.certification_id)
    issued = {
        certificate.user_id: certificate.id
        for certificate in issue_to_people(actor, scheme, [item.user_id for item in items])
    }
    for item in items:
        item.certificate_id = issued.get(item.user_id)
        if item.certificate_id is None:
            item.state, item.reason = ItemState.REFUSED, _("Does not qualify any more, or holds one already.")
        else:
            item.state = ItemState.ISSUED
    db.session.flush()
    return len(items)


def give_up_rest(batch: IssueBatch) -> None:
    """Say of what is issued and cannot be printed in a batch that it is so."""
    db.session.execute(
        update(IssueBatchItem)
        .where(IssueBatchItem.batch_id == batch.id, IssueBatchItem.state == ItemState.ISSUED)
        .values(state=ItemState.UNPRINTED, reason=_("There is no file of it to be printed."))
        .execution_options(synchronize_session=False)
    )


def finish_batch(actor: Actor, batch_key: int) -> bool:
    """Say that a batch is done, once nobody waits and every file was tried; whether that is so."""
    left = select(IssueBatchItem.id).where(
        IssueBatchItem.batch_id == batch_key,
        IssueBatchItem.state.in_([ItemState.WAITING, ItemState.ISSUED]),
    )
    if db.session.scalars(left.limit(1)).first() is not None:
        return False
    batch = db.session.get_one(IssueBatch, batch_key, populate_existing=True)
    if batch.finished_at is None:
        batch.finished_at, batch.worker, batch.worker_until = clock.now(), None, None
        record(actor, "issue_batch.finished", batch, facts={"people": batch.total})
    return True
