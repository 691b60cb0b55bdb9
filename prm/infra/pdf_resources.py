"""What a document may contain besides its own text: the images it was handed, nothing else.

`ResourceFetcher` is the only way from a rendering to any byte outside it. It knows the names
it was given, under the address `prm:NAME`, and refuses everything else: files, the network,
`data:`, relative addresses, fonts, style sheets. WeasyPrint logs a missing image and goes on;
`collected_problems` turns that into an error, because a certificate without its logo or its
QR code must not be issued.
"""

import io
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import unquote
from xml.etree import ElementTree

from PIL import Image
from weasyprint.logger import LOGGER
from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

SCHEME = "prm:"
MAX_IMAGE_BYTES = 12_000_000
MAX_IMAGE_PIXELS = 30_000_000
MAX_SVG_BYTES = 4_000_000
# Elements an SVG draws once every <use> is replaced by what it repeats.
MAX_SVG_ELEMENTS = 50_000
MAX_SVG_DEPTH = 100

RASTER_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
SVG_TAG = "{http://www.w3.org/2000/svg}"


class PdfError(Exception):
    """A document could not be made as it was asked for."""


class ResourceRefused(PdfError):
    """A document asks for something it was not handed, or what it was handed is unusable."""


class MissingGlyphs(PdfError):
    """No installed font has a letter of the text."""


class ResourceFetcher:
    """Serves the named images of one document as `prm:NAME` and remembers what it refused."""

    # WeasyPrint asks for this attribute when a fetch fails: it must not go on then.
    _fail_on_errors = True

    def __init__(self, resources: Mapping[str, bytes]) -> None:
        self._resources = dict(resources)
        self.refused: list[str] = []

    def __call__(self, url: str) -> URLFetcherResponse:
        try:
            name = unquote(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
            if name is None or name not in self._resources:
                raise ResourceRefused(f"The document may not load {url[:200]!r}.")
            mime, body = _usable_image(name, self._resources[name])
        except ResourceRefused as error:
            # Drawing an SVG swallows every exception, so the refusal is kept as well.
            self.refused.append(str(error))
            raise FatalURLFetchingError(str(error)) from error
        return URLFetcherResponse(url, body, {"Content-Type": mime})


@contextmanager
def collected_problems() -> Iterator[list[str]]:
    """Collect what WeasyPrint logs as an error in this thread while the block runs."""
    problems: list[str] = []
    thread = threading.get_ident()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                problems.append(record.getMessage())

    collector = Collector(logging.ERROR)
    LOGGER.addHandler(collector)
    try:
        yield problems
    finally:
        LOGGER.removeHandler(collector)


def _usable_image(name: str, body: bytes) -> tuple[str, bytes]:
    """Return the media type and the bytes to embed; ResourceRefused if it is no image."""
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        _check_svg(name, body)
        return "image/svg+xml", body
    return "image/png", _plain_png(name, body)


def _plain_png(name: str, body: bytes) -> bytes:
    """Decode a picture completely and return it as PNG in RGB or RGBA.

    PDF/A forbids CMYK beside an sRGB profile; a decoded picture carries no metadata and no
    surprise for the reader of the document.
    """
    if len(body) > MAX_IMAGE_BYTES:
        raise ResourceRefused(f"The image {name!r} is larger than {MAX_IMAGE_BYTES} bytes.")
    try:
        with Image.open(io.BytesIO(body), formats=RASTER_FORMATS) as picture:
            width, height = picture.size
            if width * height > MAX_IMAGE_PIXELS:
                raise ResourceRefused(f"The image {name!r} has more than 30 million points.")
            transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
            plain = picture.convert("RGBA" if transparent else "RGB")
    except ResourceRefused:
        raise
    # Pillow's decoders raise many kinds of error on damaged bytes.
    except Exception as error:
        raise ResourceRefused(f"The image {name!r} cannot be read.") from error
    written = io.BytesIO()
    plain.info.clear()
    plain.save(written, "PNG")
    return written.getvalue()


def _check_svg(name: str, body: bytes) -> None:
    """Refuse an SVG that is broken, has a DTD, or grows without bound through <use>."""
    if len(body) > MAX_SVG_BYTES:
        raise ResourceRefused(f"The drawing {name!r} is larger than {MAX_SVG_BYTES} bytes.")
    # Entities live in the DTD; UTF-16 would hide the word.
    if b"\x00" in body or re.search(rb"<!\s*(DOCTYPE|ENTITY)", body, re.IGNORECASE):
        raise ResourceRefused(f"The drawing {name!r} declares a document type.")
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise ResourceRefused(f"The drawing {name!r} is no well-formed SVG.") from error
    if root.tag not in ("svg", f"{SVG_TAG}svg"):
        raise ResourceRefused(f"{name!r} is no SVG drawing.")
    if _depth(root) > MAX_SVG_DEPTH:
        raise ResourceRefused(f"The drawing {name!r} is nested too deeply.")
    if _drawn_elements(root) > MAX_SVG_ELEMENTS:
        raise ResourceRefused(f"The drawing {name!r} repeats itself too often.")


def _depth(root: ElementTree.Element) -> int:
    depth, level = 0, [root]
    while level:
        depth, level = depth + 1, [child for element in level for child in element]
    return depth


def _drawn_elements(root: ElementTree.Element) -> int:
    """Count the elements drawn once every <use> is followed; a cycle counts as too many."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    counted: dict[ElementTree.Element, int] = {}

    def count(element: ElementTree.Element, following: tuple[ElementTree.Element, ...]) -> int:
        if element in counted:
            return counted[element]
        if element in following or len(following) > 2 * MAX_SVG_DEPTH:
            return MAX_SVG_ELEMENTS + 1
        path = (*following, element)
        total = 1 + sum(count(child, path) for child in element)
        if element.tag in ("use", f"{SVG_TAG}use"):
            for href in filter(None, (element.get(key) for key in HREFS)):
                target = by_id.get(href.removeprefix("#"))
                if target is not None:
                    total += count(target, path)
        counted[element] = min(total, MAX_SVG_ELEMENTS + 1)
        return counted[element]

    return count(root, ())
