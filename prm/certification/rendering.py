"""Printing what is due, and reading what was kept.

A file is printed and signed once: the bytes go into the store first, then the row says so. Whoever
dies in between leaves a row that is still due; printing it again gives the same bytes, and so the
same file in the store. Used by the job, the download page and the command line alike, each of which
serves the vendor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import or_, select

from prm.access import Actor
from prm.certification.batches.models import IssueBatch, IssueBatchItem
from prm.certification.credentials.issuing import sign_for_print
from prm.certification.designs.queries import read_design
from prm.certification.models import Certificate, CertificateFile
from prm.certification.printing import print_certificate
from prm.certification.services.files import KeptBytes, keep_file, note_problem
from prm.certification.services.keys import find_signing_key, open_signing_key
from prm.errors import Conflict
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.db import transaction
from prm.infra.pdf import PdfError
from prm.infra.signing import SigningError, TimeStampMissing, make_signer, stamp_by
from prm.vendors.models import StoredFile, Vendor

RETRY_AFTER = timedelta(hours=1)


class Unprintable(Conflict):
    """A certificate cannot be printed as things are; the message says why."""


class NotNow(Unprintable):
    """Nothing can be printed at this moment; it will be possible without anybody's doing."""


def read_file(actor: Actor, file_key: int) -> bytes:
    """The bytes of a certificate's file, printed now if no job came to it yet.

    Raises Unprintable where it cannot be printed, StorageError where the kept bytes are missing or
    not those that were issued.
    """
    row = db.session.get_one(CertificateFile, file_key)
    if row.file_id is None:
        return render_file(actor, file_key)
    return _kept(row)


def render_file(actor: Actor, file_key: int) -> bytes:
    """Print, sign and keep a file that is due, and return its bytes. Safe to run twice, and at once.

    Raises Unprintable; the reason is kept with the file.
    """
    row = db.session.get_one(CertificateFile, file_key)
    if row.file_id is not None:
        return _kept(row)
    certificate = db.session.get_one(Certificate, row.certificate_id)
    if certificate.withdrawn_at is not None:
        raise Unprintable(_("Certificate %(number)s was withdrawn.", number=certificate.number))
    owner = str(db.session.get_one(Vendor, row.vendor_id).public_id)
    try:
        key = find_signing_key()
        if key is None:
            raise SigningError("This vendor has no signing key.")
        signer = make_signer(open_signing_key(key), time_stamper=stamp_by(current_app.config["TSA_URL"]))
        logo = read_logo(certificate.facts)
        design = read_design(owner, certificate.facts.get("design"))
        signed = sign_for_print(actor, certificate)
        content = print_certificate(
            certificate.facts, row.paper, signer, row.requested_at, signed, logo, design
        )
    except TimeStampMissing as error:
        current_app.logger.warning("certificate_not_stamped: %s: %s", certificate.public_id, error)
        with transaction():
            note_problem(file_key, str(error), is_passing=True)
        raise NotNow(_("This certificate cannot be printed yet: %(problem)s", problem=error)) from error
    except (PdfError, SigningError, storage.StorageError) as error:
        current_app.logger.warning("certificate_unprintable: %s: %s", certificate.public_id, error)
        with transaction():
            note_problem(file_key, str(error))
        raise Unprintable(_("This certificate cannot be printed: %(problem)s", problem=error)) from error
    stored_as, sha256 = storage.put(owner, content)
    try:
        with transaction():
            row = keep_file(actor, file_key, KeptBytes(stored_as, sha256, len(content)))
    except Conflict as error:  # its holder was erased while it was printed
        storage.store().remove(stored_as)
        raise Unprintable(str(error)) from error
    return content if row.sha256 == sha256 else _kept(row)


def read_logo(facts: Mapping[str, Any]) -> bytes | None:
    """The logo that the facts name, as it was when the certificate was issued."""
    digest = facts["brand"].get("logo")
    return storage.read(storage.key_of(facts["vendor"]["id"], digest)) if digest else None


def list_due_files() -> list[int]:
    """Files of the vendor served that wait to be printed; those that failed wait an hour, those
    of a batch that is at work are left to it."""
    again = clock.now() - RETRY_AFTER
    printed_by_batches = (
        select(IssueBatchItem.certificate_id)
        .join(IssueBatch, IssueBatch.id == IssueBatchItem.batch_id)
        .where(IssueBatch.finished_at.is_(None), IssueBatchItem.certificate_id.is_not(None))
    )
    return list(
        db.session.scalars(
            select(CertificateFile.id)
            .join(Certificate, Certificate.id == CertificateFile.certificate_id)
            .where(
                CertificateFile.file_id.is_(None),
                Certificate.withdrawn_at.is_(None),
                or_(CertificateFile.attempted_at.is_(None), CertificateFile.attempted_at < again),
                CertificateFile.certificate_id.not_in(printed_by_batches),
            )
            .order_by(CertificateFile.id)
            .limit(500)
        )
    )


def _kept(row: CertificateFile) -> bytes:
    stored = db.session.get_one(StoredFile, row.file_id)
    content = storage.read(stored.key)
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise storage.StorageError(f"The file {stored.key} is not what was issued: restore it.")
    return content
