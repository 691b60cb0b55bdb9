"""What is taken away of an audit: the report, the pack, and who its pseudonyms are."""

from __future__ import annotations

from uuid import UUID

from flask import g
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from prm.access import current_actor, requires
from prm.audits import document, packs
from prm.audits.models import Audit
from prm.audits.queries import auditing as queries
from prm.audits.views.blueprint import blueprint
from prm.errors import Conflict
from prm.extensions import limiter
from prm.infra.downloads import attachment
from prm.infra.exporting import zip_of
from prm.permissions import P


@blueprint.get("/<slug:vendor>/audits/<uuid:audit_id>/report.pdf")
@requires(P.AUDIT_VIEW)
@limiter.limit("30/minute")
def report_pdf(audit_id: UUID) -> Response:
    """The audit as a PDF, with names, once it is reported."""
    audit = queries.get_audit(current_actor(), audit_id)
    if audit.status not in queries.SHARED:
        raise Conflict(_("There is a report once the findings are reported."))
    content = document.audit_pdf(queries.get_dossier(audit), g.vendor)
    return attachment(content, f"{_name(audit)}.pdf", "application/pdf")


@blueprint.get("/<slug:vendor>/audits/<uuid:audit_id>/pack.zip")
@requires(P.AUDIT_VIEW)
@limiter.limit("30/minute")
def pack(audit_id: UUID) -> Response:
    """The evidence pack of a closed audit: pseudonymous, verifiable, the same bytes every time."""
    audit = queries.get_audit(current_actor(), audit_id)
    files, _names = packs.get_pack(audit)
    return attachment(zip_of(files), f"{_name(audit)}.zip", "application/zip")


@blueprint.get("/<slug:vendor>/audits/<uuid:audit_id>/names.json")
@requires(P.AUDIT_VIEW)
@limiter.limit("30/minute")
def names(audit_id: UUID) -> Response:
    """Who the pseudonyms of a pack are; kept apart from it."""
    audit = queries.get_audit(current_actor(), audit_id)
    _files, who = packs.get_pack(audit)
    return attachment(who, f"{_name(audit)}-names.json", "application/json")


def _name(audit: Audit) -> str:
    return f"audit-{audit.as_of.isoformat()}-{str(audit.public_id)[-12:]}"
