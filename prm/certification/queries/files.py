"""The files of certificates: which there are, and which is handed out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from prm.certification.models import Certificate, CertificateFile
from prm.errors import NotFound
from prm.extensions import db
from prm.vendors.models import Paper, StoredFile


def list_files(certificate: Certificate) -> list[tuple[CertificateFile, StoredFile | None]]:
    """The files of a certificate in the order they were asked for; those being made have none yet.

    None at all of one that was withdrawn.
    """
    if certificate.withdrawn_at is not None:
        return []
    rows = db.session.execute(
        select(CertificateFile, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == CertificateFile.file_id)
        .where(CertificateFile.certificate_id == certificate.id)
        .order_by(CertificateFile.id)
    )
    return [(row[0], row[1]) for row in rows]


def is_first_file() -> ColumnElement[bool]:
    """Of files that a statement selects: the one that was made with its certificate."""
    earlier = aliased(CertificateFile)
    return ~(
        select(earlier.id)
        .where(earlier.certificate_id == CertificateFile.certificate_id, earlier.id < CertificateFile.id)
        .exists()
    )


def get_file(certificate: Certificate, paper: Paper) -> CertificateFile:
    """The file of one paper size. Raises NotFound where nobody asked for it, or it was withdrawn."""
    if certificate.withdrawn_at is not None:
        raise NotFound
    found = db.session.scalars(
        select(CertificateFile).where(
            CertificateFile.certificate_id == certificate.id, CertificateFile.paper == paper
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def first_files(
    certificates: Sequence[Certificate],
) -> dict[int, tuple[CertificateFile, StoredFile | None]]:
    """By a certificate's key the file to hand out, the first there was, with what is kept of it."""
    rows = db.session.execute(
        select(CertificateFile, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == CertificateFile.file_id)
        .where(CertificateFile.certificate_id.in_([each.id for each in certificates]))
        .order_by(CertificateFile.id)
    )
    first: dict[int, tuple[CertificateFile, StoredFile | None]] = {}
    for file, stored in rows:
        first.setdefault(file.certificate_id, (file, stored))
    return first
