"""Working on a batch until it is done: certificates are issued while the ones before are printed.

The bytes of a file go into the store first; then one transaction says so of a whole chunk: the
credential, its place in the status list, the file. Whoever dies in between leaves items that are still
issued and not printed, and the next one prints them again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from prm.access import Actor, system_actor
from prm.certification.batches import services
from prm.certification.batches.models import IssueBatch, IssueBatchItem, ItemState
from prm.certification.batches.printer import Keys, Printed, Printer, Sheet, printer_for
from prm.certification.credentials.building import Picture, Place
from prm.certification.credentials.issuing import document_of, find_or_draw, keep_credential
from prm.certification.credentials.models import Credential
from prm.certification.credentials.status import allot_places, list_taken
from prm.certification.designs.layout import Design
from prm.certification.designs.queries import read_design
from prm.certification.models import Certificate, CertificateFile
from prm.certification.queries.files import is_first_file
from prm.certification.rendering import read_logo
from prm.certification.services.files import KeptBytes, keep_printed, note_problem
from prm.certification.services.keys import (
    ensure_credential_key,
    ensure_signing_key,
    find_credential_key,
    find_signing_key,
    open_credential_key,
    open_signing_key,
    public_url,
)
from prm.errors import Conflict
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.db import transaction
from prm.journal.services import lock_chain
from prm.vendors.models import Vendor


class KeysChanged(Exception):
    """The vendor's keys were replaced while sheets were printed with the old ones."""


class Interrupted(Exception):
    """The work stops here for now: the reason passes by itself. The batch stays as it is."""


@dataclass
class _Run:
    """What one worker knows beside the database."""

    actor: Actor
    batch: IssueBatch
    worker: str
    owner: str
    keys: Keys
    key_rows: tuple[int, int]
    printer: Printer
    pictures: dict[str, Picture] = field(default_factory=dict)
    logos: dict[str, bytes | None] = field(default_factory=dict)
    designs: dict[str | None, Design | None] = field(default_factory=dict)
    reserved: set[tuple[int, int]] = field(default_factory=set)
    after: int = 0


def advance_batch(
    vendor_key: int, batch_key: int, *, tell: Callable[[IssueBatch], None] = lambda _batch: None
) -> bool:
    """Work on a batch of the vendor served until it is done; False where somebody else works on it.

    `tell` is called after every chunk. Raises Interrupted where the time-stamping service does not answer,
    SigningError where the keys cannot be opened; the batch can be taken up again.
    """
    actor, worker = system_actor(vendor_key), secrets.token_hex(16)
    try:
        with transaction():
            services.claim_batch(batch_key, worker)
    except Conflict:
        return False
    try:
        while True:
            batch = db.session.get_one(IssueBatch, batch_key, populate_existing=True)
            before = _count_left(batch)
            keys, key_rows = _open_keys(actor, vendor_key)
            owner = str(db.session.get_one(Vendor, vendor_key).public_id)
            with printer_for(keys, before) as printer:
                run = _Run(actor, batch, worker, owner, keys, key_rows, printer)
                try:
                    _work(run, tell)
                except KeysChanged:
                    continue
            with transaction():
                lock_chain()
                if _count_left(batch) == before:  # nothing there can be printed: going on would not end
                    services.give_up_rest(batch)
                if services.finish_batch(actor, batch_key):
                    return True
    except Conflict:  # it was taken for dead, and somebody else goes on
        return False
    finally:
        with transaction():
            services.release_batch(batch_key, worker)


def _work(run: _Run, tell: Callable[[IssueBatch], None]) -> None:
    """Go through a batch once: while one chunk is printed, the next one is issued."""
    printing: list[tuple[Sheet, Future[Printed]]] = []
    while True:
        with transaction():
            services.claim_batch(run.batch.id, run.worker)
            services.issue_next(run.actor, run.batch)
        sheets = _next_sheets(run)
        submitted = [(sheet, run.printer.submit(sheet)) for sheet in sheets]
        if printing:
            _keep(run, printing)
            tell(run.batch)
        printing = submitted
        if not printing:
            return


def _next_sheets(run: _Run) -> list[Sheet]:
    """What is to be printed next: issued, and not printed in this run."""
    rows = db.session.execute(
        select(IssueBatchItem.id, Certificate, CertificateFile, Credential)
        .join(Certificate, Certificate.id == IssueBatchItem.certificate_id)
        .join(CertificateFile, CertificateFile.certificate_id == Certificate.id)
        .outerjoin(
            Credential,
            (Credential.certificate_id == Certificate.id) & Credential.withdrawn_at.is_(None),
        )
        .where(
            IssueBatchItem.batch_id == run.batch.id,
            IssueBatchItem.state == ItemState.ISSUED,
            IssueBatchItem.id > run.after,
            is_first_file(),
        )
        .order_by(IssueBatchItem.id)
        .limit(services.CHUNK)
    ).all()
    if not rows:
        return []
    run.after = rows[-1][0]
    places = allot_places(sum(credential is None for *_row, credential in rows), run.reserved)
    run.reserved |= {(place.number, place.index) for place in places}
    now = clock.now().replace(microsecond=0)
    sheets = []
    for _item, certificate, file, credential in rows:
        facts = certificate.facts
        place = places.pop() if credential is None else Place(credential.list_number, credential.list_index)
        sheets.append(
            Sheet(
                file_key=file.id,
                facts=facts,
                paper=file.paper,
                requested_at=file.requested_at,
                place=place,
                picture=_picture(run, facts),
                signed_at=now,
                logo=_logo(run, facts),
                design=_design(run, facts),
                credential=document_of(credential) if credential is not None else None,
            )
        )
    return sheets


