"""The pack of a closed audit, put together from what is kept."""

from __future__ import annotations

from flask_babel import gettext as _

from prm.audits import packing
from prm.audits.models import Audit, AuditStatus
from prm.audits.queries import auditing
from prm.errors import Conflict
from prm.extensions import db
from prm.infra import storage
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
