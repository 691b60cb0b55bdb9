"""A certificate on paper: the frozen facts as one signed PDF. Reads no database.

The same facts, credential, paper, key and instant give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel import Locale
from flask import current_app
from flask_babel import force_locale, format_date, pgettext
from flask_babel import gettext as _

from prm.certification.credentials.building import FILE_NAME, MEDIA_TYPE, level_text
from prm.certification.credentials.issuing import Signed
from prm.certification.designs.layout import NOTHING, Design, lay_out
from prm.infra.pdf import Attachment, Drawing, fit_text, qr_drawing, render_certificate, rosette_drawing
from prm.infra.signing import DocumentSigner
from prm.vendors.models import Paper

PAGE = "certification/certificate.html"
STYLE = "certification/certificate.css"
PAPER_NAMES = {Paper.A4: "A4", Paper.LETTER: "Letter"}


def print_certificate(
    facts: Mapping[str, Any],
    paper: Paper,
    signer: DocumentSigner,
    signed_at: datetime,
    signed: Signed,
    logo: bytes | None = None,
    design: Design | None = None,
) -> bytes:
    """The signed PDF of frozen facts, in their language, with the credential attached.

    `logo` is the picture whose sha256 the facts name; without one the vendor's name stands there.
    `design` is how the vendor wants it to look; without one it is the portal's own page.

    Raises MissingGlyphs where no installed font has a letter of it, and PdfError.
    """
    language = str(facts["language"])
    with force_locale(language.replace("-", "_")):
        values = _printed(facts, paper, has_logo=logo is not None)
        title = _("Certificate %(number)s: %(name)s", number=facts["number"], name=facts["person"]["name"])
        described = _("This certificate as a verifiable credential (Open Badges 3.0)")
        signature_label = _("Signature of %(vendor)s", vendor=facts["vendor"]["name"])
    primary = facts["brand"]["primary"]
    resources: dict[str, bytes | Drawing] = {
        "qr": qr_drawing(facts["verify_url"] + "#", signed.qr_payload),
        "seal": rosette_drawing(primary),
        "rosette": rosette_drawing(primary, hollow=0.6, strength=0.1),
        **({"logo": logo} if logo is not None else {}),
    }
    if design is None:
        environment = current_app.jinja_env
        assert environment.loader is not None
        css, _name, _uptodate = environment.loader.get_source(environment, STYLE)
        html = environment.get_template(PAGE).render(values)
    else:
        css, html = design.css, lay_out(design, values)
        # Where a design shows the logo and there is none, nothing is left to see or to read out.
        resources = {"logo": NOTHING, **resources, **design.images}
    return render_certificate(
        html,
        css=css,
        attachments=[Attachment(FILE_NAME, signed.document, MEDIA_TYPE, described)],
        signer=signer,
        signed_at=signed_at,
        language=language,
        title=title,
        resources=resources,
        signature_label=signature_label,
        most_pages=1 if design is not None else None,
    )


def _printed(facts: Mapping[str, Any], paper: Paper, *, has_logo: bool) -> dict[str, Any]:
    """What the page shows: finished text in the language now forced."""
    partner = facts["partner"]
    return {
        "lang": facts["language"],
        "dir": Locale.parse(facts["language"], sep="-").text_direction,
        "paper": PAPER_NAMES[paper],
        "primary": facts["brand"]["primary"],
        "ink": facts["brand"]["ink"],
        "logo": "logo" if has_logo else None,
        "person_name": facts["person"]["name"],
        "certification_name": facts["certification"]["name"],
        "summary": facts["certification"].get("summary", ""),
        "vendor_name": facts["vendor"]["name"],
        "level": level_text(facts["certification"]["level"]),
        "partner_name": partner["name"] if partner else None,
        "number": facts["number"],
        "code": facts["code"],
        "issued_on": _day(facts["issued_on"]),
        "expires_on": _day(facts["expires_on"]) if facts["expires_on"] else None,
        "verify_url": facts["verify_url"],
        "labels": {
            "title": _("Certificate of Competence"),
            "awarded_to": _("This is to certify that"),
            "achievement": _("has met every requirement of the certification"),
            "partner": pgettext("certificate, before the name of the person's company", "at"),
            "issued": _("Issued"),
            "expires": _("Valid until"),
            "no_end": _("No end"),
            "number": _("Certificate number"),
            "verify": _("Verify this certificate at"),
            "qr_alt": _("QR code that opens the verification page of this certificate"),
            "logo_alt": facts["vendor"]["name"],
        },
        "fit": fit_text,
    }


def _day(text: str) -> str:
    return format_date(date.fromisoformat(text), "long", rebase=False)