def _keep(run: _Run, printing: Iterable[tuple[Sheet, Future[Printed]]]) -> None:
    """Store what was printed, then say so of all of it at once."""
    done = [(sheet, future.result()) for sheet, future in printing]
    if missing := next((printed for _sheet, printed in done if printed.is_passing), None):
        raise Interrupted(missing.problem)
    stored = {
        printed.file_key: KeptBytes(*storage.put(run.owner, printed.content), len(printed.content))
        for _sheet, printed in done
        if not printed.problem
    }
    with transaction():
        services.claim_batch(run.batch.id, run.worker)
        lock_chain()
        signing, credentials = find_signing_key(), _credential_key(run)
        if signing is None or credentials is None or (signing.id, credentials.id) != run.key_rows:
            raise KeysChanged
        taken = list_taken([sheet.place for sheet, _printed in done])
        known = {known.file.id: known for known in _read_known(run, [sheet.file_key for sheet, _p in done])}
        for sheet, printed in done:
            if sheet.file_key in known:  # else its holder was erased meanwhile
                _keep_one(run, sheet, printed, known[sheet.file_key], stored, taken)
    run.reserved -= {(sheet.place.number, sheet.place.index) for sheet, _printed in done}


@dataclass(frozen=True)
class _Known:
    """What the database says of one sheet, now that nobody else changes it."""

    file: CertificateFile
    certificate: Certificate
    item: IssueBatchItem
    credential: Credential | None


def _read_known(run: _Run, file_keys: list[int]) -> list[_Known]:
    rows = db.session.execute(
        select(CertificateFile, Certificate, IssueBatchItem, Credential)
        .join(Certificate, Certificate.id == CertificateFile.certificate_id)
        .join(
            IssueBatchItem,
            (IssueBatchItem.certificate_id == Certificate.id) & (IssueBatchItem.batch_id == run.batch.id),
        )
        .outerjoin(
            Credential, (Credential.certificate_id == Certificate.id) & Credential.withdrawn_at.is_(None)
        )
        .where(CertificateFile.id.in_(file_keys)),
        execution_options={"populate_existing": True},
    )
    return [_Known(*row) for row in rows]


def _keep_one(
    run: _Run,
    sheet: Sheet,
    printed: Printed,
    known: _Known,
    stored: dict[int, KeptBytes],
    taken: set[Place],
) -> None:
    row, item, certificate, credential = known.file, known.item, known.certificate, known.credential
    if row.file_id is not None:  # somebody wanted it at once
        item.state, item.reason = ItemState.PRINTED, ""
        return
    if printed.problem or certificate.withdrawn_at is not None:
        item.state, item.reason = ItemState.UNPRINTED, printed.problem[:300]
        if certificate.withdrawn_at is None:
            note_problem(row.id, printed.problem)
        return
    if credential is None and sheet.credential is None and sheet.place not in taken:
        keep_credential(
            run.actor, certificate, run.key_rows[1], sheet.place, printed.credential, sheet.picture,
            sheet.signed_at,
        )  # fmt: skip
    elif credential is None or credential.document != printed.credential:
        return  # signed otherwise meanwhile: it is printed again with that
    keep_printed(run.actor, row, certificate, stored[row.id])
    item.state, item.reason = ItemState.PRINTED, ""


def _open_keys(actor: Actor, vendor_key: int) -> tuple[Keys, tuple[int, int]]:
    with transaction():
        lock_chain()
        vendor = db.session.get_one(Vendor, vendor_key)
        document, credential = ensure_signing_key(actor, vendor), ensure_credential_key(actor, vendor)
        db.session.flush()
        return (
            Keys(
                issuer=open_signing_key(document),
                did=credential.did,
                method=credential.method,
                credential_key=open_credential_key(credential).private_bytes_raw(),
                issuer_url=public_url(vendor),
            ),
            (document.id, credential.id),
        )


def _credential_key(run: _Run) -> object:
    return find_credential_key(db.session.get_one(Vendor, run.batch.vendor_id))


def _count_left(batch: IssueBatch) -> int:
    """How many sheets there may be to print, at most."""
    left = select(IssueBatchItem.id).where(
        IssueBatchItem.batch_id == batch.id,
        IssueBatchItem.state.in_([ItemState.WAITING, ItemState.ISSUED]),
    )
    return len(db.session.scalars(left).all())


def _picture(run: _Run, facts: dict[str, Any]) -> Picture:
    """The picture of the achievement: the same for all but a few of a batch."""
    design = json.dumps([facts["certification"], facts["vendor"], facts["brand"], facts["language"]])
    if design not in run.pictures:
        run.pictures[design] = find_or_draw(facts)
    return run.pictures[design]


def _logo(run: _Run, facts: dict[str, Any]) -> bytes | None:
    design = json.dumps(facts["brand"])
    if design not in run.logos:
        run.logos[design] = read_logo(facts)
    return run.logos[design]


def _design(run: _Run, facts: dict[str, Any]) -> Design | None:
    named = facts.get("design")
    if named not in run.designs:
        run.designs[named] = read_design(run.owner, named)
    return run.designs[named]
