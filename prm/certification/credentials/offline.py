"""The offline checker: one HTML file that carries script, contexts, an issuer's keys and status lists.

It reaches nothing: its policy allows the very script and style it carries, by their hashes, and nothing
else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import render_template
from flask_babel import get_locale
from flask_babel import gettext as _

from prm.certification.credentials.addresses import keys_url, status_list_url
from prm.certification.credentials.trust import export_trust
from prm.certification.services.keys import public_url
from prm.infra import clock
from prm.infra.data_integrity import context_urls, read_context
from prm.training.labels import SKILL_LEVELS
from prm.vendors.models import Vendor

STATIC = Path(__file__).resolve().parents[3] / "static"


def checker_page(vendor: Vendor) -> str:
    """The page with what is known of the vendor now, in the reader's language.

    Raises NotFound where the vendor has no key yet, SigningError where it cannot be opened.
    """
    locale, url, carried = get_locale(), public_url(vendor), export_trust(vendor)
    libraries, script = _asset("vendor/offline-checker@1/libraries.js"), _asset("js/offline_checker.js")
    style = _asset("css/offline_checker.css")
    return render_template(
        "certification/offline_checker.html",
        language=str(locale or "en").replace("_", "-"),
        direction=locale.text_direction if locale else "ltr",
        title=_("Check certificates of %(vendor)s", vendor=vendor.name),
        source_urls=[
            *(status_list_url(url, number) for number, _list in enumerate(carried["statusLists"], 1)),
            keys_url(url),
        ],
        policy=_policy(libraries, script, style=style),
        libraries=libraries,
        script=script,
        style=style,
        contexts_json=_data({url: json.loads(read_context(url)) for url in context_urls()}),
        words_json=_data(_words()),
        trust_json=_data(carried),
    )


def file_name(vendor: Vendor) -> str:
    """What the page is saved as: whose, and of when."""
    return f"certificates-{vendor.slug}-{clock.today(vendor.time_zone).isoformat()}.html"


# -- parts -------------------------------------------------------------------------------------


@cache
def _asset(name: str) -> str:
    content = (STATIC / name).read_text(encoding="utf-8")
    if "</script" in content or "<!--" in content:
        raise ValueError(f"{name} cannot stand inside a page.")
    return content


def _policy(*scripts: str, style: str) -> str:
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode('ascii')}'"


def _data(value: Any) -> str:
    """JSON that stands safely inside a page."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _words() -> dict[str, Any]:
    return {
        "kinds": {
            "valid": "good", "expired": "warn", "not_yet_valid": "warn", "revoked": "bad", "altered": "bad",
            "unknown_issuer": "bad", "unreadable": "bad",
        },
        "verdicts": {
            "valid": _("Genuine, and valid"),
            "expired": _("Genuine, but expired"),
            "not_yet_valid": _("Genuine, but not valid yet"),
            "revoked": _("Revoked by the issuer"),
            "altered": _("Altered"),
            "unknown_issuer": _("Not signed by an issuer this page knows"),
            "unreadable": _("No certificate found"),
        },
        "meanings": {
            "valid": _("It was signed by the issuer, and not changed since."),
            "expired": _("It was signed by the issuer, and not changed since; its time is over."),
            "not_yet_valid": _("It was signed by the issuer; its time has not begun on that day."),
            "revoked": _("It was signed by the issuer, who has withdrawn it. It certifies nothing any more."),
            "altered": _("It is not what the issuer signed. Do not rely on what it says."),
            "unknown_issuer": _("Nobody can say here whether it is genuine. Do not rely on what it says."),
            "unreadable": _("A printed page that was scanned has no signature: scan its QR code instead."),
        },
        "reasons": {
            "no_certificate": _("The file carries no certificate."),
            "too_large": _("The file is too large to be a certificate."),
            "document_changed": _("The PDF was changed after it was signed, or something was added."),
            "document_unsigned": _("The PDF carries no signature."),
            "credential_changed": _("What it says was changed after it was signed."),
            "picture_changed": _("The picture was changed, or is damaged."),
            "code_changed": _("What the QR code says was changed after it was signed."),
            "key_unknown": _("The key it was signed with is not among those of the issuer."),
            "key_revoked": _("Somebody else may have its key: the issuer has withdrawn that."),
        },
        "facts": {
            "name": _("Name"),
            "certification": _("Certification"),
            "level": _("Level"),
            "partner": _("Company"),
            "issuer": _("Issued by"),
            "valid_from": _("Valid from"),
            "valid_until": _("Valid until"),
            "number": _("Number"),
        },
        "levels": {level.value: str(label) for level, label in SKILL_LEVELS.items()},
        "unchecked_title": _("What this check can and cannot say"),
        "unchecked": {
            "revocation": _("Whether it was revoked: no status list of it is at hand."),
            "renewal": _("Whether another certificate has renewed it since: ask online."),
            "person": _("Whether the person who shows it is the person it names."),
            "printed_page": _("What else stands on the printed page: compare it with the facts above."),
        },
        "as_of": _("Revocations are known as of %(date)s.", date="{}"),
        "knows": _("Knows the keys of %(issuers)s.", issuers="{}"),
        "keys_loaded": _("The keys of %(issuer)s are loaded: make sure they are theirs.", issuer="{}"),
        "list_loaded": _("The status list is loaded; it is true from %(date)s.", date="{}"),
        "not_loaded": _("This file is no status list or file of keys, or no issuer known here signed it."),
        "broken": _("This file is damaged: get it anew from the issuer."),
    }  # fmt: skip
