"""The document of an award: one signed PDF of its frozen facts, printed once and kept.

What lapses and ends does not stand on paper: the address and the QR code on it say what it is today.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from babel import Locale
from flask import current_app
from flask_babel import force_locale, format_date
from flask_babel import gettext as _
from sqlalchemy import or_, select

from prm.access import system_actor
from prm.certification.accreditation.models import AccreditationAward
from prm.certification.credentials.building import level_text
from prm.certification.printing import PAPER_NAMES
from prm.certification.rendering import Unprintable
from prm.certification.services.keys import find_signing_key, open_signing_key
from prm.extensions import db
from prm.infra import clock, storage
from prm.infra.db import transaction
from prm.infra.pdf import PdfError, fit_text, qr_svg, render_certificate, rosette_svg
from prm.infra.signing import IssuerKey, SigningError, make_signer
from prm.journal.services import lock_chain, record
from prm.vendors.models import Paper, StoredFile, Vendor

PAGE = "certification/accreditation_document.html"
STYLE = "certification/certificate.css"
MEDIA_TYPE = "application/pdf"
RETRY_AFTER = timedelta(hours=1)


def read_document(award: AccreditationAward) -> bytes:
    """The bytes of an award's document, printed now if no job came to it yet. Raises Unprintable, and
    StorageError where the kept bytes are not those that were printed."""
    return print_award(award.id)


def print_award(award_key: int) -> bytes:
    """Print, sign and keep the document of an award. Safe to run twice, and at once.

    Raises Unprintable; the reason is kept with the award.
    """
    award = db.session.get_one(AccreditationAward, award_key)
    if award.file_id is not None:
        return _kept(award)
    owner = str(db.session.get_one(Vendor, award.vendor_id).public_id)
    try:
        key = find_signing_key()
        if key is None:
            raise SigningError("This vendor has no signing key.")
        content = print_document(award.facts, open_signing_key(key), award)
    except (PdfError, SigningError, storage.StorageError) as error:
        current_app.logger.warning("accreditation_unprintable: %s: %s", award.public_id, error)
        with transaction():
            row = _lock(award_key)
            row.attempted_at, row.problem = clock.now(), str(error)[:300]
        raise Unprintable(_("This document cannot be printed: %(problem)s", problem=error)) from error
    stored_as, sha256 = storage.put(owner, content)
    with transaction():
        row = _lock(award_key)
        if row.file_id is None:
            stored = StoredFile(
                vendor_id=row.vendor_id,
                key=stored_as,
                sha256=sha256,
                size=len(content),
                media_type=MEDIA_TYPE,
                name=file_name(row),
                created_at=clock.now(),
            )
            db.session.add(stored)
            db.session.flush()
            row.file_id, row.sha256 = stored.id, sha256
            row.attempted_at, row.problem = clock.now(), None
            db.session.flush()
            record(system_actor(row.vendor_id), "accreditation.printed", row, facts={"sha256": sha256})
    return content if row.sha256 == sha256 else _kept(row)


def file_name(award: AccreditationAward) -> str:
    """The name a document is saved under."""
    return f"accreditation-{award.awarded_on.isoformat()}-{str(award.public_id)[-12:]}.pdf"


def list_due() -> list[int]:
    """Awards of the vendor served that wait to be printed; those that failed wait an hour."""
    again = clock.now() - RETRY_AFTER
    return list(
        db.session.scalars(
            select(AccreditationAward.id)
            .where(
                AccreditationAward.file_id.is_(None),
                or_(AccreditationAward.attempted_at.is_(None), AccreditationAward.attempted_at < again),
            )
            .order_by(AccreditationAward.id)
            .limit(500)
        )
    )


def print_document(facts: Mapping[str, Any], issuer: IssuerKey, award: AccreditationAward) -> bytes:
    """The signed PDF of frozen facts, in their language. The same facts, key and instant give the same
    bytes."""
    language = str(facts["language"])
    logo = None
    if digest := facts["brand"].get("logo"):
        logo = storage.read(storage.key_of(facts["vendor"]["id"], digest))
    with force_locale(language.replace("-", "_")):
        values = _printed(facts, has_logo=logo is not None)
        title = _(
            "Accreditation of %(company)s: %(name)s",
            company=facts["partner"]["name"], name=facts["accreditation"]["name"],
        )  # fmt: skip
        signature_label = _("Signature of %(vendor)s", vendor=facts["vendor"]["name"])
    environment = current_app.jinja_env
    assert environment.loader is not None
    css, _name, _uptodate = environment.loader.get_source(environment, STYLE)
    primary = facts["brand"]["primary"]
    return render_certificate(
        environment.get_template(PAGE).render(values),
        css=css,
        signer=make_signer(issuer),
        signed_at=award.awarded_at.replace(microsecond=0),
        language=language,
        title=title,
        resources={
            "qr": qr_svg(facts["verify_url"]),
            "seal": rosette_svg(primary),
            "rosette": rosette_svg(primary, hollow=0.6, strength=0.1),
            **({"logo": logo} if logo is not None else {}),
        },
        signature_label=signature_label,
    )


def _printed(facts: Mapping[str, Any], *, has_logo: bool) -> dict[str, Any]:
    """What the page shows: finished text in the language now forced."""
    awarded_on = date.fromisoformat(facts["awarded_on"])
    return {
        "lang": facts["language"],
        "dir": Locale.parse(facts["language"], sep="-").text_direction,
        "paper": PAPER_NAMES[Paper(facts.get("paper", Paper.A4))],
        "primary": facts["brand"]["primary"],
        "ink": facts["brand"]["ink"],
        "logo": "logo" if has_logo else None,
        "vendor_name": facts["vendor"]["name"],
        "company_name": facts["partner"]["name"],
        "accreditation_name": facts["accreditation"]["name"],
        "level": level_text(facts["accreditation"]["level"]),
        "awarded_on": format_date(awarded_on, "long", rebase=False),
        "code": facts["code"],
        "verify_url": facts["verify_url"],
        "labels": {
            "title": _("Certificate of Accreditation"),
            "awarded_to": _("This is to certify that"),
            "achievement": _("employs the certified people that this accreditation asks for"),
            "awarded": _("Awarded"),
            "holds": _("Holds"),
            "as_long": _("as long as the address says so"),
            "verify": _("See at"),
            "qr_alt": _("QR code that opens the page that says whether this accreditation holds"),
            "logo_alt": facts["vendor"]["name"],
        },
        "fit": fit_text,
    }


def _lock(award_key: int) -> AccreditationAward:
    lock_chain()
    return db.session.scalars(
        select(AccreditationAward)
        .where(AccreditationAward.id == award_key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _kept(award: AccreditationAward) -> bytes:
    stored = db.session.get_one(StoredFile, award.file_id)
    content = storage.read(stored.key)
    if hashlib.sha256(content).hexdigest() != award.sha256:
        raise storage.StorageError(f"The file {stored.key} is not what was printed: restore it.")
    return content
