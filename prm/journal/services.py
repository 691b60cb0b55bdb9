"""Writing the journal."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert

from prm.access import Actor
from prm.extensions import db
from prm.infra import clock
from prm.infra.db import bound_vendor
from prm.journal.chain import INSTALLATION, START, canonical, commitment, digest_of
from prm.journal.models import JournalEntry, JournalHead, JournalPersonalValue
from prm.vendors.models import Vendor


def record(
    actor: Actor,
    action: str,
    subject: Any,
    *,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, str | None] | None = None,
    chain: str | None = None,
) -> JournalEntry:
    """Append one act to the chain of the vendor served (or the installation's).

    `action` is past tense ("deal.approved"); prm/reactions.py says what follows from it. `subject`
    is the row acted on (flushed). `facts` holds no personal data; `personal` values are committed
    to by salted hashes and kept beside the chain. Must run inside transaction().
    """
    session = db.session()
    if not session.info.get("in_transaction"):
        raise RuntimeError("The journal is written inside transaction().")
    session.flush()
    vendor_id = bound_vendor()
    if chain is None:
        chain = INSTALLATION if vendor_id is None else chain_of(vendor_id)
    head = _lock_head(chain)
    salted = {name: (value[:500], secrets.token_hex(16)) for name, value in (personal or {}).items() if value}
    entry = JournalEntry(
        chain=chain,
        sequence=head.sequence + 1,
        at=clock.now(),
        actor_ref=actor.ref,
        actor_role=actor.role.value if actor.role else "anonymous",
        action=action,
        subject_type=type(subject).__name__.lower(),
        subject_ref=str(getattr(subject, "public_id", None) or getattr(subject, "id", "")),
        facts=json.loads(canonical(dict(facts or {}))),
        commitments={name: commitment(value, salt) for name, (value, salt) in salted.items()},
        previous_digest=head.digest,
        digest="",
    )
    entry.digest = digest_of(entry)
    head.sequence, head.digest = entry.sequence, entry.digest
    session.add(entry)
    session.flush()
    session.add_all(
        JournalPersonalValue(entry_id=entry.id, name=name, value=value, salt=salt)
        for name, (value, salt) in salted.items()
    )
    session.info.setdefault("happened", []).append((actor, action, subject))
    return entry


def announce(actor: Actor, action: str, subject: Any) -> None:
    """Let prm/reactions.py react to something that the journal need not keep: a mail that is due."""
    session = db.session()
    if not session.info.get("in_transaction"):
        raise RuntimeError("announce() is for code inside transaction().")
    session.flush()
    session.info.setdefault("happened", []).append((actor, action, subject))


def lock_chain() -> None:
    """Make this transaction the only one that records in the chain of the vendor served until it ends.

    For an act that depends on what others record. Taken first: who locks something else before
    recording could wait for somebody who waits for them.
    """
    session = db.session()
    if not session.info.get("in_transaction"):
        raise RuntimeError("The journal is locked inside transaction().")
    vendor_id = bound_vendor()
    _lock_head(INSTALLATION if vendor_id is None else chain_of(vendor_id))


def chain_of(vendor_id: int) -> str:
    """The chain's name: the vendor's public id, which no rename changes."""
    return str(db.session.scalars(select(Vendor.public_id).where(Vendor.id == vendor_id)).one())


def _lock_head(chain: str) -> JournalHead:
    statement = select(JournalHead).where(JournalHead.chain == chain).with_for_update()
    head = db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if head is None:
        # Two first writers of one chain: the primary key lets one through, the other waits and reads.
        kind = db.session.get_bind().dialect.name
        if kind == "postgresql":
            db.session.execute(
                pg_insert(JournalHead).on_conflict_do_nothing(),
                [{"chain": chain, "sequence": 0, "digest": START}],
            )
        else:
            db.session.execute(insert(JournalHead), [{"chain": chain, "sequence": 0, "digest": START}])
        head = db.session.scalars(statement.execution_options(populate_existing=True)).one()
    return head
