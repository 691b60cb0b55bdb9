"""The files of certificates: which there are, and which is handed out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from prm.certification.models import Certificate, CertificateFile, Paper
from prm.errors import NotFound
from prm.extensions import db
from prm.vendors.models import StoredFile


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
    """By a certificate's key the file to hand out, A4 before other papers, with what is kept of it."""
    rows = db.session.execute(
        select(CertificateFile, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == CertificateFile.file_id)
        .where(CertificateFile.certificate_id.in_([each.id for each in certificates]))
        .order_by(CertificateFile.paper != Paper.A4, CertificateFile.id)
    )
    first: dict[int, tuple[CertificateFile, StoredFile | None]] = {}
    for file, stored in rows:
        first.setdefault(file.certificate_id, (file, stored))
    return first
