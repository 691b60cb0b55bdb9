"""Writing a design, and putting it into force."""

from __future__ import annotations

import io
import re

from flask_babel import gettext as _
from PIL import Image, ImageOps
from sqlalchemy import func, select

from prm.access import Actor, require
from prm.certification.designs.checking import PICTURES, check_design
from prm.certification.designs.layout import Design
from prm.certification.designs.models import CertificateDesign, DesignImage
from prm.certification.designs.queries import (
    find_design,
    find_draft,
    list_images,
    read_images,
)
from prm.certification.models import Certification
from prm.errors import Conflict, DomainError
from prm.extensions import db
from prm.infra import clock, storage
from prm.journal.services import lock_chain, record
from prm.permissions import P
from prm.vendors.models import StoredFile, Vendor

MAX_IMAGES = 40
MAX_IMAGE_BYTES = 4 * 1024 * 1024
MAX_IMAGE_PIXELS = 12_000_000
IMAGE_FORMATS = ("PNG", "JPEG", "WEBP")
IMAGE_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def save_draft(
    actor: Actor, scheme: Certification, *, html: str, css: str, revision: int
) -> CertificateDesign:
    """Keep a design that is being written, as it is: what is wrong with it is said when it is checked.

    `revision` is the draft's when the form was opened, 0 where there was none. Raises Conflict where
    somebody saved it meanwhile, Forbidden.
    """
    require(actor, P.SCHEME_EDIT)
    lock_chain()
    draft = find_draft(scheme)
    if (draft.revision if draft is not None else 0) != revision:
        raise Conflict(_("Somebody saved this design meanwhile. Yours is still in the form."))
    if draft is None:
        draft = CertificateDesign(certification_id=scheme.id, number=_next_number(scheme))
        db.session.add(draft)
    draft.html, draft.css = html.replace("\x00", ""), css.replace("\x00", "")
    draft.changed_by_id, draft.changed_at = actor.user_id, clock.now()
    db.session.flush()
    return draft


def ready_design(actor: Actor, html: str, css: str) -> Design:
    """A design as it would be printed. Raises DomainError with the problems of each field."""
    require(actor, P.SCHEME_EDIT)
    images = {image.name: image.sha256 for image in list_images(actor)}
    checked = check_design(html, css, images)
    if not checked.is_good:
        fields: dict[str, list[str]] = {}
        for name, text in checked.problems:
            fields.setdefault(name, []).append(text)
        raise DomainError(
            _("The design cannot be printed as it is."),
            {name: " ".join(texts[:8]) for name, texts in fields.items()},
        )
    owner = str(db.session.get_one(Vendor, actor.vendor_id).public_id)
    named = {name: images[name] for name in sorted(checked.images)}
    return Design(checked.html, checked.css, read_images(owner, named))


def publish_draft(actor: Actor, scheme: Certification) -> CertificateDesign:
    """Put the draft into force for what is issued from now on; it is never changed again.

    The caller has tested it. Raises DomainError without a draft or for one that cannot be printed.
    """
    require(actor, P.SCHEME_EDIT)
    lock_chain()
    draft = find_draft(scheme)
    if draft is None:
        raise DomainError(_("There is no draft to publish."))
    images = {image.name: image.sha256 for image in list_images(actor)}
    ready = ready_design(actor, draft.html, draft.css)
    draft.ready_html, draft.ready_css = ready.html, ready.css
    draft.images = {name: images[name] for name in ready.images}
    draft.published_at = clock.now()
    db.session.flush()
    record(
        actor,
        "certificate_design.published",
        draft,
        facts={"certification": scheme.public_id, "number": draft.number, "images": draft.images},
    )
    return draft


def withdraw_design(actor: Actor, scheme: Certification) -> None:
    """Let certificates look as the portal's own page again; those issued keep their design.

    Raises DomainError where no design is in force.
    """
    require(actor, P.SCHEME_EDIT)
    lock_chain()
    design = find_design(scheme)
    if design is None:
        raise DomainError(_("No design of your own is in force."))
    design.withdrawn_at = clock.now()
    db.session.flush()
    record(
        actor,
        "certificate_design.withdrawn",
        design,
        facts={"certification": scheme.public_id, "number": design.number},
    )


def add_image(actor: Actor, *, name: str, content: bytes) -> DesignImage:
    """Keep a picture for designs, decoded and encoded anew as PNG; one of the same name gives way to it.

    Published designs keep the one they were published with. Raises DomainError for a bad name ("name")
    or a file that is no picture, or too large ("file").
    """
    require(actor, P.SCHEME_EDIT)
    name = name.strip().lower()
    if not IMAGE_NAME.fullmatch(name) or name in PICTURES:
        message = _(
            "A name is made of small letters, digits and hyphens, begins with a letter and is none of these: "
            "%(taken)s.",
            taken=", ".join(PICTURES),
        )
        raise DomainError(message, {"name": message})
    png, size = _as_png(content)
    lock_chain()
    images = {image.name: image for image in list_images(actor)}
    if name not in images and len(images) >= MAX_IMAGES:
        message = _("There are %(most)s pictures already: remove one first.", most=MAX_IMAGES)
        raise DomainError(message, {"file": message})
    vendor = db.session.get_one(Vendor, actor.vendor_id)
    key, digest = storage.put(str(vendor.public_id), png)
    db.session.add(
        StoredFile(
            vendor_id=vendor.id, key=key, sha256=digest, size=len(png), media_type="image/png",
            name=f"{name}.png", created_at=clock.now(),
        )
    )  # fmt: skip
    image = images.get(name) or DesignImage(name=name)
    image.sha256, (image.width, image.height), image.uploaded_at = digest, size, clock.now()
    db.session.add(image)
    db.session.flush()
    record(actor, "design_image.added", image, facts={"name": name, "sha256": digest})
    return image


def remove_image(actor: Actor, image: DesignImage) -> None:
    """Let no new design name a picture; published ones keep it."""
    require(actor, P.SCHEME_EDIT)
    lock_chain()
    record(actor, "design_image.removed", image, facts={"name": image.name, "sha256": image.sha256})
    db.session.delete(image)
    db.session.flush()


def _as_png(content: bytes) -> tuple[bytes, tuple[int, int]]:
    """Pixels alone, upright: no metadata, no colour profile."""
    if not content:
        raise _refused(_("Choose a picture."))
    if len(content) > MAX_IMAGE_BYTES:
        raise _refused(_("The picture is larger than %(size)s MB.", size=MAX_IMAGE_BYTES // 1024 // 1024))
    try:
        with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
            if image.width * image.height > MAX_IMAGE_PIXELS:
                raise _refused(
                    _(
                        "The picture has more than %(count)s million pixels.",
                        count=MAX_IMAGE_PIXELS // 1_000_000,
                    )
                )
            shown = ImageOps.exif_transpose(image)
            has_holes = shown.mode in ("RGBA", "LA", "PA") or "transparency" in shown.info
            plain = shown.convert("RGBA" if has_holes else "RGB")
    except DomainError:
        raise
    except Exception as error:  # decoders raise whatever a broken file makes them raise
        raise _refused(_("This file is not a PNG, JPEG or WebP picture that can be read.")) from error
    plain.info.clear()
    written = io.BytesIO()
    plain.save(written, "PNG", optimize=True)
    return written.getvalue(), plain.size


def _refused(message: str) -> DomainError:
    return DomainError(message, {"file": message})


def _next_number(scheme: Certification) -> int:
    latest = select(func.max(CertificateDesign.number)).where(CertificateDesign.certification_id == scheme.id)
    return (db.session.scalar(latest) or 0) + 1
