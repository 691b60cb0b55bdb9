"""The files of a certificate: asked for, printed once, kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from prm.access import Actor
from prm.certification.models import Certificate, CertificateFile
from prm.certification.queries.certificates import today_of
from prm.certification.validity import own_status_of
from prm.errors import Conflict
from prm.extensions import db
from prm.infra import clock
from prm.journal.services import announce, lock_chain, record
from prm.vendors.models import Paper, StoredFile

MEDIA_TYPE = "application/pdf"


@dataclass(frozen=True)
class KeptBytes:
    """What was written into the store: its key, SHA-256 as hex, length in bytes."""

    key: str
    sha256: str
    size: int


def request_file(actor: Actor, certificate: Certificate, paper: Paper) -> CertificateFile:
    """Ask for one paper size of a certificate: made due now, or returned if it was asked for before.

    A further size is a further issued file. Raises Conflict for a certificate that does not count
    any more.
    """
    lock_chain()
    known = db.session.scalars(
        select(CertificateFile).where(
            CertificateFile.certificate_id == certificate.id, CertificateFile.paper == paper
        )
    ).one_or_none()
    if known is not None:
        return known
    if certificate.withdrawn_at is not None or not own_status_of(certificate, today_of(actor)).holds:
        number = certificate.number
        raise Conflict(
            _("Certificate %(number)s is no longer valid: no further file of it is made.", number=number)
        )
    record(
        actor,
        "certificate.file_requested",
        certificate,
        facts={"number": certificate.number, "paper": paper.value},
    )
    return make_file_due(actor, certificate, paper, clock.now())


def make_file_due(
    actor: Actor,
    certificate: Certificate,
    paper: Paper,
    requested_at: datetime,
    *,
    is_one_of_many: bool = False,
) -> CertificateFile:
    """Write the row that makes a job print this size of a certificate; its signature claims that time.

    No job of its own is started for one of many.
    """
    row = CertificateFile(
        vendor_id=certificate.vendor_id,
        certificate_id=certificate.id,
        paper=paper,
        requested_at=requested_at.replace(microsecond=0),
    )
    db.session.add(row)
    if not is_one_of_many:
        announce(actor, "certificate_file.due", row)
    return row


def keep_file(actor: Actor, file_key: int, kept: KeptBytes) -> CertificateFile:
    """Say that a file was printed and stored, unless another process said so before.

    Raises Conflict where the certificate was withdrawn meanwhile.
    """
    row = _lock(file_key)
    if row.file_id is not None:
        return row
    certificate = db.session.get_one(Certificate, row.certificate_id, populate_existing=True)
    return keep_printed(actor, row, certificate, kept)


def keep_printed(
    actor: Actor, row: CertificateFile, certificate: Certificate, kept: KeptBytes
) -> CertificateFile:
    """The same for a file that is due and its certificate, both read since the vendor's chain is held."""
    if certificate.withdrawn_at is not None:  # while it was printed: what was printed names nobody any more
        raise Conflict(_("Certificate %(number)s was withdrawn.", number=certificate.number))
    stored = StoredFile(
        vendor_id=row.vendor_id,
        key=kept.key,
        sha256=kept.sha256,
        size=kept.size,
        media_type=MEDIA_TYPE,
        name=file_name(certificate, row.paper),
        created_at=clock.now(),
    )
    db.session.add(stored)
    db.session.flush()
    row.file_id, row.sha256, row.rendered_at = stored.id, kept.sha256, clock.now()
    row.attempted_at, row.problem = clock.now(), None
    db.session.flush()
    record(
        actor,
        "certificate.file_issued",
        certificate,
        facts={"number": certificate.number, "paper": row.paper.value, "sha256": kept.sha256},
    )
    return row


def note_problem(file_key: int, problem: str, *, is_passing: bool = False) -> None:
    """Keep why a file could not be printed; the certificate stays.

    It is tried again in an hour, or, if the problem passes by itself, within a minute.
    """
    row = _lock(file_key)
    if row.file_id is None:
        row.attempted_at, row.problem = (None if is_passing else clock.now()), problem[:300]
        db.session.flush()


def file_name(certificate: Certificate, paper: Paper) -> str:
    """The name a file is saved under."""
    tail = "" if paper is Paper.A4 else f"-{paper.value}"
    return f"{certificate.number}{tail}.pdf"


def _lock(file_key: int) -> CertificateFile:
    lock_chain()
    return db.session.scalars(
        select(CertificateFile)
        .where(CertificateFile.id == file_key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
