"""Documents: a signed certificate that lasts, and a plain tagged report.

`render_certificate` gives PDF/A-3a and PDF/UA-1 with a certifying PAdES signature in one
revision, `render_report` PDF/UA-1. Both take finished HTML, one style sheet and the images
the text names as `prm:NAME`; nothing else can be loaded, and what cannot be loaded or drawn
raises PdfError instead of leaving a gap. The same input gives the same bytes.
"""

import io
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

import pydyf
import weasyprint
from weasyprint.css import ColorProfile
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from prm.infra.pdf_art import (
    Drawing,
    FittedText,
    fit_text,
    qr_drawing,
    qr_svg,
    rosette_drawing,
    rosette_svg,
    text_direction,
)
from prm.infra.pdf_inspection import (
    EXPLANATIONS,
    Problem,
    SignatureVerdict,
    extract_attachment,
    inspect_signature,
    is_plainly_signed,
    signing_certificates,
)
from prm.infra.pdf_resources import (
    SCHEME,
    MissingGlyphs,
    PdfError,
    ResourceFetcher,
    ResourceRefused,
    collected_problems,
)
from prm.infra.pdf_signature import AMBIGUOUS_END, SignatureField, fill_hole
from prm.infra.signing import DocumentSigner

__all__ = [
    "EXPLANATIONS",
    "Attachment",
    "Drawing",
    "FittedText",
    "MissingGlyphs",
    "PdfError",
    "Problem",
    "ResourceRefused",
    "SignatureVerdict",
    "extract_attachment",
    "fit_text",
    "inspect_signature",
    "is_plainly_signed",
    "qr_drawing",
    "qr_svg",
    "render_certificate",
    "render_report",
    "rosette_drawing",
    "rosette_svg",
    "signing_certificates",
    "text_direction",
]

MAX_STYLE_SHEETS = 16
# One document in about a hundred needs a spare object, the next one in a hundred of those a second.
MAX_SPARE_OBJECTS = 8
# The colours of a document are sRGB. WeasyPrint's own profile of that name is opened anew for
# every document and left open, so it gets the same one under another name.
OUTPUT_INTENT = "--srgb"
ATTACHMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

Finisher = Callable[[weasyprint.Document, pydyf.PDF], None]


@dataclass(frozen=True)
class Attachment:
    """A file inside a document: the data the printed text was made from."""

    name: str
    body: bytes
    mime: str
    description: str


def render_certificate(
    html: str,
    *,
    css: str,
    attachments: Sequence[Attachment] = (),
    signer: DocumentSigner,
    signed_at: datetime,
    language: str,
    title: str,
    resources: Mapping[str, bytes | Drawing],
    signature_label: str | None = None,
    most_pages: int | None = None,
) -> bytes:
    """Return a signed PDF/A-3a and PDF/UA-1 document.

    `signed_at` is the time the signer claims, written in UTC to the second. `language` is a
    BCP 47 tag. `signature_label` is read out by screen readers for the signature field; by
    default it is the signer's name. `most_pages` is how many pages it may take.

    Raises ResourceRefused if the text asks for anything beyond `resources`, MissingGlyphs if no
    installed font has one of its letters, PdfError if the document cannot be made complete for
    another reason.
    """
    if signed_at.tzinfo is None:
        raise PdfError("signed_at must be an instant with a zone.")
    instant = signed_at.astimezone(UTC).replace(microsecond=0)
    names = [attachment.name for attachment in attachments]
    if len(set(names)) < len(names) or not all(map(ATTACHMENT_NAME.fullmatch, names)):
        raise PdfError("Attachments need different names of plain letters, digits, - _ and dots.")
    signer_name = signer.subject_name or ""
    room = signer.room()
    for spare_objects in range(MAX_SPARE_OBJECTS):
        field = SignatureField(
            signed_at=instant,
            signer_name=signer_name,
            label=signature_label or signer_name or title,
            media_types={attachment.name: attachment.mime for attachment in attachments},
            room=room,
            spare_objects=spare_objects,
        )
        unsigned = _render(
            html,
            css=css,
            resources=resources,
            language=language,
            title=title,
            variant="pdf/a-3a",
            created_at=instant,
            finisher=field.finish,
            # PDF keeps embedded files sorted by name.
            most_pages=most_pages,
            attachments=[_embedded(a, instant) for a in sorted(attachments, key=lambda a: a.name)],
        )
        if AMBIGUOUS_END not in unsigned:
            break
    return fill_hole(unsigned, signer)


