"""Which files may become assets, and their thumbnails. Nothing here is ever rendered as a page."""

from __future__ import annotations

import io

from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from prm.errors import DomainError
from prm.infra.uploads import KINDS, Upload, check_upload

__all__ = ["ACCEPTED", "KINDS", "PICTURES", "Upload", "check_upload", "make_thumbnail"]

MAX_PIXELS = 40_000_000
THUMBNAIL = (640, 400)

# What a browser's dialog of files offers.
ACCEPTED = ",".join(f".{ending}" for ending in KINDS)

PICTURES = frozenset({"png", "jpg", "jpeg", "webp", "gif"})


def make_thumbnail(content: bytes) -> bytes:
    """A small PNG of a picture, decoded and encoded anew. Raises DomainError (field "thumbnail")."""
    message = _("This picture cannot be read. Use a PNG, JPEG, WebP or GIF of at most 40 megapixels.")
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP", "GIF")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise DomainError(message, {"thumbnail": message})
            small = ImageOps.exif_transpose(picture.convert("RGBA"))
            small.thumbnail(THUMBNAIL)
            out = io.BytesIO()
            small.save(out, "PNG", optimize=True)
            return out.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise DomainError(message, {"thumbnail": message}) from None
