"""Images that authors upload, decoded and encoded anew: what is kept is a picture and nothing else."""

from __future__ import annotations

import io
from dataclasses import dataclass

from flask_babel import gettext as _
from PIL import Image, ImageOps

from prm.errors import DomainError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 25_000_000
SHOWN_WIDTH = 1600
MEDIA_TYPE = "image/webp"


@dataclass(frozen=True)
class Picture:
    """A WebP image without metadata, at most SHOWN_WIDTH wide."""

    content: bytes
    width: int
    height: int


def read_picture(content: bytes) -> Picture:
    """Decode an upload (its first frame) and encode it anew.

    Raises DomainError for what is empty, too large, or not an image of FORMATS.
    """
    if not content:
        raise _refused(_("Choose an image file."))
    if len(content) > MAX_BYTES:
        raise _refused(_("The image is larger than %(size)s MB.", size=MAX_BYTES // 1024 // 1024))
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _refused(
                    _("The image has more than %(count)s million pixels.", count=MAX_PIXELS // 1_000_000)
                )
            return _encode(image, is_photo=image.format in {"JPEG", "WEBP"})
    except DomainError:
        raise
    except Exception as error:  # decoders raise whatever a broken file makes them raise
        raise _refused(_("This file is not a PNG, JPEG, WebP or GIF image that can be read.")) from error


def _encode(image: Image.Image, *, is_photo: bool) -> Picture:
    image.draft("RGB", (SHOWN_WIDTH * 2, SHOWN_WIDTH * 2))  # a JPEG is decoded no larger than needed
    ImageOps.exif_transpose(image, in_place=True)
    wanted = "RGBA" if image.has_transparency_data else "RGB"
    shown = image if image.mode == wanted else image.convert(wanted)
    shown.thumbnail((SHOWN_WIDTH, MAX_PIXELS), Image.Resampling.LANCZOS, reducing_gap=2.0)
    # Pixels alone: neither metadata nor a profile of the original comes along.
    clean = Image.new(shown.mode, shown.size)
    clean.paste(shown)
    written = io.BytesIO()
    clean.save(written, "WEBP", lossless=not is_photo, quality=82 if is_photo else 60, method=3)
    return Picture(written.getvalue(), clean.width, clean.height)


def _refused(message: str) -> DomainError:
    return DomainError(message, {"image": message})
