"""The pack of a closed audit: its report made once, and the whole put together from what is kept."""

from __future__ import annotations

from flask_babel import gettext as _

from prm.access import Actor
from prm.audits import document, packing
from prm.audits.models import Audit, AuditStatus
from prm.audits.queries import auditing
from prm.audits.services import keep_report
from prm.errors import Conflict
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.db import transaction
from prm.vendors.models import StoredFile, Vendor


def get_pack(audit: Audit) -> tuple[dict[str, bytes], bytes]:
    """(files of the pack by path, names.json) of an audit that was fetched as visible.

    Raises Conflict where the audit is not closed, its report is not made yet, or its rows are not those
    that were signed.
    """
    if audit.status is not AuditStatus.CLOSED:
        raise Conflict(_("There is a pack once the audit is closed."))
    if audit.report_file_id is None:
        raise Conflict(_("The report is being made. Try again in a minute."))
    vendor = db.session.get_one(Vendor, audit.vendor_id)
    dossier = auditing.get_dossier(audit, with_rows=True)
    report = storage.read(db.session.get_one(StoredFile, audit.report_file_id).key)
    files = packing.pack_files(dossier, vendor, report, storage.read)
    if packing.sha256(files[packing.RECORD]) != audit.record_sha256:
        raise Conflict(_("The rows of this audit are not those that were signed."))
    return files, packing.names_json(dossier)


def make_report(actor: Actor, audit_id: int) -> None:
    """Render the report of a closed audit and keep it, unless that was done; safe to run twice.

    Renders before it opens a transaction of its own.
    """
    audit = db.session.get_one(Audit, audit_id)
    if audit.status is not AuditStatus.CLOSED or audit.report_file_id is not None:
        return
    vendor = db.session.get_one(Vendor, audit.vendor_id)
    dossier = auditing.get_dossier(audit, with_rows=True)
    report = document.pack_pdf(dossier, vendor)
    files = packing.pack_files(dossier, vendor, report, storage.read)
    key, digest = storage.put(str(vendor.public_id), report)
    file = StoredFile(
        key=key,
        sha256=digest,
        size=len(report),
        media_type="application/pdf",
        name=f"audit-{audit.public_id}.pdf",
        created_at=clock.now(),
    )
    try:
        with transaction():
            keep_report(actor, audit_id, file, packing.sha256(files[packing.MANIFEST]))
    except Conflict:
        return  # another worker kept the same bytes