def render_report(
    html: str, *, css: str, resources: Mapping[str, bytes | Drawing], language: str, title: str
) -> bytes:
    """Return a tagged PDF/UA-1 document without signature; it carries no time of its own.

    Raises ResourceRefused and PdfError as `render_certificate` does; a letter that no
    installed font has is an empty box here.
    """
    return _render(
        html,
        css=css,
        resources=resources,
        language=language,
        title=title,
        variant="pdf/ua-1",
        created_at=None,
        finisher=None,
        attachments=[],
    )


def _render(
    html: str,
    *,
    css: str,
    resources: Mapping[str, bytes | Drawing],
    language: str,
    title: str,
    variant: str,
    created_at: datetime | None,
    finisher: Finisher | None,
    attachments: list[weasyprint.Attachment],
    most_pages: int | None = None,
) -> bytes:
    if not title.strip() or not language.strip():
        raise PdfError("A document needs a title and a language.")
    # With a base of our own a relative address is looked up and refused; without, it is skipped.
    fetcher = ResourceFetcher({n: body for n, body in resources.items() if isinstance(body, bytes)})
    drawings = {SCHEME + n: body for n, body in resources.items() if isinstance(body, Drawing)}
    with collected_problems() as problems:
        try:
            sheet, fonts = _style_sheet(css)
            source = weasyprint.HTML(string=html, base_url=SCHEME, url_fetcher=fetcher)
            document = source.render(
                font_config=fonts,
                stylesheets=[sheet],
                color_profiles={OUTPUT_INTENT: _srgb_profile()},
                pdf_variant=variant,
                output_intent=OUTPUT_INTENT,
                cache=drawings,
            )
            if most_pages is not None and len(document.pages) > most_pages:
                raise PdfError(f"This takes {len(document.pages)} pages; it has to fit on {most_pages}.")
            document.metadata.title = title
            document.metadata.lang = language
            if created_at is not None:
                stamp = created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
                document.metadata.created = document.metadata.modified = stamp
            rendered: bytes = document.write_pdf(
                finisher=finisher,
                pdf_variant=variant,
                output_intent=OUTPUT_INTENT,
                attachments=attachments,
            )
        except FatalURLFetchingError as error:
            raise ResourceRefused(str(error)) from error
    if fetcher.refused:
        raise ResourceRefused(fetcher.refused[0])
    if problems:
        raise PdfError(problems[0])
    return rendered


class _StyleSheets(threading.local):
    """The style sheets parsed in this thread, latest used last; Pango's objects stay in it."""

    def __init__(self) -> None:
        self.fonts = FontConfiguration()
        self.parsed: OrderedDict[str, weasyprint.CSS] = OrderedDict()


_style_sheets = _StyleSheets()


def _style_sheet(css: str) -> tuple[weasyprint.CSS, FontConfiguration]:
    """Return the parsed style sheet with the fonts it belongs to, parsed once per thread.

    A style sheet stands alone: an @import or @font-face in it raises. The images it names
    are looked up in the resources of each document.
    """
    cache = _style_sheets
    if css in cache.parsed:
        cache.parsed.move_to_end(css)
    else:
        with collected_problems() as problems:
            sheet = weasyprint.CSS(
                string=css, base_url=SCHEME, url_fetcher=ResourceFetcher({}), font_config=cache.fonts
            )
        if problems:
            raise PdfError(problems[0])
        cache.parsed[css] = sheet
        if len(cache.parsed) > MAX_STYLE_SHEETS:
            cache.parsed.popitem(last=False)
    return cache.parsed[css], cache.fonts


@cache
def _srgb() -> bytes:
    return (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()


def _srgb_profile() -> ColorProfile:
    components = (["r"], ["g"], ["b"])
    return ColorProfile(io.BytesIO(_srgb()), "sRGB2014.icc", "relative-colorimetric", components)


def _embedded(attachment: Attachment, instant: datetime) -> weasyprint.Attachment:
    return weasyprint.Attachment(
        string=attachment.body,
        name=attachment.name,
        description=attachment.description,
        created=instant,
        modified=instant,
        relationship="Data",
    )
