"""The audit as a PDF report: with names for who may see them, in pseudonyms for the pack."""

from __future__ import annotations

from flask import current_app
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from prm.audits.presenting import ShownAudit, present
from prm.audits.queries.auditing import Dossier
from prm.audits.queries.criteria import name_narrowings
from prm.infra.pdf import render_report
from prm.vendors.models import Vendor

PACK_LOCALE = "en"  # whoever makes it, and in whichever language they read the portal


def audit_pdf(dossier: Dossier, vendor: Vendor, *, with_names: bool = True) -> bytes:
    """The report, tagged PDF/UA-1, in the reader's language."""
    shown = present(
        dossier,
        certifications=name_narrowings(),
        currency=vendor.currency,
        with_names=with_names,
    )
    return _render(shown, vendor, str(dossier.audit.public_id))


def pack_pdf(dossier: Dossier, vendor: Vendor) -> bytes:
    """The report as the pack holds it: no name of a person or partner, always in one language."""
    with force_locale(PACK_LOCALE):
        return audit_pdf(dossier, vendor, with_names=False)


def _render(shown: ShownAudit, vendor: Vendor, reference: str) -> bytes:
    language = str(get_locale() or PACK_LOCALE)
    # Not render_template: a job has no page around what it renders.
    html = current_app.jinja_env.get_template("audits/report_pdf.html").render(
        shown=shown,
        vendor=vendor,
        reference=reference,
        brand=vendor.brand_primary,
        locale=language,
        text_direction="ltr",
    )
    return render_report(
        html,
        css="",  # base_pdf.html carries it
        resources={},
        language=language.replace("_", "-"),
        title=_("Audit of %(partner)s", partner=shown.partner),
    )
