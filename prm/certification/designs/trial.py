"""A design tried out: specimens of it, and what the checkers say of them in plain words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import page
import pypdfium2
from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from prm.certification.credentials.issuing import Signed
from prm.certification.designs.layout import Design
from prm.certification.models import Certification
from prm.certification.printing import print_certificate
from prm.infra import clock, storage
from prm.infra.pdf import PdfError, inspect_signature
from prm.infra.signing import IssuerKey, create_issuer, make_signer
from prm.vendors.models import Paper, Vendor

# Whose names a design has to stand. The texts are names as people write them: not translated.
NAMES = {
    "short": (_l("A short name"), "Ana Lima"),
    "long": (_l("A long name"), "Alexandra Konstantinopoulou-Papadimitriou van der Westhuizen"),
    "arabic": (_l("An Arabic name"), "محمد بن عبد الرحمن العلي"),
    "chinese": (_l("A Chinese name"), "欧阳修明"),
}
SPECIMEN_CODE = "SPECIMEN0000000000000000SPEC"
# What a QR code carries beside its address, in length.
SPECIMEN_PAYLOAD = "SPECIMEN" * 34
WIDTH = 1400
PROFILES = {"3a": _l("Lasts: PDF/A-3a"), "ua1": _l("Readable by screen readers: PDF/UA-1")}


@dataclass(frozen=True)
class Finding:
    """What was found for one name on one paper; good without problems."""

    name: str
    paper: Paper
    problems: tuple[str, ...]


def draw_preview(design: Design, vendor: Vendor, scheme: Certification, name: str, paper: Paper) -> bytes:
    """A picture (PNG) of the certificate of one of NAMES. Raises PdfError."""
    content = _print(design, vendor, scheme, NAMES[name][1], paper)
    with pypdfium2.PdfDocument(content) as document:
        sheet = document[0]
        drawn = sheet.render(scale=WIDTH / sheet.get_width())
        written = io.BytesIO()
        drawn.to_pil().save(written, "PNG")
        return written.getvalue()


def try_out(design: Design, vendor: Vendor, scheme: Certification) -> list[Finding]:
    """Every name on every paper, signed with a key for trials, and judged."""
    return [
        Finding(name, paper, tuple(_problems(design, vendor, scheme, text, paper)))
        for name, (_label, text) in NAMES.items()
        for paper in Paper
    ]


def _problems(
    design: Design, vendor: Vendor, scheme: Certification, name: str, paper: Paper
) -> Iterator[str]:
    try:
        content = _print(design, vendor, scheme, name, paper)
    except PdfError as error:
        yield str(error)
        return
    for profile, label in PROFILES.items():
        report = page.validate_pdf_bytes(content, profile=profile)
        if not report.is_compliant:
            said = "; ".join(dict.fromkeys(failure.message for failure in report.failures[:3]))
            yield _("%(standard)s: no (%(why)s)", standard=label, why=said)
    if not inspect_signature(content, trusted_ca_pems=[_trial_issuer().ca_pem]).genuine:
        yield _("The signature does not hold.")
    with pypdfium2.PdfDocument(content) as document:
        sheet = document[0]
        if not _is_whole(sheet, name):
            yield _("The name is not whole on the page: it runs over the edge or is hidden.")


def _is_whole(sheet: Any, name: str) -> bool:
    """Whether every letter of the page's text lies on the page, the name's among them."""
    text = sheet.get_textpage()
    width, height = sheet.get_size()
    for index in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(index)
        if right > left and (left < -1 or bottom < -1 or right > width + 1 or top > height + 1):
            return False
    found = {character for character in text.get_text_range() if not character.isspace()}
    wanted = {character for character in name if not character.isspace()}
    return len(wanted & found) >= len(wanted) / 2  # joined letters are written otherwise


def _print(design: Design, vendor: Vendor, scheme: Certification, name: str, paper: Paper) -> bytes:
    today = clock.today(vendor.time_zone)
    facts = _specimen(vendor, scheme, name, today)
    logo = (
        storage.read(storage.key_of(str(vendor.public_id), vendor.logo_sha256))
        if vendor.logo_sha256
        else None
    )
    signed = Signed(b"{}", SPECIMEN_PAYLOAD)
    at = clock.now().replace(microsecond=0)
    return print_certificate(facts, paper, make_signer(_trial_issuer()), at, signed, logo, design)


def _specimen(vendor: Vendor, scheme: Certification, name: str, today: date) -> dict[str, Any]:
    language = current_app.config["LANGUAGES"][0].replace("_", "-")
    return {
        "number": f"{vendor.slug.upper()[:20]}-{today.year}-000000",
        "code": SPECIMEN_CODE,
        "verify_url": current_app.config["VERIFY_URL"] + SPECIMEN_CODE,
        "language": language,
        "vendor": {"id": str(vendor.public_id), "name": vendor.name},
        "brand": {"primary": vendor.brand_primary, "ink": vendor.brand_ink},
        "person": {"name": name},
        "partner": {"name": "Meridian Systems AB"},
        "certification": {
            "name": scheme.name, "summary": scheme.summary, "level": scheme.skill_level.value,
        },
        "issued_on": today.isoformat(),
        "expires_on": (today + timedelta(days=730)).isoformat(),
    }  # fmt: skip


@lru_cache(maxsize=1)
def _trial_issuer() -> IssuerKey:
    """A key of this process that signs specimens; nobody trusts it."""
    return create_issuer("Specimen", "Specimen", clock.now() - timedelta(days=1))
