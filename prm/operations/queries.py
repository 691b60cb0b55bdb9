"""Reading what the installation has still to do, over all vendors; sums only, nothing of any of them."""

from __future__ import annotations

from sqlalchemy import func, select

from prm.accounts.models import MailStatus, OutgoingMail
from prm.certification.models import Certificate, CertificateFile
from prm.extensions import db
from prm.imports.models import BatchStatus, ImportBatch
from prm.infra import clock
from prm.infra.db import serve_vendor
from prm.operations.models import BackupTaken, Erasure
from prm.vendors.models import Vendor


def count_mails() -> dict[str, float]:
    """Mails by status."""
    counted = db.session.execute(
        select(OutgoingMail.status, func.count(OutgoingMail.id)).group_by(OutgoingMail.status)
    )
    return {**{status.value: 0 for status in MailStatus}, **{status.value: n for status, n in counted}}


def get_backup_age() -> float:
    """Seconds since the moment that the last backup holds; infinite where none was ever made."""
    taken_at = db.session.scalar(select(func.max(BackupTaken.taken_at)))
    return (clock.now() - taken_at).total_seconds() if taken_at is not None else float("inf")


def count_jobs() -> tuple[dict[str, float], dict[str, float]]:
    """(due, failed) by kind: what rows say is to be done, whatever the queue holds."""
    due: dict[str, float] = {"certificate_file": 0, "import": 0, "erasure": 0}
    failed: dict[str, float] = {"certificate_file": 0, "import": 0}
    due["erasure"] = (
        db.session.scalar(select(func.count(Erasure.id)).where(Erasure.finished_at.is_(None))) or 0
    )
    for vendor_id in db.session.scalars(select(Vendor.id)).all():
        with serve_vendor(vendor_id):
            waiting, broken = db.session.execute(
                select(func.count(CertificateFile.id), func.count(CertificateFile.problem))
                .join(Certificate, Certificate.id == CertificateFile.certificate_id)
                .where(CertificateFile.file_id.is_(None), Certificate.withdrawn_at.is_(None))
            ).one()
            due["certificate_file"] += waiting - broken
            failed["certificate_file"] += broken
            for status, number in db.session.execute(
                select(ImportBatch.status, func.count(ImportBatch.id))
                .where(ImportBatch.status.in_([BatchStatus.CHECKING, BatchStatus.DUE, BatchStatus.FAILED]))
                .group_by(ImportBatch.status)
            ):
                (failed if status is BatchStatus.FAILED else due)["import"] += number
    return due, failed
