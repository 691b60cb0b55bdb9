"""How a vendor appears to its people: its logo, the sender of its mails, the languages it speaks."""

from __future__ import annotations

import io
from collections.abc import Sequence

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import gettext as _
from PIL import Image, ImageOps

from prm.access import Actor, require
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock, storage
from prm.journal.services import record
from prm.permissions import P
from prm.vendors.models import StoredFile, Vendor

LOGO_FORMATS = ("PNG", "JPEG", "WEBP")
MAX_LOGO_BYTES = 4 * 1024 * 1024
MAX_LOGO_PIXELS = 25_000_000
LEAST_LOGO_SIDE = 32
LOGO_SIZE = (1200, 480)  # what a certificate prints sharp


def set_logo(actor: Actor, vendor: Vendor, content: bytes) -> None:
    """Show a picture as the vendor's logo, decoded and encoded anew as PNG.

    Certificates issued from now on carry it; those issued keep what they carry. Raises DomainError
    (field "logo") for what is no such picture, too large or too small.
    """
    require(actor, P.VENDOR_SETTINGS)
    picture = read_logo(content)
    key, digest = storage.put(str(vendor.public_id), picture)
    if vendor.logo_sha256 == digest:
        return
    db.session.add(
        StoredFile(
            vendor_id=vendor.id,
            key=key,
            sha256=digest,
            size=len(picture),
            media_type="image/png",
            name="logo.png",
            created_at=clock.now(),
        )
    )
    before, vendor.logo_sha256 = vendor.logo_sha256, digest
    record(actor, "vendor.changed", vendor, facts={"logo": [before, digest]})


def remove_logo(actor: Actor, vendor: Vendor) -> None:
    """Show the vendor's initials again."""
    require(actor, P.VENDOR_SETTINGS)
    if vendor.logo_sha256 is not None:
        before, vendor.logo_sha256 = vendor.logo_sha256, None
        record(actor, "vendor.changed", vendor, facts={"logo": [before, None]})


def read_logo(content: bytes) -> bytes:
    """An upload as a PNG without metadata, no larger than LOGO_SIZE. Raises DomainError (field "logo")."""
    if not content:
        raise _refused("logo", _("Choose a picture."))
    if len(content) > MAX_LOGO_BYTES:
        raise _refused(
            "logo", _("The picture is larger than %(size)s MB.", size=MAX_LOGO_BYTES // 1024 // 1024)
        )
    try:
        with Image.open(io.BytesIO(content), formats=LOGO_FORMATS) as image:
            if image.width * image.height > MAX_LOGO_PIXELS:
                raise _refused(
                    "logo",
                    _(
                        "The picture has more than %(count)s million pixels.",
                        count=MAX_LOGO_PIXELS // 1_000_000,
                    ),
                )
            if min(image.size) < LEAST_LOGO_SIDE:
                raise _refused(
                    "logo", _("The picture is smaller than %(least)s pixels.", least=LEAST_LOGO_SIDE)
                )
            shown = ImageOps.exif_transpose(image).convert("RGBA")
            shown.thumbnail(LOGO_SIZE, Image.Resampling.LANCZOS)
            # Pixels alone: neither metadata nor a profile of the original comes along.
            clean = Image.new("RGBA", shown.size)
            clean.paste(shown)
            written = io.BytesIO()
            clean.save(written, "PNG", optimize=True)
            return written.getvalue()
    except DomainError:
        raise
    except Exception as error:  # decoders raise whatever a broken file makes them raise
        raise _refused("logo", _("This file is not a PNG, JPEG or WebP picture that can be read.")) from error


def change_identity(
    actor: Actor,
    vendor: Vendor,
    *,
    revision: int,
    mail_name: str,
    mail_reply_to: str,
    languages: Sequence[str],
    default_language: str,
) -> None:
    """Change from whom mails come and which languages are offered.

    The address that mails are sent from stays the installation's. Raises Conflict where somebody
    changed the settings since `revision`, DomainError naming the field that cannot be.
    """
    require(actor, P.VENDOR_SETTINGS)
    if revision != vendor.revision:
        raise Conflict(
            _("Somebody else changed the settings in the meantime. Compare with what they are now.")
        )
    mail_name = " ".join(mail_name.split())
    if len(mail_name) > 120 or not mail_name.isprintable():
        raise _refused("mail_name", _("Write a name of at most 120 letters."))
    mail_reply_to = _checked_address(mail_reply_to.strip())
    installed: list[str] = current_app.config["LANGUAGES"]
    chosen = [code for code in installed if code in languages]
    if not chosen:
        raise _refused("languages", _("Offer at least one language."))
    if default_language not in chosen:
        raise _refused("default_language", _("Choose one of the languages you offer."))
    chosen.sort(key=lambda code: code != default_language)
    wanted = {"mail_name": mail_name, "mail_reply_to": mail_reply_to, "languages": chosen}
    changed = {name: [getattr(vendor, name), value] for name, value in wanted.items()}
    changed = {name: values for name, values in changed.items() if values[0] != values[1]}
    for name, value in wanted.items():
        setattr(vendor, name, value)
    if changed:
        changed.pop("mail_reply_to", None)  # an address may be a person's
        record(
            actor,
            "vendor.changed",
            vendor,
            facts=changed,
            personal={"mail_reply_to": mail_reply_to} if mail_reply_to else {},
        )


def _checked_address(address: str) -> str:
    if not address:
        return ""
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        message = _("%(email)s is not a mail address.", email=address[:120])
        raise _refused("mail_reply_to", message) from None


def _refused(field: str, message: str) -> DomainError:
    return DomainError(message, {field: message})
